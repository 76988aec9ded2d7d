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


def weighted(table: csr_matrix, idf: Scores) -> csr_matrix:
    """Each row by rarity, at length 1."""
    raised = table.multiply(idf).tocsr()
    lengths = np.sqrt(np.asarray(raised.multiply(raised).sum(axis=1)).ravel())
    return (diags(1.0 / np.where(lengths > 0, lengths, 1.0)) @ raised).tocsr()


def fit(table: csr_matrix, labels: NDArray[np.bool_], name: str) -> Head:
    """Weights for one manner, from its marks."""
    idf = rarity(table)
    model = LogisticRegression(C=STRENGTH[name], solver="liblinear", max_iter=300)
    model.fit(weighted(table, idf), labels)
    return Head(
        model.coef_[0].astype(np.float32), idf.astype(np.float32), float(model.intercept_[0])
    )


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
    table = marks(told.texts, name)
    found = []
    for learned, asked in folds(told.labels, seed):
        head = fit(table[learned], told.labels[learned], name)
        found.append(quality(told.labels[asked], predicted(head, table[asked])))
    return Quality(
        len(told.texts),
        float(np.mean([one.auc for one in found])),
        float(np.mean([one.f1 for one in found])),
    )


def beside(told: Labelled, articles: Sequence[Sequence[str]]) -> Labelled:
    """Honest sentences beside headlines, as texts without the manner."""
    plain = [sentence for article in articles for sentence in article]
    labels = np.concatenate([told.labels, np.zeros(len(plain), dtype=bool)])
    return Labelled([*told.texts, *plain], labels)


def suspected(told: Labelled, articles: Sequence[Sequence[str]], name: str) -> float:
    """Share of honest sentences over a half, in articles that were not learned from."""
    asked = [sentence for article in articles[::FOLDS] for sentence in article]
    rest = [article for at, article in enumerate(articles) if at % FOLDS]
    both = beside(told, rest)
    head = fit(marks(both.texts, name), both.labels, name)
    return float((predicted(head, marks(asked, name)) > 0.5).mean())


def make(folder: Path, out: Path, articles: Sequence[Sequence[str]]) -> dict[str, Quality]:
    """Train on everything under `folder`, measure on what is held out, write model and card."""
    heads, measured = {}, {}
    for name in ("clickbait", "pressure"):
        told = read(folder, name)
        measured[name] = across(told, name)
        both = beside(told, articles)
        heads[name] = fit(marks(both.texts, name), both.labels, name)
    wrong = {name: suspected(read(folder, name), articles, name) for name in heads}
    told, unseen = read(folder, "outrage"), read_outrage(folder, "dev")
    heads["outrage"] = fit(marks(told.texts, "outrage"), told.labels, "outrage")
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
