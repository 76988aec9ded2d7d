"""Makes the manipulation model: `python -m learning.manipulation_training --data DIR --prose DIR`.

DIR holds Stop Clickbait (Chakraborty et al. 2016), the dark patterns of Yada et al. (2022) and
GoEmotions (Demszky et al. 2020), see `manipulation_data`.  A logistic regression a manner over
hashed marks weighted by tf-idf; every figure of the card is of texts that were not learned from.
`--prose` is a folder of honest English articles (18F's, CC0): headlines alone would teach that
whatever is no news agency's headline is bait.
"""

import argparse
import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold

from learning.manipulation import BUCKETS, FILE, LOUD, Head, Manipulation
from learning.manipulation_card import card
from learning.manipulation_data import Labelled, prose, read, read_outrage
from learning.short_text import buckets

STRENGTH = {"clickbait": 100.0, "pressure": 100.0, "outrage": 3.0}  # inverse of the ridge
FOLDS = 5
TWICE = frozenset({"clickbait"})
LIGHTLY = 0.2
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Quality:
    """On texts that were not learned from; `f1` where a probability over a half says yes."""

    texts: int
    auc: float
    f1: float


def marks(texts: Sequence[str], name: str, many: int = BUCKETS) -> csr_matrix:
    """One row a text, one column a bucket, 1 where a mark fell."""
    found = [buckets(text, many, loud=name in LOUD) for text in texts]
    ends = np.concatenate([[0], np.cumsum([len(each) for each in found])])
    at = np.concatenate([np.zeros(0, np.int64), *found])
    return csr_matrix((np.ones(len(at)), at, ends), shape=(len(texts), many))


def rarity(table: csr_matrix) -> Scores:
    """Smooth idf: log((1 + texts) / (1 + texts with the mark)) + 1."""
    texts, _ = table.shape
    having = np.asarray(table.sum(axis=0)).ravel()
    found: Scores = np.log((1 + texts) / (1 + having)) + 1.0
    return found


def weighted(table: csr_matrix, idf: NDArray[np.floating]) -> csr_matrix:
    """Each row by rarity, at length 1."""
    raised = csr_matrix(table @ diags(idf))
    lengths = np.sqrt(np.asarray(raised.multiply(raised).sum(axis=1)).ravel())
    return csr_matrix(diags(1.0 / np.where(lengths > 0, lengths, 1.0)) @ raised)


def fit(told: Labelled, name: str, shares: Scores | None = None) -> Head:
    """Weights for one manner; `shares` say how much each text counts."""
    table = marks(told.texts, name)
    idf = rarity(table)
    model = LogisticRegression(C=STRENGTH[name], solver="liblinear", max_iter=300)
    model.fit(weighted(table, idf), told.labels, sample_weight=shares)
    weights, bias = np.asarray(model.coef_)[0], np.asarray(model.intercept_)[0]
    return Head(weights.astype(np.float32), idf.astype(np.float32), float(bias))


def predicted(head: Head, table: csr_matrix) -> Scores:
    """Probabilities for rows of marks, as `Head` gives them one by one."""
    scores = weighted(table, head.rarity) @ head.weights + head.bias
    found: Scores = 1.0 / (1.0 + np.exp(-scores))
    return found


def quality(labels: NDArray[np.bool_], scores: Scores) -> Quality:
    return Quality(
        len(labels), float(roc_auc_score(labels, scores)), float(f1_score(labels, scores > 0.5))
    )


def folds(labels: NDArray[np.bool_], seed: int) -> list[tuple[NDArray[np.int64], ...]]:
    """Which texts are learned from and which are asked about, five times."""
    cut = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    return list(cut.split(np.zeros((len(labels), 1)), labels))


def across(told: Labelled, name: str, seed: int = 1) -> Quality:
    """Mean over five folds."""
    found = []
    for learned, asked in folds(told.labels, seed):
        head = learn(_rows(told, learned), name)
        unseen = _rows(told, asked)
        found.append(quality(unseen.labels, predicted(head, marks(unseen.texts, name))))
    return Quality(
        len(told.texts),
        float(np.mean([one.auc for one in found])),
        float(np.mean([one.f1 for one in found])),
    )


def learn(told: Labelled, name: str, articles: Sequence[Sequence[str]] = ()) -> Head:
    """One manner's weights, from the texts and from honest sentences as texts without it.

    Headlines are read as written and, more lightly, in small letters; honest sentences also with a
    capital on every word: so capitals alone say nothing.
    """
    plain = [sentence for article in articles for sentence in article]
    if name not in TWICE:
        return fit(Labelled([*told.texts, *plain], _and_not(told.labels, len(plain))), name)
    texts = [*told.texts, *map(str.lower, told.texts), *plain, *map(str.title, plain)]
    labels = _and_not(np.concatenate([told.labels, told.labels]), 2 * len(plain))
    shares = np.ones(len(texts))
    shares[len(told.texts) : 2 * len(told.texts)] = LIGHTLY
    return fit(Labelled(texts, labels), name, shares)


def _and_not(labels: NDArray[np.bool_], many: int) -> NDArray[np.bool_]:
    """The labels, and as many texts without the manner."""
    return np.concatenate([labels, np.zeros(many, dtype=bool)])


def suspected(told: Labelled, articles: Sequence[Sequence[str]], name: str) -> float:
    """Share of honest sentences over a half, in articles that were not learned from."""
    asked = [sentence for article in articles[::FOLDS] for sentence in article]
    rest = [article for at, article in enumerate(articles) if at % FOLDS]
    head = learn(told, name, rest)
    return float((predicted(head, marks(asked, name)) > 0.5).mean())


def _rows(told: Labelled, at: NDArray[np.int64]) -> Labelled:
    return Labelled([told.texts[row] for row in at], told.labels[at])


def make(folder: Path, out: Path, articles: Sequence[Sequence[str]]) -> dict[str, Quality]:
    """Train on everything under `folder`, measure on what is held out, write model and card."""
    heads, measured = {}, {}
    for name in ("clickbait", "pressure"):
        told = read(folder, name)
        measured[name] = across(told, name)
        heads[name] = learn(told, name, articles)
    wrong = {name: suspected(read(folder, name), articles, name) for name in heads}
    unseen = read_outrage(folder, "dev")
    heads["outrage"] = learn(read(folder, "outrage"), "outrage")
    scores = predicted(heads["outrage"], marks(unseen.texts, "outrage"))
    measured["outrage"] = quality(unseen.labels, scores)
    out.mkdir(parents=True, exist_ok=True)
    Manipulation(heads).save(out / FILE)
    digest = hashlib.sha256((out / FILE).read_bytes()).hexdigest()
    written = card(measured, wrong, (out / FILE).stat().st_size, digest)
    (out / FILE).with_suffix(".md").write_text(written, encoding="utf-8")
    return measured


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the three data sets")
    parser.add_argument("--prose", type=Path, required=True, help="folder with honest articles")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    options = parser.parse_args(arguments)
    for name, found in make(options.data, options.out, prose(options.prose)).items():
        sys.stdout.write(f"{name}: AUC {found.auc:.4f}, F1 {found.f1:.4f}\n")


if __name__ == "__main__":
    main()
