"""Plain words for a group of people, each with the figure it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.behaviour import DAY_PARTS, Column, Kind
from learning.scaling import FLAT, Numbers, Statistics

TELLING = 0.5  # a group's mean must lie so many standard deviations from the audience's
STILL_TELLING = 0.25  # and so many for a name it has already
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
    """A column: the group's mean, the audience's, and how many deviations lie between."""

    column: Column
    group: float
    audience: float
    effect: float

    def tells(self, least: float) -> bool:
        """A share counts only when the group has more of it: names say what people do."""
        return (abs(self.effect) if self.column.kind == "habit" else self.effect) >= least


@dataclass(frozen=True)
class Described:
    """A group's name, what it rests on, and its mean values by column."""

    name: str
    evidence: tuple[str, ...]
    means: dict[str, float]


def describe(
    columns: Sequence[Column],
    audience: Statistics,
    means: Numbers,
    names: Sequence[str | None] = (),
    *,
    taken: Sequence[str] = (),
) -> list[Described]:
    """A name of its own for each group, given its mean values by row.

    `names` are those the groups have already: kept while the figures bear them out.  Names
    `taken` are not given to another group.
    """
    gone = {*taken, *(name for name in names if name)}
    described = []
    for number, group in enumerate(means):
        everything = standouts(columns, audience, group)
        name = names[number] if number < len(names) else None
        telling = [each for each in everything if each.tells(TELLING)]
        if name is None or not borne_out(name, everything):
            name = _free_name(telling, gone)
            gone.add(name)
        evidence = tuple(_said(each) for each in telling[: NAMED + 1])
        described.append(Described(name, evidence or (AVERAGE,), _keyed(columns, group)))
    return described


GLUE = {"readers", "of", "in", "on", "who", "answer", "posts"}
AVERAGE = "close to the audience's average in everything measured"


def standouts(columns: Sequence[Column], audience: Statistics, group: Numbers) -> list[Standout]:
    """How far the group lies from the audience in each column, farthest first."""
    figures = zip(columns, group, audience.mean, audience.deviation, strict=True)
    found = [
        Standout(
            column, float(ours), float(theirs), float((ours - theirs) / far if far > FLAT else 0.0)
        )
        for column, ours, theirs, far in figures
    ]
    return sorted(found, key=lambda each: -abs(each.effect))


def borne_out(name: str, found: Sequence[Standout]) -> bool:
    """Whether every word of a name is still what the group does.

    >>> sea = Standout(Column("topic", "sea"), 0.4, 0.3, 0.3)
    >>> borne_out("readers of sea", [sea]), borne_out("evening readers of sea", [sea])
    (True, False)
    """
    words = {word for each in found if each.tells(STILL_TELLING) for word in _words(each).split()}
    return set(name.split()) <= words | GLUE and not set(name.split()) <= GLUE


def _words(each: Standout) -> str:
    return f"{_adjective(each)} {each.column.name.replace('_', ' ')}"


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
        side, words = ("high", HIGH) if each.effect > 0 else ("low", LOW)
        return words.get(each.column.name, f"{side}-{each.column.name}")
    return ""


def _said(each: Standout) -> str:
    """
    >>> _said(Standout(Column("time", "evening"), 0.64, 0.31, 1.4))
    '64 % of their activity between 18 and 22 h, audience average 31 %'
    """
    kind, name = each.column.kind, each.column.name
    if kind == "habit":
        unit = UNITS.get(name, name.replace("_", " ") + " {:.2f}")
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


def _keyed(columns: Sequence[Column], group: Numbers) -> dict[str, float]:
    return {
        column.key: round(float(value), 4) for column, value in zip(columns, group, strict=True)
    }
