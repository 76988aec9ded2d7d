"""The scheduler proposes platforms and times, with what history says of each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from learning.timing import PART, Observation, forecast, zone_of
from smartcontent.content import Platform
from smartcontent.decision import Slot, SlotForecast
from smartcontent.errors import PastTime
from smartcontent.publishing import CampaignSettings

DAY = range(7, 22)  # hours at which people are awake, taken while there are any
GRACE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Scheduler:
    """Settings and history -> SlotForecasts, best first.

    At most `candidates` a platform, each in another part of the day, so that the learner can
    tell the parts apart.
    """

    def __init__(self, *, candidates: int = 6) -> None:
        self.candidates = candidates

    def schedule(
        self,
        settings: CampaignSettings,
        platforms: Sequence[Platform],
        history: Sequence[Observation],
        now: datetime,
        time_zone: str,
    ) -> list[SlotForecast]:
        """Slots from `not_before` (else now) within the settings' hours; 0 hours means at once.

        Raises PastTime when `not_before` has passed, InvalidInput for an unknown time zone.
        """
        zone = zone_of(time_zone)
        times = _times(_start(settings, now), settings.within_hours, zone)
        slots = [Slot(platform=platform, at=at) for platform in platforms for at in times]
        forecasts = forecast(history, slots, time_zone=time_zone, now=now)
        best = [each for platform in platforms for each in self._best(forecasts, platform, zone)]
        return sorted(best, key=_rank)

    def _best(
        self, forecasts: Sequence[SlotForecast], platform: Platform, zone: ZoneInfo
    ) -> list[SlotForecast]:
        """The best slot of each part of the day."""
        parts: dict[int, SlotForecast] = {}
        for each in sorted(forecasts, key=_rank):
            if each.slot.platform == platform:
                parts.setdefault(each.slot.at.astimezone(zone).hour // PART, each)
        return list(parts.values())[: self.candidates]


def _rank(forecast: SlotForecast) -> tuple[float, datetime]:
    """Higher first; the earlier of equals."""
    return -forecast.expected, forecast.slot.at


def _start(settings: CampaignSettings, now: datetime) -> datetime:
    if settings.not_before is None:
        return now
    if settings.not_before < now - GRACE:
        raise PastTime(
            f"The time {settings.not_before.isoformat()} has passed.",
            todo="Give a time still to come, or none to publish as soon as approved.",
            now=now.isoformat(),
        )
    return max(settings.not_before, now)


def _times(start: datetime, within_hours: int, zone: ZoneInfo) -> list[datetime]:
    """Full hours after the start, by day where there are any; the start when none fits."""
    first = start.replace(minute=0, second=0, microsecond=0)
    hours = [first + HOUR * number for number in range(1, within_hours + 1)]
    by_day = [at for at in hours if at.astimezone(zone).hour in DAY]
    return by_day or hours or [start]
