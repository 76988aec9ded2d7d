"""When to publish: what history says of a platform at an hour of a weekday, and how surely.

Layers of effects (learning.shrinkage): platform, part of the day, hour, weekday, hour of a
weekday, then a segment and its own hours and weekdays.  Hours are those of whoever reads.  Older
rewards weigh less.  Where times differ no more than luck would make them, or what held earlier
did not carry over to the latest rewards, the answer says "no better than chance".
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from learning.prediction.track import Predicted
from learning.shrinkage import Belief, Layer, Numbers, Shrinkage
from smartcontent.content import Platform
from smartcontent.decision import Slot, SlotForecast
from smartcontent.errors import InvalidInput

PART = 3  # hours in a part of the day
HALF_LIFE = timedelta(days=120)
FAR = 1.645  # normal quantile of a 90 % interval
LUCK = 0.01  # a layer of time; of all seven about 5 %
LATER = 0.3  # the share of history, the newest, that earlier history is tried on
ENOUGH = 20  # rewards to try it on
CARRIED = 1.0  # standard errors
STILL = 1e-9
HOUR = timedelta(hours=1)
WEEK = 7 * 24


@dataclass(frozen=True)
class Observation:
    """What a post or impression at a time earned, and in which segment if in one."""

    platform: Platform
    at: datetime
    reward: float
    segment: str | None = None


@dataclass(frozen=True)
class Place:
    """Where in the week of its audience something is."""

    platform: Platform
    hour: int
    weekday: int
    segment: str | None = None

    @property
    def part(self) -> int:
        return self.hour // PART


@dataclass(frozen=True)
class BestTime:
    """A slot worth taking, in the time of who posts and of who reads.

    `expected` lies within `low` and `high` nine times in ten, a single reward within `single`.
    `explained` is the share of all differences between rewards that their times account for.
    """

    forecast: SlotForecast
    creator_time: datetime
    audience_time: datetime
    single: tuple[float, float]
    better_than_chance: bool
    explained: float

    def predicted(self, id: str) -> Predicted:
        """To be kept, and compared with the post's reward once that is known."""
        low, high = self.single
        return Predicted(id, self.forecast.slot.at, self.forecast.expected, low, high)


LAYERS: tuple[Layer[Place], ...] = (
    Layer("platform", lambda at: (at.platform,), 0, always=True),
    Layer("part", lambda at: (at.platform, at.part), 1),
    Layer("hour", lambda at: (at.platform, at.part, at.hour), 2),
    Layer("weekday", lambda at: (at.platform, at.weekday), 1),
    Layer("hour of weekday", lambda at: (at.platform, at.hour, at.weekday), 1),
    Layer("segment", lambda at: (at.platform, at.segment) if at.segment else None, 1),
    Layer("segment's part", lambda at: _own(at, at.part), 2),
    Layer("segment's hour", lambda at: _own(at, at.part, at.hour), 3),
    Layer("segment's weekday", lambda at: _own(at, at.weekday), 2),
)
TIMELESS = frozenset({"platform", "segment"})
OF_TIME = frozenset(layer.name for layer in LAYERS) - TIMELESS


def _own(at: Place, *when: int) -> tuple[str | int, ...] | None:
    return (at.platform, at.segment, *when) if at.segment else None


def forecast(
    history: Sequence[Observation],
    slots: Sequence[Slot],
    *,
    time_zone: str,
    segment: str | None = None,
    audience: Mapping[str, str] | None = None,
    now: datetime | None = None,
    single: bool = False,
) -> list[SlotForecast]:
    """One forecast a slot, in order: expected reward with a 90 % interval of that expectation,
    or with `single` of one reward.

    Hours and weekdays are those of the segment's own time zone where `audience` (segment to time
    zone) names it, else of `time_zone`; summer time included.  `samples` counts the rewards on the
    slot's platform.  Rewards age towards `now` (else the newest reward or, if later, the first
    slot).  InvalidInput when a time zone is unknown.
    """
    calendar = Calendar(time_zone, audience or {})
    newest = [max(each.at for each in history)] if history else []
    first = [min(slot.at for slot in slots)] if slots else []
    clock = Clock(history, calendar, now or max([*newest, *first], default=None))
    return [clock.forecast(slot, segment, single=single) for slot in slots]


