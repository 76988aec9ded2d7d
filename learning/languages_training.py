"""Makes the language model and its card again: `python -m learning.languages_training --data DIR`.

DIR holds `sentences.csv.gz` with the columns `lang` (ISO 639-1) and `text`.  One in eight of its
sentences, chosen by fingerprint, is kept out and measured.
"""

import argparse
import csv
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.svm import LinearSVC

from learning.languages import BUCKETS, FILE, STEP, Languages, Units, buckets, fingerprint

SMOOTHING = 0.05  # added to every count
KEPT_OUT = 8
Row = tuple[str, str]


def read(folder: Path) -> list[Row]:
    """(language, text) by row."""
    csv.field_size_limit(1_000_000)
    with gzip.open(folder / "sentences.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [(row["lang"], row["text"]) for row in csv.DictReader(file)]


def train(rows: Sequence[Row]) -> Languages:
    """Both readers from the same sentences."""
    codes = sorted({language for language, _ in rows})
    at = {code: row for row, code in enumerate(codes)}
    truth = np.array([at[language] for language, _ in rows])
    found = runs(rows)
    margins, step, bias = _margins(found, truth)
    seen = (fingerprint(text) for _, text in rows)
    return Languages(codes, _likelihoods(found, truth, len(codes)), margins, step, bias, seen)


def runs(rows: Sequence[Row]) -> csr_matrix:
    """1 where a sentence (row) has a run of letters in a bucket (column)."""
    chosen = [sorted(buckets(text)) for _, text in rows]
    ends = np.cumsum([0, *map(len, chosen)])
    places = np.concatenate([np.array(one, dtype=np.int64) for one in chosen])
    return csr_matrix((np.ones(len(places)), places, ends), shape=(len(rows), BUCKETS))


def _likelihoods(found: csr_matrix, truth: NDArray[np.int64], languages: int) -> Units:
    """The log-share of each bucket in a language, above its mean over languages, in `STEP`s."""
    one_hot = csr_matrix(
        (np.ones(len(truth)), (truth, np.arange(len(truth)))), shape=(languages, len(truth))
    )
    counts = (one_hot @ found).toarray()
    shares = (counts + SMOOTHING) / (counts.sum(axis=1, keepdims=True) + SMOOTHING * BUCKETS)
    above = np.log(shares) - np.log(shares).mean(axis=0, keepdims=True)
    return np.ascontiguousarray(np.clip(np.round(above / STEP), -127, 127).T.astype(np.int8))


def _margins(
    found: csr_matrix, truth: NDArray[np.int64]
) -> tuple[Units, float, NDArray[np.float64]]:
    """A separating plane for each language, over sentences brought to length 1."""
    length = np.sqrt(np.maximum(np.diff(found.indptr), 1))
    machine = LinearSVC(C=1.0, random_state=0).fit(diags(1 / length) @ found, truth)
    step = float(np.abs(machine.coef_).max()) / 127
    margins = np.ascontiguousarray(np.round(machine.coef_ / step).T.astype(np.int8))
    return margins, step, np.asarray(machine.intercept_)


def accuracy(model: Languages, rows: Sequence[Row]) -> float:
    """Share of rows whose language scores highest."""
    right = sum(model.codes[int(model.scores(text).argmax())] == code for code, text in rows)
    return right / len(rows)


def card(model: Languages, held: float, trained: int, kept_out: int) -> str:
    megabytes = (model.likelihoods.nbytes + model.margins.nbytes) / 1e6
    return f"""# languages.npz

{len(model.codes)} languages, {BUCKETS:,} buckets, {megabytes:.1f} MB in memory.
Trained on {trained:,} sentences; on {kept_out:,} others of the same collection it alone names
{held:.1%} (`python -m learning.languages_training`). The product asks it together with py3langid:
`python -m benchmarks.language_id --data DIR` measures that.

Sentences: the language test data of lingua (github pemistahl/lingua-py, Apache-2.0), taken there
from the Wortschatz Leipzig corpora (CC BY; D. Goldhahn, T. Eckart, U. Quasthoff 2012). The file
holds weights and 32-bit fingerprints, and none of the sentences.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "data")
    args = parser.parse_args()
    rows = read(args.data)
    kept_out = [row for row in rows if fingerprint(row[1]) % KEPT_OUT == 0]
    used = [row for row in rows if fingerprint(row[1]) % KEPT_OUT]
    model = train(used)
    model.save(args.out / FILE)
    text = card(model, accuracy(model, kept_out), len(used), len(kept_out))
    (args.out / "languages.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
