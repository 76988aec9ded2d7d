"""Slots that lie ahead, best first, each with what it rests on."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agents.scheduler import Scheduler
from learning.timing import Observation
from smartcontent.decision import SlotForecast
from smartcontent.errors import InvalidInput, PastTime
from smartcontent.publishing import CampaignSettings

NOW = datetime(2024, 5, 6, 13, 20, tzinfo=UTC)
PLATFORMS = ("feed", "letters")


def history(good_hour: int, size: int = 120) -> list[Observation]:
    """Posts on the feed earn more at one hour (UTC)."""
    times = [NOW.replace(minute=0) - timedelta(hours=7 * n + 1) for n in range(size)]
    return [
        Observation("feed", at, 0.1 + 0.4 * (at.hour == good_hour) + 0.01 * (n % 3))
        for n, at in enumerate(times)
    ]


def schedule(
    settings: CampaignSettings, past: list[Observation] | None = None, zone: str = "UTC"
) -> list[SlotForecast]:
    return Scheduler().schedule(settings, PLATFORMS, past or [], NOW, zone)


def test_the_good_hour_comes_first() -> None:
    best = schedule(CampaignSettings(within_hours=24), history(good_hour=19))[0]
    assert (best.slot.platform, best.slot.at.hour) == ("feed", 19)
    assert best.samples == 120 and best.low < best.expected < best.high


def test_what_was_learned_long_ago_is_less_sure() -> None:
    """Rewards age towards now, even where all of them are old."""
    year = timedelta(days=364)
    fresh = history(good_hour=19)
    stale = [Observation(each.platform, each.at - year, each.reward) for each in fresh]
    settings = CampaignSettings(within_hours=24)
    sure, unsure = (
        next(each for each in schedule(settings, past) if each.slot.platform == "feed")
        for past in (fresh, stale)
    )
    assert unsure.high - unsure.low > 1.2 * (sure.high - sure.low)


def test_another_history_gives_another_hour() -> None:
    """The control: it is the history that decides."""
    best = schedule(CampaignSettings(within_hours=24), history(good_hour=9))[0]
    assert best.slot.at.hour == 9


@pytest.mark.parametrize("hours", [1, 5, 24, 72, 24 * 31])
def test_slots_lie_within_the_hours_asked_for(hours: int) -> None:
    found = schedule(CampaignSettings(within_hours=hours), history(19))
    assert {each.slot.platform for each in found} == set(PLATFORMS)
    assert all(NOW < each.slot.at <= NOW + timedelta(hours=hours) for each in found)
    assert [each.expected for each in found] == sorted((e.expected for e in found), reverse=True)
    assert len(found) <= 12 and len({each.slot for each in found}) == len(found)


def test_no_hours_means_at_once() -> None:
    found = schedule(CampaignSettings(within_hours=0))
    assert [each.slot.at for each in found] == [NOW, NOW]
    later = NOW + timedelta(hours=3)
    found = schedule(CampaignSettings(within_hours=0, not_before=later))
    assert {each.slot.at for each in found} == {later}


def test_nothing_is_planned_before_the_time_asked_for() -> None:
    later = NOW + timedelta(days=2, minutes=5)
    found = schedule(CampaignSettings(within_hours=24, not_before=later))
    assert all(later < each.slot.at <= later + timedelta(hours=24) for each in found)


def test_a_past_time_is_refused() -> None:
    with pytest.raises(PastTime, match="has passed"):
        schedule(CampaignSettings(not_before=NOW - timedelta(hours=1)))


def test_candidates_are_in_different_parts_of_the_day() -> None:
    found = schedule(CampaignSettings(within_hours=48), history(19))
    parts = [each.slot.at.hour // 3 for each in found if each.slot.platform == "feed"]
    assert len(parts) == len(set(parts)) > 2


def test_people_are_let_sleep_while_there_are_other_hours() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    found = schedule(CampaignSettings(within_hours=24), zone="America/Los_Angeles")
    assert {each.slot.at.astimezone(zone).hour in range(7, 22) for each in found} == {True}
    night = schedule(CampaignSettings(within_hours=3), zone="Asia/Tokyo")
    assert night and {each.slot.at.astimezone(ZoneInfo("Asia/Tokyo")).hour for each in night} <= {
        23,
        0,
        1,
    }


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(InvalidInput):
        schedule(CampaignSettings(), zone="Nowhere")
