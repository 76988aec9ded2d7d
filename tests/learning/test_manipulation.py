"""The shipped manipulation model reads short texts; the training makes such a model again."""

import gzip
import hashlib
from importlib.resources import files
from pathlib import Path
from random import Random

import numpy as np
import pytest

from learning.manipulation import FILE, Head, Manipulation
from learning.manipulation_data import prose, read
from learning.manipulation_training import across, main
from smartcontent.errors import InvalidInput

SHIPPED = Manipulation.shipped()
NAMES = {"clickbait", "pressure", "outrage"}


@pytest.mark.parametrize(
    ("text", "manner", "least", "most"),
    [
        ("17 Reasons Why Your Dog Is Secretly Plotting Against You", "clickbait", 0.9, 1.0),
        ("You Won't Believe What This Mom Found In Her Garden", "clickbait", 0.9, 1.0),
        ("Parliament approves budget after two days of debate", "clickbait", 0.0, 0.1),
        ("We wrote down what went wrong and fixed it the next week.", "clickbait", 0.0, 0.5),
        ("Hurry! Only 2 left in stock", "pressure", 0.9, 1.0),
        ("No thanks, I hate saving money", "pressure", 0.9, 1.0),
        ("Shipping and returns", "pressure", 0.0, 0.3),
        ("This is disgusting and they are idiots.", "outrage", 0.7, 1.0),
        ("Thank you for this lovely afternoon.", "outrage", 0.0, 0.2),
    ],
)
def test_the_manner_of_a_text(text: str, manner: str, least: float, most: float) -> None:
    assert least <= SHIPPED.score(manner, text) <= most


@pytest.mark.parametrize("text", ["", " ", "🎉", "ü" * 10_000, "\x00\n\t"])
def test_any_text_gets_probabilities(text: str) -> None:
    said = SHIPPED(text)
    assert set(said) == NAMES
    assert all(0.0 <= value <= 1.0 for value in said.values())


def test_the_card_is_that_of_the_weights() -> None:
    data = files("learning").joinpath("data")
    digest = hashlib.sha256(data.joinpath(FILE).read_bytes()).hexdigest()
    assert digest in data.joinpath("manipulation.md").read_text(encoding="utf-8")


def small(folder: Path) -> Path:
    """Three data sets of the published form, in which one word tells."""
    random = Random(4)
    words = "river stone window paper garden morning letter bridge".split()

    def lines(mark: str) -> list[tuple[str, int]]:
        made = []
        for number in range(60):
            said = " ".join(random.sample(words, 5))
            made.append((f"{mark} {said}" if number % 2 else said, number % 2))
        return made

    for name in ("clickbait", "dark-patterns", "goemotions", "prose"):
        (folder / name).mkdir(parents=True)
    with gzip.open(folder / "clickbait/clickbait.csv.gz", "wt", encoding="utf-8") as file:
        file.write("label,split,text\n")
        file.writelines(f"{label},train,{text}\n" for text, label in lines("shocking"))
    rows = "".join(f'1\t{text}\t{label}\tx\n2\t"broken\n' for text, label in lines("hurry"))
    (folder / "dark-patterns/ec_darkpattern.tsv").write_text(f"page_id\ttext\tlabel\tp\n{rows}")
    (folder / "goemotions/labels.txt").write_text("anger\njoy\n")
    for split in ("train", "dev"):
        with gzip.open(folder / f"goemotions/{split}.tsv.gz", "wt", encoding="utf-8") as file:
            file.writelines(f"{text}\t{1 - label}\tid\n" for text, label in lines("awful"))
    for number in range(10):
        text = f"---\ntitle: x\n---\nThe [bridge](http://a.b) was closed in year {number}. It is.\n"
        (folder / f"prose/{number}.md").write_text(text)
    return folder


def test_a_model_is_made_from_a_folder(tmp_path: Path) -> None:
    data = small(tmp_path / "data")
    main(["--data", str(data), "--prose", str(data / "prose"), "--out", str(tmp_path)])
    with (tmp_path / FILE).open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        assert {str(name) for name in stored["names"]} == NAMES
    digest = hashlib.sha256((tmp_path / FILE).read_bytes()).hexdigest()
    assert digest in (tmp_path / "manipulation.md").read_text(encoding="utf-8")


def test_shuffled_labels_teach_nothing(tmp_path: Path) -> None:
    """The control: what is measured comes from the labels."""
    told = read(small(tmp_path), "clickbait")
    assert across(told, "clickbait").auc > 0.95
    mixed = told._replace(labels=np.random.default_rng(3).permutation(told.labels))
    assert across(mixed, "clickbait").auc < 0.75


def test_missing_data_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="clickbait"):
        read(tmp_path, "clickbait")


def test_marks_of_markdown_are_no_prose(tmp_path: Path) -> None:
    assert prose(small(tmp_path) / "prose")[0] == ["The bridge was closed in year 0."]


def test_what_was_saved_scores_as_before(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    weights = random.normal(size=64).astype(np.float32)
    head = Head(weights, random.uniform(1, 2, 64).astype(np.float32), 0.25)
    Manipulation({"clickbait": head}).save(tmp_path / FILE)
    with np.load(tmp_path / FILE, allow_pickle=False) as stored:
        assert stored["clickbait rest"][1] == 0.25
        kept = stored["clickbait weights"].astype(np.float32)
    assert np.allclose(kept, weights[np.flatnonzero(weights)], atol=0.01)
