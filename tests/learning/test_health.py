"""Each fault that is planted is found, by its own finding alone, and said in plain words."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from learning.calibration import Calibration
from learning.finding import worst
from learning.health import Outcome, health, joined, starved

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ARMS = {"story": 0.5, "quote": 0.3, "list": 0.2}
EARNS = {"story": 0.4, "quote": 0.2, "list": 0.1}
NAMES = [
    "rewards arrive",
    "decisions with a reward",
    "reward delay",
    "starved actions",
    "propensities",
    "calibration",
]


def days(size: int = 4_000, seed: int = 1) -> list[Outcome]:
    """Four healthy days: three actions drawn as logged, scored right, rewarded within hours."""
    rng = np.random.default_rng(seed)
    outcomes = []
    for number in range(size):
        at = NOW - timedelta(hours=96 * (1 - number / size))
        chosen = str(rng.choice(list(ARMS), p=list(ARMS.values())))
        known = bool(rng.random() < 0.6)
        arrives = at + timedelta(hours=float(rng.exponential(2.0)))
        outcomes.append(
            Outcome(
                at=at,
                chosen=chosen,
                propensities=ARMS,
                score=EARNS[chosen],
                reward=float(rng.random() < EARNS[chosen]) if known else None,
                rewarded_at=min(arrives, NOW) if known else None,
                closed=at < NOW - timedelta(hours=24),
            )
        )
    return outcomes


def forgotten(each: Outcome) -> Outcome:
    return replace(each, reward=None, rewarded_at=None)


def silent(each: Outcome) -> Outcome:
    late = each.at > NOW - timedelta(hours=26)
    arrived = each.rewarded_at is not None and each.rewarded_at > NOW - timedelta(hours=25)
    return forgotten(each) if late or arrived else each


def lost(each: Outcome) -> Outcome:
    """Most rewards of the latest closed day are lost on the way."""
    third = NOW - timedelta(hours=48) < each.at < NOW - timedelta(hours=24)
    return forgotten(each) if third and each.at.minute % 5 else each


def slow(each: Outcome) -> Outcome:
    wait = timedelta(hours=30 if each.at.minute % 4 == 0 else 1)
    return replace(each, rewarded_at=min(each.at + wait, NOW)) if each.rewarded_at else each


def early(each: Outcome) -> Outcome:
    skewed = each.rewarded_at and each.at.minute == 7
    return replace(each, rewarded_at=each.at - timedelta(seconds=9)) if skewed else each


def untrue(each: Outcome) -> Outcome:
    return replace(each, propensities={"story": 0.2, "quote": 0.3, "list": 0.5})


def impossible(each: Outcome) -> Outcome:
    return replace(each, propensities={**each.propensities, "list": 0.0})


def hungry(each: Outcome) -> Outcome:
    """A fourth action is offered every time and never drawn, as its propensity says."""
    return replace(each, propensities={**each.propensities, "poll": 0.0001})


def hopeful(each: Outcome) -> Outcome:
    return replace(each, score=0.2 + (each.score or 0.0))


def boastful(each: Outcome) -> Outcome:
    """Right on average and three times too sure of the differences."""
    return replace(each, score=0.29 + 3.0 * ((each.score or 0.0) - 0.29))


PLANTED: list[tuple[Callable[[Outcome], Outcome], str, str, str]] = [
    (silent, "rewards arrive", "alarm", "no rewards in 24 h: check the event feed"),
    (lost, "decisions with a reward", "alarm", "check the event feed"),
    (slow, "reward delay", "warning", "after the window of 24 h: make the reward window 30 h"),
    (early, "reward delay", "alarm", "older than their decision: check the clocks"),
    (hungry, "starved actions", "warning", "1 of 4 actions are starved, such as poll (0 rewards"),
    (untrue, "propensities", "alarm", "do not evaluate with this log"),
    (impossible, "propensities", "alarm", "whose propensity is 0"),
    (hopeful, "calibration", "warning", "too much is expected"),
    (boastful, "calibration", "warning", "differences are exaggerated: slope 0.3"),
]


def test_healthy_days_are_good() -> None:
    """The control: without a fault every finding is good."""
    found = health(days(), now=NOW)
    assert [each.name for each in found] == NAMES
    assert [each.level for each in found] == ["good"] * len(NAMES), [str(each) for each in found]


@pytest.mark.parametrize(("fault", "name", "level", "words"), PLANTED)
def test_a_planted_fault_is_found(
    fault: Callable[[Outcome], Outcome], name: str, level: str, words: str
) -> None:
    found = health([fault(each) for each in days()], now=NOW)
    (told,) = [each for each in found if each.name == name]
    assert told.level == level == worst([told]) and words in str(told), str(told)
    others = [each.name for each in found if each.level in ("alarm", "warning")]
    assert others == [name]


def test_nothing_yet_is_unknown() -> None:
    found = health([], now=NOW)
    assert {each.level for each in found} == {"unknown"}
    assert found[0].sentence == "no decisions yet"


def test_the_first_hours_wait() -> None:
    young = [Outcome(NOW - timedelta(hours=3), "story", ARMS)] * 40
    first = health(young, now=NOW)[0]
    assert str(first) == "decisions wait for their first reward since 3 h"
    assert first.level == "unknown"


def test_rewards_that_never_came_are_an_alarm() -> None:
    old = [Outcome(NOW - timedelta(hours=48), "story", ARMS, closed=True)] * 60
    first, second, *_ = health(old, now=NOW)
    assert first.level == "alarm"
    assert second.level == "good" or "impressions" in second.todo
    many = joined([*old] * 3)
    assert many.level == "warning" and "send impressions" in many.todo


def test_few_offers_say_nothing_of_starvation() -> None:
    assert starved([Outcome(NOW, "story", ARMS)] * 100).level == "unknown"


def test_the_reliability_curve_lies_on_the_diagonal_when_it_should() -> None:
    rng = np.random.default_rng(1)
    scores = rng.uniform(0.0, 0.6, 20_000)
    rewards = (rng.random(20_000) < scores).astype(float)
    right = Calibration.of(list(scores), list(rewards))
    assert not right.biased and not right.overconfident and right.error < 0.02
    assert all(each.low <= each.expected <= each.high for each in right.bins)
    assert sum(each.n for each in right.bins) == 20_000 and abs(right.slope - 1.0) < 0.1
    wrong = Calibration.of(list(0.3 + 2.0 * (scores - 0.3)), list(rewards))
    assert wrong.overconfident and not wrong.biased and wrong.error > 0.1