def best_times(
    history: Sequence[Observation],
    platforms: Sequence[Platform],
    *,
    now: datetime,
    time_zone: str,
    segment: str | None = None,
    audience: Mapping[str, str] | None = None,
    count: int = 3,
) -> list[BestTime]:
    """The best full hours of the week to come, `count` a platform, none within PART hours of
    another; best first.  `time_zone` is the creator's.  Times no better than chance are still
    listed, with the note that says so.
    """
    calendar = Calendar(time_zone, audience or {})
    clock = Clock(history, calendar, now)
    start = now.replace(minute=0, second=0, microsecond=0)
    hours = [start + HOUR * number for number in range(1, WEEK + 1)]
    slots = [Slot(platform=platform, at=at) for platform in platforms for at in hours]
    forecasts = sorted((clock.forecast(slot, segment) for slot in slots), key=_rank)
    chosen = [
        each
        for platform in platforms
        for each in _apart([f for f in forecasts if f.slot.platform == platform], count)
    ]
    return [clock.best(each, segment) for each in sorted(chosen, key=_rank)]


def _rank(forecast: SlotForecast) -> tuple[float, datetime]:
    return -forecast.expected, forecast.slot.at


def _apart(forecasts: Sequence[SlotForecast], count: int) -> list[SlotForecast]:
    """The first of them, each at least a part of the day from those before it."""
    chosen: list[SlotForecast] = []
    for each in forecasts:
        if len(chosen) < count and all(
            abs(each.slot.at - other.slot.at) >= PART * HOUR for other in chosen
        ):
            chosen.append(each)
    return chosen


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name, or InvalidInput."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError) as unknown:
        raise InvalidInput(
            f"There is no time zone {name!r}.", todo="Give one like Europe/Zagreb or UTC."
        ) from unknown


class Calendar:
    """Which hour and weekday it is for a segment, or for the creator where nothing is known."""

    def __init__(self, time_zone: str, audience: Mapping[str, str]) -> None:
        self.creator = zone_of(time_zone)
        self._zones = {segment: zone_of(name) for segment, name in audience.items()}

    def zone(self, segment: str | None) -> ZoneInfo:
        return self._zones.get(segment, self.creator) if segment else self.creator

    def place(self, platform: Platform, at: datetime, segment: str | None) -> Place:
        """
        >>> from datetime import UTC
        >>> calendar = Calendar("Europe/Zagreb", {"night owls": "Asia/Tokyo"})
        >>> calendar.place("rss", datetime(2024, 7, 1, 16, tzinfo=UTC), None).hour
        18
        >>> calendar.place("rss", datetime(2024, 7, 1, 16, tzinfo=UTC), "night owls").weekday
        1
        """
        local = at.astimezone(self.zone(segment))
        return Place(platform, local.hour, local.weekday(), segment)


