"""Guarded rewards: complaints cost, missing is not nothing, parts sum to the number."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.bandit.vowpal import Vowpal
from learning.rewards import PENALTIES, WEIGHTS, RewardSpec
from tests.learning.worlds import live, neutral

KINDS = [*WEIGHTS, *PENALTIES, "impression", "dwell", "reward"]


@given(st.dictionaries(st.sampled_from(KINDS), st.floats(0, 50)))
def test_parts_sum_to_the_reward(counts: dict[str, float]) -> None:
    value, parts = RewardSpec().reward(counts)
    if value is None:
        assert parts == {} and not any(counts.values())
    else:
        assert math.isclose(math.fsum(parts.values()), value, abs_tol=1e-9)
        assert -1.0 <= value <= 1.0


def test_missing_is_not_nothing() -> None:
    assert RewardSpec().reward({}) == (None, {})
    assert RewardSpec().reward({"impression": 0, "click": 0}) == (None, {})
    assert RewardSpec().reward({"impression": 1}) == (0.0, {})
    assert RewardSpec().reward({"dwell": 12.0}) == (0.0, {})


def test_an_explicit_reward_takes_the_place_of_events_but_not_of_complaints() -> None:
    counts = {"impression": 1, "click": 1, "reward": 0.25}
    assert RewardSpec().reward(counts)[0] == 0.25
    assert RewardSpec().reward({**counts, "hide": 1})[0] == -0.75
    assert RewardSpec().reward({"reward": 0.0}) == (0.0, {})


def test_a_post_is_rewarded_per_impression() -> None:
    assert RewardSpec().reward({"impression": 1000, "click": 12, "like": 20})[0] == 0.022


def test_a_post_without_view_counts_is_measured_against_what_is_usual() -> None:
    spec = RewardSpec()
    assert spec.reward({}, expected=10.0) == (None, {})
    usual, better, worse = (spec.reward({"like": likes}, expected=10.0)[0] for likes in (20, 40, 4))
    assert usual == 0.0 and better is not None and worse is not None and worse < 0.0 < better
    hidden = spec.reward({"like": 40, "hide": 4}, expected=10.0)[0]
    assert hidden is not None and hidden < better


@pytest.mark.parametrize(
    ("spec", "wins"), [(RewardSpec(), False), (RewardSpec(penalties={}), True)]
)
def test_clicks_won_by_manipulation_do_not_pay(spec: RewardSpec, wins: bool) -> None:
    """`question` wins twice the clicks, and two in five who see it hide it.

    The control has no penalties: there manipulation wins.
    """

    def audience(action: str, rng: object) -> float:
        manipulative = action == "question"
        counts = {"impression": 100, "click": 60 if manipulative else 30, "hide": 40 * manipulative}
        reward, _ = spec.reward(counts)
        assert reward is not None
        return reward

    policy = Vowpal()
    live(policy, audience, 300, seed=1)
    propensities = neutral(policy)
    assert (max(propensities, key=propensities.__getitem__) == "question") == wins
