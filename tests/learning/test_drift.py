"""Worlds that move are noticed; worlds that stand still, or policies that learn, are not."""

import subprocess
import sys

import numpy as np
import pytest

from learning.drift import SURPRISE, Drift, Rewarded, drift
from learning.finding import worst


def world(
    seed: int,
    rates: dict[str, tuple[float, float]],
    *,
    size: int,
    flip: int,
    expected: bool = False,
) -> list[Rewarded]:
    """Clicks of actions drawn alike, at one rate before decision `flip` and another after."""
    rng = np.random.default_rng(seed)
    actions = rng.choice(sorted(rates), size)
    return [
        Rewarded(
            position,
            str(action),
            float(rng.random() < rates[action][position >= flip]),
            rates[action][0] if expected else None,
        )
        for position, action in enumerate(actions)
    ]


STEADY = {"story": (0.2, 0.2), "quote": (0.3, 0.3), "list": (0.1, 0.1)}
FLIPPED = {**STEADY, "quote": (0.3, 0.05)}


@pytest.mark.parametrize("seed", range(20))
def test_a_world_that_stands_still_is_left_alone(seed: int) -> None:
    found = drift(world(seed, STEADY, size=3_000, flip=3_000, expected=True))
    assert not found.retrain and found.since is None
    assert found.finding().level == "good" and "no drift in 3,000" in found.finding().sentence


@pytest.mark.parametrize("seed", range(5))
def test_a_flip_is_noticed_and_dated(seed: int) -> None:
    found = drift(world(seed, FLIPPED, size=4_000, flip=2_000))
    assert found.retrain and {shift.stream for shift in found.shifts} == {"quote"}
    shift = found.shifts[0]
    assert 1_850 <= shift.since <= 2_150 and 2_000 < shift.noticed < 2_700
    assert abs(shift.before - 0.3) < 0.05 and shift.after < 0.12
    assert "rewards of 'quote' fell from 0." in shift.sentence
    assert found.finding().level == "warning" and f"{found.since:,}" in found.finding().todo


def test_another_action_moving_is_told_by_its_name() -> None:
    """The control of the one before: where the fault is planted is where it is found."""
    found = drift(world(1, {**STEADY, "story": (0.2, 0.6)}, size=4_000, flip=2_000))
    assert {shift.stream for shift in found.shifts} == {"story"}
    assert "rose" in found.shifts[0].sentence


def test_a_policy_that_learns_is_not_drift() -> None:
    """The mix moves from the worst action to the best and the mean reward triples."""
    rng = np.random.default_rng(3)
    rewards = []
    for position in range(4_000):
        action = "quote" if rng.random() < position / 4_000 else "list"
        rewards.append(Rewarded(position, action, float(rng.random() < STEADY[action][0])))
    assert not drift(rewards).retrain
    blended = [Rewarded(each.position, "all", each.reward) for each in rewards]
    assert drift(blended).retrain  # the control: looked at together it would seem to be


def test_surprise_that_shrinks_is_learning_and_surprise_that_grows_is_drift() -> None:
    learning = [Rewarded(n, "a", 0.5, 0.9 if n < 1_000 else 0.5) for n in range(2_000)]
    assert not drift(learning).retrain
    worse = [Rewarded(n, "a", 0.5, 0.5 if n < 1_000 else 0.9) for n in range(2_000)]
    found = drift(worse)
    assert [shift.stream for shift in found.shifts] == [SURPRISE]
    assert "differ from what was expected by -0.4" in found.shifts[0].sentence


def test_two_shifts_are_two() -> None:
    rates = (0.2, 0.7, 0.2)
    rng = np.random.default_rng(5)
    rewards = [Rewarded(n, "a", float(rng.random() < rates[n // 1_000])) for n in range(3_000)]
    found = drift(rewards)
    assert len(found.shifts) == 2
    assert all(abs(s.since - at) < 120 for s, at in zip(found.shifts, (1_000, 2_000), strict=True))
    assert found.since == found.shifts[0].since


def test_a_rare_click_is_watched_too() -> None:
    found = drift(world(2, {"a": (0.02, 0.06)}, size=20_000, flip=10_000))
    assert found.retrain and abs((found.since or 0) - 10_000) < 1_500


def test_little_or_nothing_is_unknown() -> None:
    assert drift([]) == Drift((), 0)
    few = drift([Rewarded(n, "a", float(n > 25)) for n in range(50)])
    assert not few.retrain and few.finding().level == "unknown" == worst([few.finding()])


def test_same_rewards_same_findings() -> None:
    rewards = world(1, FLIPPED, size=3_000, flip=1_500)
    assert drift(rewards) == drift(iter(rewards))


def test_only_drift_pays_for_river() -> None:
    modules = "learning.health, learning.fairness, learning.fold"
    code = f"import sys, {modules}; sys.exit('river' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "river" in sys.modules  # the control: here, where drift was imported, it is
