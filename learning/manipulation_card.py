"""The model card of the manipulation model: what it is, from what, how good, and for what not."""

from collections.abc import Mapping
from typing import Protocol

from learning.manipulation import BUCKETS, FILE


class Measured(Protocol):
    @property
    def texts(self) -> int: ...
    @property
    def auc(self) -> float: ...
    @property
    def f1(self) -> float: ...


CARD = """# Manipulation model
How far an English text teases, presses or stirs anger: three logistic regressions over a text's
words, runs of words and runs of letters, hashed into {buckets:,} buckets and weighted by tf-idf.

- **File:** `{file}`, {size:,} bytes, SHA-256 `{digest}`
- **Made by:** `python -m learning.manipulation_training --data DIR --prose DIR`
- **Data and licences:** Stop Clickbait (Chakraborty, Paranjape, Kakarla and Ganguly 2016, MIT
  licence); e-commerce dark patterns (Yada, Feng, Matsumoto, Fukushima, Kido and Yamana 2022, after
  Mathur et al. 2019; Apache-2.0); GoEmotions (Demszky et al. 2020, Apache-2.0); for what no bait
  is, sentences of 18F's blog and vote.gov (CC0 1.0) beside the first two. The model holds
  weights of hashed marks and none of their texts; it is shipped under Apache-2.0, with the notices
  in NOTICE.

| score | says yes to | texts | AUC | F1 | measured on |
|---|---|---|---|---|---|
{rows}

Sentences of articles that were not learned from and score over a half: {honest}.
Without honest prose beside the headlines a third of them would be called bait; the table's rows are
headlines, labels and comments alone, so that they can be compared with others' figures.

**Use.** `clickbait` and `outrage` are features of a post for the learner, whose reward takes them
off; a post that scores very high is asked about (a warning), never blocked by the score alone. What
blocks is a phrase of a closed list with its reason. It reads texts, never people.

**Limits.** English only; other languages have the closed list. Headlines of a few outlets taught
what clickbait is, so part of what it knows is their style; that is why it reads every headline in
small letters too, and honest sentences with capitals on every word. Labels of shops taught
pressure: a long text is outside of what it met. Comments of one site taught outrage: quoting
somebody's anger scores like one's own.
"""
ASKED = {
    "clickbait": ("a headline that hides its point", "five folds"),
    "pressure": ("scarcity, urgency, social proof, confirm-shaming", "five folds"),
    "outrage": ("anger, annoyance, disapproval, disgust", "the dev split"),
}


def card(
    measured: Mapping[str, Measured], wrong: Mapping[str, float], size: int, digest: str
) -> str:
    """The model card."""
    rows = "\n".join(
        f"| `{name}` | {ASKED[name][0]} | {one.texts:,} | {one.auc:.4f} | {one.f1:.3f} | "
        f"{ASKED[name][1]} |"
        for name, one in measured.items()
    )
    honest = ", ".join(f"{share:.2%} by `{name}`" for name, share in wrong.items())
    return CARD.format(
        honest=honest, buckets=BUCKETS, file=FILE, size=size, digest=digest, rows=rows
    )
