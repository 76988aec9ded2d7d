"""When to publish: what history says of a platform at an hour of a weekday, and how surely.

Cells are nested (platform, part of day, hour, hour of a weekday) and each is drawn towards the
cell around it by empirical Bayes: the fewer its rewards and the less its siblings differ, the
more (Efron and Morris 1975; between-cell variance by the method of moments).  Where siblings
differ no more than luck would make them (chi-square, 5 %), they are given the same value, and
the forecast says "no better than chance".
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from smartcontent.content import Platform
from smartcontent.decision import Slot, SlotForecast
from smartcontent.errors import InvalidInput

Cell: TypeAlias = tuple[Hashable, ...]
PART = 3  # hours in a part of the day
LEVELS = 4
PRIOR_VARIANCE = 0.25  # rewards lie in [-1, 1]: before any, one within ±0.82 would not surprise
FAR = 1.645  # normal quantile of a 90 % interval
LUCK = 0.05
LEAST = 1e-4


@dataclass(frozen=True)
class Observation:
    """What a post or impression at a time earned."""

    platform: Platform
    at: datetime
    reward: float


@dataclass(frozen=True)
class Belief:
    """A cell's expected reward, the variance of that, and the rewards seen in it."""

    mean: float
    variance: float
    seen: int = 0


def forecast(
    history: Sequence[Observation], slots: Sequence[Slot], *, time_zone: str
) -> list[SlotForecast]:
    """One forecast a slot, in order: expected reward with a 90 % interval of that expectation.

    Hours and weekdays are those of the time zone, summer time included.  `samples` counts the
    rewards on the slot's platform.  InvalidInput when the time zone is unknown.
    """
    zone = zone_of(time_zone)
    clock = Clock(history, zone)
    return [clock.forecast(slot) for slot in slots]


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name, or InvalidInput."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as unknown:
        raise InvalidInput(
            f"There is no time zone {name!r}.", todo="Give one like Europe/Zagreb or UTC."
        ) from unknown


class Clock:
    """Beliefs about every cell that was seen."""

    def __init__(self, history: Sequence[Observation], zone: ZoneInfo) -> None:
        self._zone = zone
        self._telling: set[int] = set()
        self._spread = [0.0] * (LEVELS + 1)
        rewards = np.array([each.reward for each in history], dtype=np.float64)
        paths = [cells(each.platform, each.at.astimezone(zone)) for each in history]
        self._beliefs: dict[Cell, Belief] = {(): _whole(rewards)}
        for level in range(1, LEVELS + 1) if len(rewards) else ():
            self._learn(level, [path[level - 1] for path in paths], rewards)

    def forecast(self, slot: Slot) -> SlotForecast:
        path = cells(slot.platform, slot.at.astimezone(self._zone))
        belief = self._belief(path)
        far = FAR * math.sqrt(belief.variance)
        here = self._seen(path[0])
        return SlotForecast(
            slot=slot,
            expected=belief.mean,
            low=belief.mean - far,
            high=belief.mean + far,
            samples=here,
            note=self._note(slot.platform, here, self._seen(path[2])),
        )

    def _belief(self, path: Sequence[Cell]) -> Belief:
        """That of the innermost cell seen; the ones inside it may differ as siblings do."""
        for level in range(LEVELS, 0, -1):
            if path[level - 1] in self._beliefs:
                known = self._beliefs[path[level - 1]]
                return Belief(known.mean, known.variance + sum(self._spread[level + 1 :]))
        whole = self._beliefs[()]
        return Belief(whole.mean, whole.variance + sum(self._spread))

    def _seen(self, cell: Cell) -> int:
        return self._beliefs[cell].seen if cell in self._beliefs else 0

    def _note(self, platform: Platform, here: int, at_hour: int) -> str:
        if not self._beliefs[()].seen:
            return "no history yet: any time is as good"
        if not here:
            return f"no history on {platform}: the average of the other platforms"
        if not self._telling & {2, 3, 4}:
            return f"no better than chance: hours differ no more than luck would (n {here:,})"
        return f"{at_hour:,} of {here:,} at this hour"

    def _learn(self, level: int, path: Sequence[Cell], rewards: np.ndarray) -> None:
        """Beliefs about the cells of one level, drawn towards those around them."""
        groups: dict[Cell, list[int]] = {}
        for number, cell in enumerate(path):
            groups.setdefault(cell, []).append(number)
        sums = {cell: (len(at), float(rewards[at].mean())) for cell, at in groups.items()}
        within = _within(rewards, groups)
        between = within if level == 1 else self._between(level, sums, within)
        self._spread[level] = between
        for cell, (count, mean) in sums.items():
            self._beliefs[cell] = _drawn(self._beliefs[cell[:-1]], mean, count, within, between)

    def _between(self, level: int, sums: dict[Cell, tuple[int, float]], within: float) -> float:
        """Variance between siblings; 0 when they differ no more than luck would make them."""
        parents: dict[Cell, list[tuple[int, float]]] = {}
        for cell, group in sums.items():
            parents.setdefault(cell[:-1], []).append(group)
        off = free = size = 0.0
        for siblings in parents.values():
            total = sum(count for count, _ in siblings)
            middle = sum(count * mean for count, mean in siblings) / total
            off += sum(count * (mean - middle) ** 2 for count, mean in siblings)
            free += len(siblings) - 1
            size += total - sum(count**2 for count, _ in siblings) / total
        if not free or chance(off / within, free) > LUCK:
            return 0.0
        self._telling.add(level)
        return max((off - free * within) / size, 0.0)


def cells(platform: Platform, local: datetime) -> tuple[Cell, ...]:
    """The cells a moment is in, outermost first; each begins with the one around it.

    >>> cells("rss", datetime(2024, 5, 6, 19, 30))[-1]
    ('rss', 6, 19, 0)
    """
    whole: Cell = (platform, local.hour // PART, local.hour, local.weekday())
    return tuple(whole[:level] for level in range(1, LEVELS + 1))


def chance(square: float, free: float) -> float:
    """How often luck gives a chi-square at least this large (Wilson and Hilferty 1931).

    >>> round(chance(7.815, 3), 2), round(chance(16.919, 9), 2)
    (0.05, 0.05)
    """
    ninth = 2.0 / (9.0 * free)
    normal = ((square / free) ** (1.0 / 3.0) - (1.0 - ninth)) / math.sqrt(ninth)
    return 0.5 * math.erfc(normal / math.sqrt(2.0))


def _whole(rewards: np.ndarray) -> Belief:
    """The mean of all, drawn towards 0 as by one reward."""
    count = len(rewards)
    if not count:
        return Belief(0.0, PRIOR_VARIANCE)
    return Belief(float(rewards.sum()) / (count + 1), PRIOR_VARIANCE / (count + 1), count)


def _within(rewards: np.ndarray, groups: dict[Cell, list[int]]) -> float:
    """Variance inside cells, pooled, with one more deviation as large as that of all rewards.

    So cells of one reward each, or of rewards that happen to agree, are not taken for certain.
    """
    free = len(rewards) - len(groups)
    inside = sum(float(rewards[at].var()) * len(at) for at in groups.values())
    return (inside + float(rewards.var()) + LEAST) / (free + 1)


def _drawn(around: Belief, mean: float, count: int, within: float, between: float) -> Belief:
    """A normal mean with a normal prior of variance `between` at the cell around it."""
    noise = within / count
    weight = between / (between + noise) if between else 0.0
    return Belief(
        mean=around.mean + weight * (mean - around.mean),
        variance=weight * noise + (1.0 - weight) ** 2 * around.variance,
        seen=count,
    )
