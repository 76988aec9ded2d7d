"""Behaviour of consented people as a table of numbers.

A share that rests on a few events is drawn towards the audience's average (as if `PRIOR` average
events had been seen too), so that one late click does not make a night reader.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from learning.kmeans import Table
from smartcontent.content import Behaviour
from smartcontent.errors import InvalidInput

Kind = Literal["habit", "time", "topic", "platform", "strategy", "language"]
PRIOR = 10.0
DAY_PARTS = {
    "night": (22, 5),
    "early-morning": (5, 8),
    "morning": (8, 12),
    "afternoon": (12, 18),
    "evening": (18, 22),
}
HABITS = ("recency_days", "frequency_per_week", "depth")
MOST: dict[Kind, int] = {"topic": 8, "platform": 5, "strategy": 8, "language": 4}
SHARED: tuple[Kind, ...] = ("time", *MOST)
READ = 4_096  # people read at a time


@dataclass(frozen=True)
class Column:
    """What a column measures, for instance the share of topic "sea"."""

    kind: Kind
    name: str

    @property
    def key(self) -> str:
        """
        >>> Column("topic", "sea").key, Column("habit", "depth").key
        ('topic sea', 'depth')
        """
        return self.name if self.kind == "habit" else f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Behaviours:
    """One row a person, one column a measure, `values` as one would say them.

    Values may be mapped from a file: they are read a chunk at a time.  `subjects` and `spoken`
    (numbers in `languages`, -1 unknown) are by row, or not there where not known.
    InvalidInput when the shapes do not fit.
    """

    columns: tuple[Column, ...]
    values: Table
    subjects: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    spoken: NDArray[np.int16] | None = None

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.columns):
            raise InvalidInput(
                f"Values of shape {self.values.shape} do not fit {len(self.columns)} columns.",
                todo="Give one row a person and one column a measure.",
            )

    def __len__(self) -> int:
        return len(self.values)


def tabulate(behaviours: Iterable[Behaviour]) -> Behaviours:
    """Habits (recency, frequency, depth) and shares (day parts, topics, ..., language).

    Rows are in order of their subjects.  The behaviours are read twice and never held: anything
    that can be read again will do, also one that asks a database for a few thousand at a time.
    InvalidInput when the second reading is not the first.
    """
    totals, languages, size = _totals(behaviours)
    columns = (*(Column("habit", name) for name in HABITS), *_columns(totals))
    values = np.empty((size, len(columns)), dtype=np.float32)
    events = np.empty(size, dtype=np.float32)
    spoken = np.empty(size, dtype=np.int16)
    subjects: list[str] = []
    for people in _some(behaviours):
        at = slice(len(subjects), len(subjects) + len(people))
        values[at] = _rows(people, columns)
        events[at] = [person.events for person in people]
        spoken[at] = [languages.get(person.language or "", -1) for person in people]
        subjects += [person.subject for person in people]
    if len(subjects) != size:
        raise InvalidInput(
            f"{size} people at first and {len(subjects)} when read again.",
            todo="Give something that can be read twice, such as a list.",
        )
    _draw_to_average(values[:, len(HABITS) :], events)
    order = np.array(sorted(range(size), key=subjects.__getitem__), dtype=np.intp)
    names = tuple(subjects[row] for row in order)
    return Behaviours(columns, values[order], names, tuple(languages), spoken[order])


def in_part(hours: Sequence[float], part: tuple[int, int]) -> float:
    """Share of activity from one hour (included) to another (excluded), over midnight too.

    >>> in_part([0.0] * 20 + [1.0, 1.0, 1.0, 1.0], (22, 5))
    0.5
    """
    first, last = part
    total = sum(hours)
    within = hours[first:last] if first < last else (*hours[first:], *hours[:last])
    return sum(within) / total if total else 0.0


def _some(behaviours: Iterable[Behaviour]) -> Iterator[list[Behaviour]]:
    """A few thousand at a time."""
    rest = iter(behaviours)
    while people := list(islice(rest, READ)):
        yield people


def _totals(
    behaviours: Iterable[Behaviour],
) -> tuple[dict[Kind, Counter[str]], dict[str, int], int]:
    """How common everything is, a number for each language, and how many people there are."""
    totals: dict[Kind, Counter[str]] = {kind: Counter() for kind in MOST}
    size = 0
    for person in behaviours:
        size += 1
        for kind, names in totals.items():
            for name, share in _mix(person, kind).items():
                names[name] += int(1_000 * share)
    return totals, {name: number for number, name in enumerate(sorted(totals["language"]))}, size


def _columns(totals: Mapping[Kind, Counter[str]]) -> list[Column]:
    """The most common topics, platforms, strategies and languages; a share of one says nothing."""
    found = [Column("time", part) for part in DAY_PARTS]
    for kind, most in MOST.items():
        names = totals[kind]
        common = sorted(names, key=lambda name: (-names[name], name))[:most]
        found += [Column(kind, name) for name in common if len(names) > 1]
    return found


def _mix(behaviour: Behaviour, kind: Kind) -> Mapping[str, float]:
    if kind == "topic":
        return behaviour.topics
    if kind == "platform":
        return behaviour.platforms
    if kind == "strategy":
        return behaviour.strategies
    if kind == "language":
        return {behaviour.language: 1.0} if behaviour.language else {}
    known = len(behaviour.hours) == 24 and any(behaviour.hours)
    return {part: in_part(behaviour.hours, at) for part, at in DAY_PARTS.items()} if known else {}


def _rows(people: Sequence[Behaviour], columns: Sequence[Column]) -> Table:
    """Habits, then shares in column order; not a number where nothing of the kind is known."""
    names: dict[Kind, list[str]] = {kind: [] for kind in SHARED}
    for column in columns[len(HABITS) :]:
        names[column.kind].append(column.name)
    rows = []
    for person in people:
        row = [person.recency_days, person.frequency_per_week, person.depth]
        for kind in SHARED:
            row += _shares(_mix(person, kind), names[kind])
        rows.append(row)
    return np.array(rows, dtype=np.float32)


def _shares(mix: Mapping[str, float], names: Sequence[str]) -> list[float]:
    total = sum(mix.values())
    if not total:
        return [np.nan] * len(names)
    return [mix.get(name, 0.0) / total for name in names]


def _draw_to_average(shares: Table, events: Table) -> None:
    """In place, a column at a time; shares that are not known become the average."""
    weights = np.minimum(events, 1e6)
    for column in shares.T:
        known = ~np.isnan(column)
        average = float(column[known].mean(dtype=np.float64)) if known.any() else 0.0
        seen = np.where(known, weights, 0.0)
        column[:] = (seen * np.where(known, column, 0.0) + PRIOR * average) / (seen + PRIOR)
