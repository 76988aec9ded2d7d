"""Worlds in which learning earns nothing, or is tempted to earn by manipulation."""

from collections.abc import Callable

import pytest

from benchmarks.bandit import drift, guarded, null
from learning.bandit.base import Policy
from learning.bandit.thompson import Thompson
from learning.bandit.vowpal import Vowpal
from smartcontent.decision import Estimate


@pytest.fixture(scope="module")
def looked() -> list[list[Estimate]]:
    """What was said at each look in worlds without differences."""
    return [null.World(seed, decisions=500).looks(Thompson()) for seed in range(16)]


def test_no_lift_is_claimed_without_a_difference(looked: list[list[Estimate]]) -> None:
    assert sum(map(null.claims, looked)) <= 1


def test_a_lift_is_claimed_with_one() -> None:
    liked = [null.World(seed, "quote", decisions=900) for seed in range(3)]
    assert null.claimed(liked, Thompson)[0] == 3


def test_careless_looks_would_claim_more(looked: list[list[Estimate]]) -> None:
    """The control: the same worlds, each look with a fifth of the interval."""

    def hasty(look: Estimate) -> bool:
        if look.value is None or look.low is None or look.high is None:
            return False
        fifth = (4 * look.value + look.low) / 5, (4 * look.value + look.high) / 5
        return fifth[0] > 0.0 or fifth[1] < 0.0

    assert sum(any(map(hasty, looks)) for looks in looked) >= 4


@pytest.mark.parametrize("kind", guarded.KINDS)
@pytest.mark.parametrize("make", [Thompson, Vowpal])
def test_manipulation_wins_only_where_nothing_is_taken_off(
    kind: str, make: Callable[[], Policy]
) -> None:
    paid, unpaid = (
        guarded.World(kind, rewards, seed=1, decisions=800).won(make())
        for rewards in (guarded.GUARDED, guarded.UNGUARDED)
    )
    assert paid < 0.2 < 0.5 < unpaid


def test_a_change_is_followed_and_the_steadfast_miss_it() -> None:
    """The control is the same learner without handling of change."""
    world = drift.World(7_000_000, flip=2_000, after=drift.RECOVERS_WITHIN)
    ours, theirs = (drift.recoveries([world], make) for make in (drift.shipped, drift.steadfast))
    assert ours[0] < drift.RECOVERS_WITHIN == theirs[0]
