"""Who is served, how much it earns there, and who gets less than a fair share of attention.

Exposure: a segment's share of the decisions over its share of the people (disparate impact;
Singh and Joachims, "Fairness of exposure in rankings", KDD 2018), alarmed below four fifths, the
rule of the Uniform Guidelines on Employee Selection (1978).  Reward: the segment's mean against
that of everybody else.  Intervals are confidence sequences with the error split over the segments
(Bonferroni): looking every day does not raise false alarms.

`within_floor` is the other half: it keeps a minimum of exposure before anything is drawn.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from learning.confidence import Mean, Numbers, ends, multiplier
from learning.finding import LEVELS, Finding, percent, rate
from smartcontent.errors import InvalidInput

FAIR = 0.8
FEWEST = 50  # decisions or rewards of a segment, below which nothing is said
ALPHA = 0.05


@dataclass(frozen=True)
class Served:
    """A segment: how many people it has, how many decisions they got, and the known rewards."""

    segment: str
    people: int
    decisions: int
    rewards: Sequence[float] | Numbers = ()


@dataclass(frozen=True)
class Interval:
    """A figure, both its ends, and what it rests on."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        """
        >>> str(Interval(0.5, 0.4, 0.61234, 100))
        '0.5 [0.4, 0.612], n 100'
        """
        return f"{rate(self.value)} [{rate(self.low)}, {rate(self.high)}], n {self.n:,}"


@dataclass(frozen=True)
class Share:
    """A segment's exposure (1 is its fair share) and reward; None where too little is known."""

    segment: str
    people: int
    exposure: Interval | None
    reward: Interval | None
    others: Interval | None
    finding: Finding

    @property
    def alarm(self) -> bool:
        return self.finding.level == "alarm"


@dataclass(frozen=True)
class Fairness:
    """All segments, largest first, and what is to be said of them, gravest first."""

    shares: tuple[Share, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(sorted((each.finding for each in self.shares), key=_gravest))

    @property
    def alarm(self) -> bool:
        return any(each.alarm for each in self.shares)


def fairness(segments: Sequence[Served], *, fair: float = FAIR, alpha: float = ALPHA) -> Fairness:
    """Exposure and reward of each segment, alarmed when surely below `fair` of what is due.

    >>> even = [Served("day", 500, 5_000), Served("night", 500, 5_000)]
    >>> fairness(even).alarm
    False
    >>> uneven = fairness([Served("day", 500, 9_000), Served("night", 500, 1_000)])
    >>> uneven.findings[0].sentence
    'night: 10 % of the decisions for 50 % of the people (exposure 0.2 [0.178, 0.222], n 10,000)'
    """
    ordered = sorted(segments, key=lambda each: (-each.people, each.segment))
    alpha_each = alpha / max(2 * len(ordered), 1)
    return Fairness(tuple(_share(each, ordered, fair, alpha_each) for each in ordered))


def within_floor(
    actions: Sequence[str], exposures: Mapping[str, int], *, floor: float
) -> list[str]:
    """The actions that may be drawn so that each keeps at least a `floor` share of exposures.

    Those below their share, when there are any; else all.  It goes before the draw, so that
    propensities stay exact.  InvalidInput when the shares add up to more than everything.

    >>> within_floor(["a", "b", "c"], {"a": 96, "b": 4, "c": 50}, floor=0.05)
    ['b']
    >>> within_floor(["a", "b", "c"], {"a": 60, "b": 40, "c": 50}, floor=0.05)
    ['a', 'b', 'c']
    """
    if not 0.0 <= floor * len(actions) <= 1.0:
        raise InvalidInput(
            f"{len(actions)} actions cannot each have a {percent(floor)} share.",
            todo=f"Set the exposure floor to at most {1 / max(len(actions), 1):.3f}.",
        )
    total = sum(exposures.get(action, 0) for action in actions)
    owed = [action for action in actions if exposures.get(action, 0) < floor * total]
    return owed or list(actions)


def _share(one: Served, everybody: Sequence[Served], fair: float, alpha: float) -> Share:
    exposure = _exposure(one, everybody, alpha)
    reward, others = _reward(one, everybody, alpha)
    finding = _finding(one, everybody, exposure, reward, others, fair)
    return Share(one.segment, one.people, exposure, reward, others, finding)


def _exposure(one: Served, everybody: Sequence[Served], alpha: float) -> Interval | None:
    """Share of the decisions over share of the people; 1 is fair."""
    decisions = sum(each.decisions for each in everybody)
    due = _due(one, everybody)
    if len(everybody) < 2 or decisions * due < FEWEST:
        return None
    # one decision more at either end: a segment that got none is not one of certainty
    padded = (one.decisions + 1) / (decisions + 2)
    far = multiplier(decisions, alpha) * math.sqrt(padded * (1 - padded) / decisions)
    share = one.decisions / decisions
    return Interval(share / due, max(share - far, 0.0) / due, (share + far) / due, decisions)


def _due(one: Served, everybody: Sequence[Served]) -> float:
    people = sum(each.people for each in everybody)
    return one.people / people if people else 1.0 / len(everybody)


def _reward(
    one: Served, everybody: Sequence[Served], alpha: float
) -> tuple[Interval | None, Interval | None]:
    """Mean reward here, and of everybody else."""
    others = [np.asarray(each.rewards, float) for each in everybody if each is not one]
    elsewhere = np.concatenate(others) if others else np.array([])
    return _mean(one.rewards, alpha), _mean(elsewhere, alpha)


def _mean(rewards: Sequence[float] | Numbers, alpha: float) -> Interval | None:
    values = np.asarray(rewards, dtype=np.float64)
    if len(values) < FEWEST:
        return None
    found = Mean.of(values, *ends(values))
    far = multiplier(found.n, alpha) * math.sqrt(found.error)
    return Interval(found.value, found.value - far, found.value + far, found.n)


def _finding(
    one: Served,
    everybody: Sequence[Served],
    exposure: Interval | None,
    reward: Interval | None,
    others: Interval | None,
    fair: float,
) -> Finding:
    name = f"fairness of {one.segment}"
    if exposure is None:
        said = f"{one.segment}: too few decisions to compare with others"
        return Finding(name, "unknown", said)
    served = percent(one.decisions / exposure.n)
    said = (
        f"{one.segment}: {served} of the decisions for {percent(_due(one, everybody))} "
        f"of the people (exposure {exposure})"
    )
    if exposure.high < fair:
        return Finding(name, "alarm", said, exposure.value, TO_SERVE)
    if reward and others and others.low > 0.0 and reward.high < fair * others.low:
        said = f"{one.segment}: reward {reward}; elsewhere {others}"
        return Finding(name, "alarm", said, reward.value / others.value, TO_WRITE)
    return Finding(name, "good", said, exposure.value)


TO_SERVE = "raise the exposure floor, or look which filter leaves these people out"
TO_WRITE = "write variants for these people, or look whether what they get suits them"


def _gravest(finding: Finding) -> tuple[int, str]:
    return -LEVELS.index(finding.level), finding.name
