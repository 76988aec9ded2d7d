"""The language model tells languages by their letters, and the training makes such a model."""

import csv
import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from learning.languages import Languages, buckets, fingerprint
from learning.languages_training import accuracy, main, read, train

PAGES = json.loads(Path("tests/data/vote_gov.json").read_text(encoding="utf-8"))["pages"].values()
PIECE = 60  # characters
ROWS = [
    (page["language"], " ".join(page["text"][at : at + PIECE].split()))
    for page in PAGES
    for at in range(0, len(page["text"]) - PIECE, PIECE)
]
TRAINED = [row for row in ROWS if fingerprint(row[1]) % 3]
LEFT = [row for row in ROWS if fingerprint(row[1]) % 3 == 0]


def written(folder: Path) -> Path:
    with gzip.open(folder / "sentences.csv.gz", "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("lang", "text"), *ROWS])
    return folder


def test_pieces_that_were_not_learned_are_told() -> None:
    assert len(LEFT) > 50
    assert accuracy(train(TRAINED), LEFT) > 0.95


def test_a_model_of_shuffled_labels_would_be_noticed() -> None:
    """The control: the same texts under other languages' names."""
    names = [code for code, _ in TRAINED]
    wrong = [(names[at - 7 * len(names) // 13], text) for at, (_, text) in enumerate(TRAINED)]
    assert accuracy(train(wrong), LEFT) < 0.3


def test_training_again_from_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["train", "--data", str(written(tmp_path)), "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", command)
    main()
    with (tmp_path / "languages.npz").open("rb") as file:
        again = Languages.read(file)
    assert again.codes == tuple(sorted({code for code, _ in ROWS}))
    assert read(tmp_path) == ROWS
    kept_out = {fingerprint(text) for _, text in ROWS} - again.seen
    assert all(one % 8 == 0 for one in kept_out) and kept_out
    assert "none of the sentences" in (tmp_path / "languages.md").read_text(encoding="utf-8")


def test_the_shipped_model() -> None:
    model = Languages.shipped()
    assert len(model.codes) == 75 == model.margins.shape[1] and model.margins.dtype == np.int8
    assert not model.scores("12 + 3 = ?").any()


def test_marks_and_digits_are_no_letters() -> None:
    assert buckets("Ja, ja! 12") == buckets("ja ja") != buckets("jaja")
    assert buckets("\ud800") == set()
