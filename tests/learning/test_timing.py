"""Best times with their uncertainty, and "no better than chance" where that is the truth."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from learning.timing import Observation, chance, forecast
from smartcontent.decision import Slot, SlotForecast
from smartcontent.errors import InvalidInput

START = datetime(2024, 1, 1, tzinfo=UTC)
HOURS = [START + timedelta(hours=hour) for hour in range(24)]


def history(size: int, seed: int, *, evening: float, noise: float = 0.1) -> list[Observation]:
    """Posts at random hours; those from 18 to 21 h earn `evening` more."""
    rng = np.random.default_rng(seed)
    times = [START + timedelta(hours=int(hour)) for hour in rng.integers(0, 24 * 60, size)]
    return [
        Observation("feed", at, float(0.2 + evening * (18 <= at.hour < 21) + rng.normal(0, noise)))
        for at in times
    ]


def day(past: list[Observation], platform: str = "feed") -> list[SlotForecast]:
    slots = [Slot(platform=platform, at=at) for at in HOURS]
    return forecast(past, slots, time_zone="UTC")


def test_a_good_hour_is_found() -> None:
    forecasts = day(history(200, 1, evening=0.3))
    best = max(forecasts, key=lambda each: each.expected)
    assert best.slot.at.hour in (18, 19, 20)
    assert 0.35 < best.expected < 0.6 and best.low > forecasts[9].high
    assert best.samples == 200 and best.note.endswith("of 200 at this hour")


def test_where_hours_do_not_matter_it_says_so() -> None:
    """At 5 % a level and three levels, about one world in seven is taken for more than luck."""
    worlds = [day(history(200, seed, evening=0.0)) for seed in range(60)]
    honest = [w for w in worlds if w[0].note.startswith("no better than chance")]
    assert len(honest) >= 45
    for forecasts in honest:
        assert len({each.expected for each in forecasts}) == 1


def test_the_interval_holds_the_truth_about_nine_times_in_ten() -> None:
    held = [
        each.low <= 0.2 + 0.15 * (18 <= each.slot.at.hour < 21) <= each.high
        for seed in range(40)
        for each in day(history(300, seed, evening=0.15))
    ]
    assert 0.85 < np.mean(held) < 0.99


def test_one_lucky_post_is_not_believed() -> None:
    past = [*history(100, 1, evening=0.1), Observation("feed", HOURS[3] + timedelta(days=61), 1.0)]
    lucky = day(past)[3]
    raw = np.mean([each.reward for each in past if each.at.hour == 3])
    assert lucky.expected < raw - 0.02


def test_more_history_means_a_narrower_interval() -> None:
    widths = [day(history(size, 1, evening=0.3))[19] for size in (60, 240, 960)]
    few, more, most = (each.high - each.low for each in widths)
    assert few > more > most


def test_without_history_any_time_is_as_good() -> None:
    forecasts = day([])
    assert {each.samples for each in forecasts} == {0}
    assert {each.note for each in forecasts} == {"no history yet: any time is as good"}
    assert forecasts[0].low < 0.0 < forecasts[0].high


def test_a_new_platform_starts_from_the_others_and_is_less_sure() -> None:
    past = history(200, 1, evening=0.3)
    here, there = day(past)[9], day(past, platform="letters")[9]
    assert there.samples == 0 and there.note.startswith("no history on letters")
    assert there.high - there.low > here.high - here.low
    assert 0.15 < there.expected < 0.35


def test_summer_time_moves_the_hour_not_the_habit() -> None:
    """Evenings at 18 h in Zagreb are 17 h UTC in winter and 16 h UTC in summer."""
    winter = datetime(2024, 1, 8, 17, tzinfo=UTC)
    rng = np.random.default_rng(1)
    past = [
        Observation(
            "feed", winter + timedelta(days=n, hours=h), 0.6 * (h == 0) + rng.normal(0, 0.05)
        )
        for n in range(40)
        for h in (-9, -6, 0)
    ]
    summer = [Slot(platform="feed", at=datetime(2024, 7, 8, hour, tzinfo=UTC)) for hour in (16, 17)]
    at_18, at_19 = forecast(past, summer, time_zone="Europe/Zagreb")
    assert at_18.expected > 0.5 and at_18.note == "40 of 120 at this hour"
    assert at_19.note == "0 of 120 at this hour"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="time zone"):
        forecast([], [], time_zone=name)


def test_the_tail_of_chi_square_is_right() -> None:
    rng = np.random.default_rng(1)
    for free in (1, 7, 23):
        draws = rng.chisquare(free, 20_000)
        assert np.mean([chance(value, free) < 0.05 for value in draws]) == pytest.approx(
            0.05, abs=0.006
        )
