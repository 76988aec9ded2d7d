"""Plain words for a group of people, each with the figure it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning.behaviour import DAY_PARTS, Behaviours, Column, Kind

TELLING = 0.5  # a group's mean must lie so many standard deviations from the audience's
NAMED = 2
HIGH = {"recency_days": "lapsed", "frequency_per_week": "frequent", "depth": "thorough"}
LOW = {"recency_days": "recent", "frequency_per_week": "occasional", "depth": "skimming"}
UNITS = {
    "recency_days": "last seen {:.1f} days ago",
    "frequency_per_week": "active {:.1f} times a week",
    "depth": "depth {:.2f}",
}
AFTER: dict[Kind, str] = {
    "topic": "of {}",
    "language": "in {}",
    "platform": "on {}",
    "strategy": "who answer {} posts",
}


@dataclass(frozen=True)
class Standout:
    """A column in which a group differs: its mean, the audience's, and by how many deviations."""

    column: Column
    group: float
    audience: float
    effect: float


@dataclass(frozen=True)
class Described:
    """A group's name, what it rests on, and its mean values by column."""

    name: str
    evidence: tuple[str, ...]
    means: dict[str, float]


def describe(table: Behaviours, groups: Sequence[NDArray[np.intp]]) -> list[Described]:
    """A name of its own for each group of row numbers."""
    taken: set[str] = set()
    described = []
    for rows in groups:
        found = standouts(table, rows)
        name = _free_name(found, taken)
        taken.add(name)
        evidence = tuple(_said(each) for each in found[: NAMED + 1])
        described.append(Described(name, evidence or (AVERAGE,), _means(table, rows)))
    return described


AVERAGE = "close to the audience's average in everything measured"


def standouts(table: Behaviours, rows: NDArray[np.intp]) -> list[Standout]:
    """Where the group differs, most telling first.

    A share counts only when the group has more of it: names say what people do.
    """
    audience, spread = table.values.mean(axis=0), table.values.std(axis=0)
    group = table.values[rows].mean(axis=0)
    found = [
        Standout(column, float(ours), float(theirs), float((ours - theirs) / deviation))
        for column, ours, theirs, deviation in zip(
            table.columns, group, audience, np.where(spread > 1e-6, spread, np.inf), strict=True
        )
    ]
    telling = [
        each
        for each in found
        if (abs(each.effect) if each.column.kind == "habit" else each.effect) >= TELLING
    ]
    return sorted(telling, key=lambda each: -abs(each.effect))


def _free_name(found: Sequence[Standout], taken: set[str]) -> str:
    """The shortest name nobody has: first two standouts of different kinds, then more."""
    kinds: dict[Kind, Standout] = {}
    for each in found:
        kinds.setdefault(each.column.kind, each)
    told = list(kinds.values())
    for many in range(min(NAMED, len(told)), len(told) + 1):
        name = _name(told[:many])
        if name not in taken:
            return name
    return next(
        name for number in range(2, 100) if (name := f"{_name(told)} ({number})") not in taken
    )


def _name(told: Sequence[Standout]) -> str:
    """
    >>> late = Standout(Column("time", "evening"), 0.64, 0.31, 1.4)
    >>> sea = Standout(Column("topic", "sea"), 0.5, 0.1, 1.2)
    >>> _name([sea, late]), _name([])
    ('evening readers of sea', 'other readers')
    """
    before = [word for each in told if (word := _adjective(each))]
    after = [
        phrase.format(each.column.name.replace("_", " "))
        for kind, phrase in AFTER.items()
        for each in told
        if each.column.kind == kind
    ]
    return " ".join([*(before or ([] if after else ["other"])), "readers", *after])


def _adjective(each: Standout) -> str:
    if each.column.kind == "time":
        return each.column.name
    if each.column.kind == "habit":
        return (HIGH if each.effect > 0 else LOW)[each.column.name]
    return ""


def _said(each: Standout) -> str:
    """
    >>> _said(Standout(Column("time", "evening"), 0.64, 0.31, 1.4))
    '64 % of their activity between 18 and 22 h, audience average 31 %'
    """
    kind, name = each.column.kind, each.column.name
    if kind == "habit":
        unit = UNITS[name]
        return f"{unit.format(each.group)}, audience average {each.audience:.1f}"
    shares = f"{100 * each.group:.0f} % of their activity"
    where = {
        "time": "between {} and {} h".format(*DAY_PARTS.get(name, ("", ""))),
        "topic": f"on the topic {name}",
        "platform": f"on {name}",
        "strategy": f"on {name.replace('_', ' ')} posts",
        "language": f"in {name}",
    }[kind]
    return f"{shares} {where}, audience average {100 * each.audience:.0f} %"


def _means(table: Behaviours, rows: NDArray[np.intp]) -> dict[str, float]:
    means = table.values[rows].mean(axis=0)
    return {
        column.name if column.kind == "habit" else f"{column.kind} {column.name}": round(
            float(value), 4
        )
        for column, value in zip(table.columns, means, strict=True)
    }
