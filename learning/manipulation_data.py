"""The texts that the manipulation model learns from, as their authors published them."""

import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from smartcontent.errors import InvalidInput

ANGRY = frozenset({"anger", "annoyance", "disapproval", "disgust"})
_FRONT = re.compile(r"\A(?:---|\+\+\+)\n.*?\n(?:---|\+\+\+)\n", re.DOTALL)
_MARKS = re.compile(
    r"\{[{%].*?[%}]\}|<[^>]*>|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|[\[\]*_`#>|]", re.DOTALL
)
_STOP = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
_LENGTHS = range(20, 240)  # characters of a sentence that is taken


class Labelled(NamedTuple):
    """Texts, and whether each has the manner."""

    texts: list[str]
    labels: NDArray[np.bool_]


def read(folder: Path, name: str) -> Labelled:
    """The texts of `clickbait`, `pressure` or `outrage` under FOLDER.

    FOLDER holds `clickbait/clickbait.csv.gz`, `dark-patterns/ec_darkpattern.tsv` and
    `goemotions/train.tsv.gz` with `labels.txt`.  Raises InvalidInput where a file is missing.
    """
    reader, file = _READERS[name]
    path = folder / file
    if not path.exists():
        raise InvalidInput(f"{path} is missing.", todo=f"Give a folder with {file}.")
    rows = [(text, label) for text, label in reader(path) if text.strip()]
    return Labelled([text for text, _ in rows], np.array([label for _, label in rows], dtype=bool))


def read_outrage(folder: Path, split: str) -> Labelled:
    """One split of GoEmotions: comments that carry anger or disgust, and the others."""
    rows = list(_emotions(folder / f"goemotions/{split}.tsv.gz"))
    return Labelled([text for text, _ in rows], np.array([label for _, label in rows], dtype=bool))


def prose(folder: Path) -> list[list[str]]:
    """Plain sentences of the articles under FOLDER, article by article: what no bait is."""
    files = sorted(folder.glob("**/*.md"))
    return [sentences for file in files if (sentences := _sentences(file.read_text("utf-8")))]


def _sentences(text: str) -> list[str]:
    plain = _MARKS.sub(" ", _FRONT.sub("", text))
    found = (" ".join(part.split()) for part in _STOP.split(plain))
    return [sentence for sentence in found if len(sentence) in _LENGTHS]


def _clickbait(path: Path) -> Iterator[tuple[str, bool]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield row["text"], row["label"] == "1"


def _dark_patterns(path: Path) -> Iterator[tuple[str, bool]]:
    """Lines that a quotation mark broke in two have no label and are left out."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["label"] in ("0", "1"):
                yield row["text"], row["label"] == "1"


def _emotions(path: Path) -> Iterator[tuple[str, bool]]:
    names = (path.parent / "labels.txt").read_text(encoding="utf-8").split()
    angry = {str(number) for number, name in enumerate(names) if name in ANGRY}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text, numbers, _ = line.rstrip("\n").split("\t")
            yield text, bool(angry & set(numbers.split(",")))


_READERS = {
    "clickbait": (_clickbait, "clickbait/clickbait.csv.gz"),
    "pressure": (_dark_patterns, "dark-patterns/ec_darkpattern.tsv"),
    "outrage": (_emotions, "goemotions/train.tsv.gz"),
}
