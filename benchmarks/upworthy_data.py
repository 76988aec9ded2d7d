"""Headline tests of the Upworthy Research Archive, split by time as every benchmark splits them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from learning.prediction.headline_tests import ENOUGH, FILE, Arm, HeadlineTest, read

__all__ = ["ENOUGH", "FILE", "Arm", "HeadlineTest", "Split", "halves", "read", "split"]


class Split(NamedTuple):
    """What may be learned from, and what is asked afterwards; both in order of time."""

    train: list[HeadlineTest]
    test: list[HeadlineTest]


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
    ordered = sorted(tests, key=lambda test: test.age)
    middle = len(ordered) // 2
    return Split(ordered[:middle], ordered[middle:])
