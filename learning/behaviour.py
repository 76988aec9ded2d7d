"""Behaviour of consented people as a table of numbers.

A share that rests on a few events is drawn towards the audience's average (as if `PRIOR` average
events had been seen too), so that one late click does not make a night reader.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from smartcontent.content import Behaviour

Kind = Literal["habit", "time", "topic", "platform", "strategy", "language"]
Table = NDArray[np.float32]
PRIOR = 10.0
DAY_PARTS = {
    "night": (22, 5),
    "early-morning": (5, 8),
    "morning": (8, 12),
    "afternoon": (12, 18),
    "evening": (18, 22),
}
MOST: dict[Kind, int] = {"topic": 8, "platform": 5, "strategy": 8, "language": 4}
EXTREME = 3.0


@dataclass(frozen=True)
class Column:
    """What a column measures, for instance the share of topic "sea"."""

    kind: Kind
    name: str


@dataclass(frozen=True)
class Behaviours:
    """One row a subject: `values` as one would say them, `scaled` as one would cluster them."""

    columns: tuple[Column, ...]
    values: Table
    scaled: Table


def tabulate(behaviours: Sequence[Behaviour]) -> Behaviours:
    """Habits (recency, frequency, depth) and shares (day parts, topics, ..., language)."""
    columns = _columns(behaviours)
    habits = np.array([_habits(each) for each in behaviours], dtype=np.float32)
    shares = np.array([_shares(each, columns) for each in behaviours], dtype=np.float32)
    events = np.array([each.events for each in behaviours], dtype=np.float32)
    names = ("recency_days", "frequency_per_week", "depth")
    all_columns = (*(Column("habit", name) for name in names), *columns)
    values = np.hstack([habits, _drawn_to_average(shares, events)])
    return Behaviours(all_columns, values, _scaled(values, all_columns))


def in_part(hours: Sequence[float], part: tuple[int, int]) -> float:
    """Share of activity from one hour (included) to another (excluded), over midnight too.

    >>> in_part([0.0] * 20 + [1.0, 1.0, 1.0, 1.0], (22, 5))
    0.5
    """
    first, last = part
    within = range(first, last) if first < last else (*range(first, 24), *range(last))
    total = sum(hours)
    return sum(hours[hour] for hour in within) / total if total else 0.0


def _columns(behaviours: Sequence[Behaviour]) -> tuple[Column, ...]:
    """The most common topics, platforms, strategies and languages; a share of one says nothing."""
    found: list[Column] = [Column("time", part) for part in DAY_PARTS]
    for kind, most in MOST.items():
        totals: Counter[str] = Counter()
        for each in behaviours:
            for name, share in _mix(each, kind).items():
                totals[name] += int(1_000 * share)
        common = sorted(totals, key=lambda name: (-totals[name], name))[:most]
        found += [Column(kind, name) for name in common if len(totals) > 1]
    return tuple(found)


def _mix(behaviour: Behaviour, kind: Kind) -> Mapping[str, float]:
    if kind == "language":
        return {behaviour.language: 1.0} if behaviour.language else {}
    return {
        "topic": behaviour.topics,
        "platform": behaviour.platforms,
        "strategy": behaviour.strategies,
    }[kind]


def _habits(each: Behaviour) -> tuple[float, float, float]:
    return each.recency_days, each.frequency_per_week, each.depth


def _shares(each: Behaviour, columns: Sequence[Column]) -> list[float]:
    """Shares in column order; not a number where nothing of the kind is known."""
    known: dict[tuple[Kind, str], float] = {}
    if len(each.hours) == 24 and any(each.hours):
        known = {("time", part): in_part(each.hours, hours) for part, hours in DAY_PARTS.items()}
    kinds: set[Kind] = {"time"} if known else set()
    for kind in MOST:
        mix = _mix(each, kind)
        total = sum(mix.values())
        if total:
            kinds.add(kind)
            known |= {(kind, name): share / total for name, share in mix.items()}
    return [
        known.get((column.kind, column.name), 0.0) if column.kind in kinds else np.nan
        for column in columns
    ]


def _drawn_to_average(shares: Table, events: Table) -> Table:
    known = ~np.isnan(shares)
    weights = np.where(known, np.minimum(events, 1e6)[:, None], 0.0)
    filled = np.where(known, shares, 0.0)
    counts = np.maximum(known.sum(axis=0), 1)
    average = filled.sum(axis=0) / counts
    drawn: Table = ((weights * filled + PRIOR * average) / (weights + PRIOR)).astype(np.float32)
    return drawn


def _scaled(values: Table, columns: Sequence[Column]) -> Table:
    """Logarithms of habits, standardised, without extremes; every kind weighs the same."""
    table = values.copy()
    table[:, :3] = np.log1p(np.maximum(table[:, :3], 0.0))
    spread = table.std(axis=0)
    table = (table - table.mean(axis=0)) / np.where(spread > 1e-6, spread, 1.0)
    sizes = Counter(column.kind for column in columns)
    weights = np.array([sizes[column.kind] ** -0.5 for column in columns], dtype=np.float32)
    scaled: Table = (np.clip(table, -EXTREME, EXTREME) * weights).astype(np.float32)
    return scaled
