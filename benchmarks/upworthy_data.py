"""Headline tests of the Upworthy Research Archive: reading, filters and the split by time.

Matias, Munger, Aubin Le Quere and Ebersole 2021, doi 10.1038/s41597-021-00934-7, CC BY 4.0.  An arm
is a headline with an image; the arms of a test were shown at random to the same audience.  Tests
whose randomisation the archive doubts are left out, and so are tests with a thinly shown arm.
"""

import csv
import gzip
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

FILE = "packages.csv.gz"
ENOUGH = 1_000  # impressions that every arm of a test must have


@dataclass(frozen=True)
class Arm:
    """A headline shown with an image."""

    headline: str
    image: str
    impressions: int
    clicks: int


@dataclass(frozen=True)
class HeadlineTest:
    """Arms that competed for one audience, and when the test was made (Unix seconds)."""

    id: str
    created: int
    arms: tuple[Arm, ...]


class Split(NamedTuple):
    """What may be learned from, and what is asked afterwards; both in order of time."""

    train: list[HeadlineTest]
    test: list[HeadlineTest]


def read(folder: Path, *, enough: int = ENOUGH) -> list[HeadlineTest]:
    """The usable tests in a folder with `packages.csv.gz` (or with `upworthy/`), oldest first.

    Raises FileNotFoundError.
    """
    with gzip.open(_file(folder), "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["randomisation_risk"] == "0"]
    tests = (test for test in _tests(rows) if all(arm.impressions >= enough for arm in test.arms))
    return sorted(tests, key=_age)


def split(data: Path, train: Path | None = None, *, enough: int = ENOUGH) -> Split:
    """All of `train` and all of `data`; without `train` the older and the newer half of `data`."""
    tests = read(data, enough=enough)
    if train is not None:
        return Split(read(train, enough=enough), tests)
    return halves(tests)


def halves(tests: Sequence[HeadlineTest]) -> Split:
    """The older and the newer half; the middle one of an odd number is new.

    >>> old, new, newest = (HeadlineTest(name, at, ()) for at, name in enumerate("abc"))
    >>> halves([newest, old, new]) == Split([old], [new, newest])
    True
    """
    ordered = sorted(tests, key=_age)
    middle = len(ordered) // 2
    return Split(ordered[:middle], ordered[middle:])


def _file(folder: Path) -> Path:
    inside = folder / "upworthy" / FILE
    return inside if inside.exists() else folder / FILE


def _age(test: HeadlineTest) -> tuple[int, str]:
    return test.created, test.id


def _tests(rows: Iterable[dict[str, str]]) -> Iterable[HeadlineTest]:
    ordered = sorted(rows, key=_id)  # stable: the arms of a test stay in the order of the file
    for key, members in groupby(ordered, key=_id):
        arms = list(members)
        yield HeadlineTest(key, int(arms[0]["created_unix"]), tuple(map(_arm, arms)))


def _id(row: dict[str, str]) -> str:
    return row["clickability_test_id"]


def _arm(row: dict[str, str]) -> Arm:
    return Arm(
        row["headline"].strip(),
        row["eyecatcher_id"],
        int(row["impressions"]),
        int(row["clicks"]),
    )
