"""Unequal service is told, equal service is not, and the floor keeps its promise."""

import numpy as np
import pytest

from learning.fairness import Served, fairness, within_floor
from smartcontent.errors import InvalidInput


def clicks(rate: float, size: int, seed: int = 1) -> list[float]:
    return [float(drawn < rate) for drawn in np.random.default_rng(seed).random(size)]


def served(night: int, rate: float, *, seed: int = 1) -> list[Served]:
    """Three segments; the third gets `night` decisions and clicks at `rate`."""
    return [
        Served("day", 500, 5_000, clicks(0.1, 5_000, seed)),
        Served("evening", 300, 3_000, clicks(0.1, 3_000, seed + 1)),
        Served("night", 200, night, clicks(rate, night, seed + 2)),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_equal_service_is_fair(seed: int) -> None:
    found = fairness(served(2_000, 0.1, seed=seed))
    assert not found.alarm and {each.level for each in found.findings} == {"good"}
    for share in found.shares:
        assert share.exposure and share.exposure.low < 1.0 < share.exposure.high
        assert share.reward and share.reward.low < 0.1 < share.reward.high


def test_a_segment_that_is_left_out_is_an_alarm() -> None:
    found = fairness(served(500, 0.1))
    assert found.alarm and [share.segment for share in found.shares if share.alarm] == ["night"]
    assert found.findings[0].sentence.startswith(
        "night: 6 % of the decisions for 20 % of the people (exposure 0.294 ["
    )
    assert "exposure floor" in found.findings[0].todo


def test_a_segment_that_gets_nothing_is_an_alarm() -> None:
    none = fairness([Served("day", 500, 1_000), Served("night", 500, 0)])
    assert [share.segment for share in none.shares if share.alarm] == ["night"]


def test_a_segment_that_is_served_badly_is_an_alarm() -> None:
    found = fairness(served(2_000, 0.03))
    assert [share.segment for share in found.shares if share.alarm] == ["night"]
    assert "night: reward 0.0" in found.findings[0].sentence
    assert "elsewhere 0." in found.findings[0].sentence


def test_a_laxer_rule_is_silent() -> None:
    """The control: the alarm is the rule's, not the figures'."""
    assert not fairness(served(1_400, 0.1), fair=0.5).alarm
    assert fairness(served(1_400, 0.1), fair=0.9).alarm


def test_little_says_nothing() -> None:
    few = fairness([Served("day", 500, 60), Served("night", 500, 0)])
    assert {each.level for each in few.findings} == {"unknown"}
    alone = fairness([Served("everyone", 500, 60_000)])
    assert not alone.alarm and fairness([]).shares == ()


@pytest.mark.parametrize(("floor", "actions"), [(0.1, 4), (0.02, 10), (0.25, 4)])
def test_the_floor_is_kept_whatever_the_policy_wants(floor: float, actions: int) -> None:
    """A greedy policy always draws the first action it may."""
    names = [f"{number}" for number in range(actions)]
    exposures = dict.fromkeys(names, 0)
    for _ in range(2_000):
        exposures[within_floor(names, exposures, floor=floor)[0]] += 1
    assert min(exposures.values()) >= floor * 2_000 - 1
    assert floor * actions == 1.0 or exposures["0"] > 0.9 * (1 - (actions - 1) * floor) * 2_000


def test_without_a_floor_the_greedy_policy_starves_the_others() -> None:
    """The control."""
    assert within_floor(["a", "b"], {"a": 1_000}, floor=0.0) == ["a", "b"]


def test_a_floor_for_more_than_everybody_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cannot each have"):
        within_floor(["a", "b", "c"], {}, floor=0.4)
