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

from learning.languages import BUCKETS, FILE, STEP, Languages, buckets, fingerprint

SMOOTHING = 0.05  # added to every count
KEPT_OUT = 8
Row = tuple[str, str]


def read(folder: Path) -> list[Row]:
    """(language, text) by row."""
    csv.field_size_limit(1_000_000)
    with gzip.open(folder / "sentences.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [(row["lang"], row["text"]) for row in csv.DictReader(file)]


def train(rows: Sequence[Row]) -> Languages:
    """Weights: the log-share of each bucket in a language, above its mean over languages."""
    codes = sorted({language for language, _ in rows})
    at = {code: row for row, code in enumerate(codes)}
    counts = np.zeros((len(codes), BUCKETS))
    for language, text in rows:
        counts[at[language], sorted(buckets(text))] += 1
    shares = (counts + SMOOTHING) / (counts.sum(axis=1, keepdims=True) + SMOOTHING * BUCKETS)
    above = np.log(shares) - np.log(shares).mean(axis=0, keepdims=True)
    weights = np.clip(np.round(above / STEP), -127, 127).astype(np.int8)
    return Languages(codes, weights, (fingerprint(text) for _, text in rows))


def accuracy(model: Languages, rows: Sequence[Row]) -> float:
    """Share of rows whose language scores highest."""
    right = sum(model.codes[int(model.scores(text).argmax())] == code for code, text in rows)
    return right / len(rows)


def card(model: Languages, held: float, trained: int, kept_out: int) -> str:
    return f"""# languages.npz

{len(model.codes)} languages, {BUCKETS:,} buckets, {model.weights.nbytes / 1e6:.1f} MB in memory.
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
