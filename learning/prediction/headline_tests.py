"""Reads headline tests of the Upworthy Research Archive.

Matias, Munger, Aubin Le Quere and Ebersole 2021, doi 10.1038/s41597-021-00934-7, CC BY 4.0.  An arm
is a headline with an image; the arms of a test were shown at random to the same audience.  Tests
whose randomisation the archive doubts are left out, and so are tests with a thinly shown arm.
"""

import csv
import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

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

    @property
    def age(self) -> tuple[int, str]:
        """Sorts tests by time, the same way every time."""
        return self.created, self.id


def read(folder: Path, *, enough: int = ENOUGH) -> list[HeadlineTest]:
    """The usable tests in a folder with `packages.csv.gz` (or with `upworthy/`), oldest first.

    Raises FileNotFoundError.
    """
    inside = folder / "upworthy" / FILE
    file = inside if inside.exists() else folder / FILE
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["randomisation_risk"] == "0"]
    tests = (test for test in _tests(rows) if all(arm.impressions >= enough for arm in test.arms))
    return sorted(tests, key=lambda test: test.age)


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