class Clock:
    """What is believed of every hour of the week, from rewards that age towards `now`."""

    def __init__(
        self,
        history: Sequence[Observation],
        calendar: Calendar,
        now: datetime | None = None,
        *,
        half_life: timedelta = HALF_LIFE,
    ) -> None:
        self._calendar = calendar
        self._half_life = half_life
        ordered = sorted(history, key=lambda each: each.at)
        self._places = [calendar.place(each.platform, each.at, each.segment) for each in ordered]
        self._on = Counter(place.platform for place in self._places)
        self._at = Counter((place.platform, place.hour) for place in self._places)
        self._variance = float(np.var([each.reward for each in ordered])) if ordered else 0.0
        self._effects = self._shrunk(ordered, now)
        self._carried = self._carries_over(ordered)

    @property
    def better_than_chance(self) -> bool:
        """Whether times differ by more than luck, and did not cease to among newer rewards."""
        return bool(self._effects.telling & OF_TIME) and self._carried is not False

    @cached_property
    def explained(self) -> float:
        """Of the variance of rewards, the share that times account for; 0 when none does."""
        if not self.better_than_chance:
            return 0.0
        times = [self._told(self._effects.belief(place)) for place in self._places]
        return float(np.var(times) / max(self._variance, STILL))

    def forecast(
        self, slot: Slot, segment: str | None = None, *, single: bool = False
    ) -> SlotForecast:
        belief = self.belief(slot, segment)
        far = FAR * math.sqrt(belief.variance + (self._effects.within if single else 0.0))
        return SlotForecast(
            slot=slot,
            expected=belief.mean,
            low=belief.mean - far,
            high=belief.mean + far,
            samples=self._on[slot.platform],
            note=self._note(self._calendar.place(slot.platform, slot.at, segment)),
        )

    def best(self, chosen: SlotForecast, segment: str | None = None) -> BestTime:
        belief = self.belief(chosen.slot, segment)
        far = FAR * math.sqrt(belief.variance + self._effects.within)
        return BestTime(
            forecast=chosen,
            creator_time=chosen.slot.at.astimezone(self._calendar.creator),
            audience_time=chosen.slot.at.astimezone(self._calendar.zone(segment)),
            single=(belief.mean - far, belief.mean + far),
            better_than_chance=self.better_than_chance,
            explained=self.explained,
        )

    def belief(self, slot: Slot, segment: str | None = None) -> Belief:
        """Of a slot; all of a platform's are alike where time is no better than chance."""
        place = self._calendar.place(slot.platform, slot.at, segment)
        silent = OF_TIME if self._carried is False else frozenset()
        return self._effects.belief(place, without=silent)

    def _note(self, place: Place) -> str:
        here = self._on[place.platform]
        if not self._places:
            return "no history yet: any time is as good"
        if not here:
            return f"no history on {place.platform}: the average of the other platforms"
        if not self._effects.telling & OF_TIME:
            return f"no better than chance: hours differ no more than luck would (n {here:,})"
        if self._carried is False:
            return f"no better than chance: earlier good hours were not good later (n {here:,})"
        return f"{self._at[place.platform, place.hour]:,} of {here:,} at this hour"

    def _shrunk(self, ordered: Sequence[Observation], now: datetime | None) -> Shrinkage[Place]:
        rewards = np.array([each.reward for each in ordered], dtype=np.float64)
        weights = _aged([each.at for each in ordered], now, self._half_life)
        places = self._places[: len(ordered)]
        return Shrinkage(places, rewards, weights, layers=LAYERS, luck=LUCK)

    @staticmethod
    def _told(belief: Belief) -> float:
        """What the time alone adds."""
        return sum(belief.parts.get(name, 0.0) for name in OF_TIME)

    def _carries_over(self, ordered: Sequence[Observation]) -> bool | None:
        """Whether times learned from earlier rewards told of later ones; None: not to be known."""
        cut = round(len(ordered) * (1.0 - LATER))
        if len(ordered) - cut < ENOUGH or not self._effects.telling & OF_TIME:
            return None
        earlier = self._shrunk(ordered[:cut], None)
        beliefs = [earlier.belief(place) for place in self._places[cut:]]
        said = np.array([self._told(belief) for belief in beliefs])
        without = np.array([belief.mean for belief in beliefs]) - said
        later = np.array([each.reward for each in ordered[cut:]]) - without
        kinds = [(place.platform, place.segment) for place in self._places[cut:]]
        said, later = _off_means(said, kinds), _off_means(later, kinds)
        size = float(np.linalg.norm(said) * np.linalg.norm(later))
        if size < STILL:
            return None
        return bool(said @ later / size * math.sqrt(len(said)) > CARRIED)


def _off_means(values: Numbers, kinds: Sequence[tuple[Platform, str | None]]) -> Numbers:
    """Each value less the mean of its kind: levels do not count, only times do."""
    numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    at = np.array([numbers[kind] for kind in kinds], np.intp)
    off: Numbers = values - (np.bincount(at, values) / np.bincount(at))[at]
    return off


def _aged(times: Sequence[datetime], now: datetime | None, half_life: timedelta) -> Numbers:
    """1 for a reward of `now` (else of the newest), half for one a half-life older."""
    until = now or max(times, default=None)
    ages = [max((until - at) / half_life, 0.0) for at in times] if until else []
    weights: Numbers = 0.5 ** np.array(ages, dtype=np.float64)
    return weights
