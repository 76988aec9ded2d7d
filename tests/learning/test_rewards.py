"""Guarded rewards: complaints cost, missing is not nothing, parts sum to the number."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.bandit.vowpal import Vowpal
from learning.rewards import PENALTIES, WEIGHTS, RewardSpec
from smartcontent.errors import InvalidInput
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


@given(
    st.dictionaries(st.sampled_from(KINDS), st.floats(0, 50)),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from(["clickbait", "outrage"]),
)
def test_more_manipulation_never_pays(
    counts: dict[str, float], one: float, other: float, name: str
) -> None:
    less, more = sorted((one, other))
    milder, worse = (RewardSpec().reward(counts, features={name: x})[0] for x in (less, more))
    assert (milder is None) == (worse is None)
    assert milder is None or worse is None or worse <= milder + 1e-9
    free = RewardSpec(penalties={})
    assert free.reward(counts, features={name: more}) == free.reward(counts)  # the control


def test_manipulation_costs_the_same_share_at_every_rate() -> None:
    """Half clickbait wins half of what it won, whether one in two clicks or one in a hundred."""
    for clicks in (500, 10):
        counts = {"impression": 1000, "click": clicks}
        honest, bait = (
            RewardSpec().reward(counts, features=features)[0]
            for features in ({"tone": "calm"}, {"clickbait": 0.5})
        )
        assert honest == clicks / 1000 and bait == pytest.approx(honest / 2)


BAD: list[dict[str, Any]] = [
    {"weights": {"stare": 1.0}}, {"weights": {"reward": 1.0}}, {"weights": {"click": math.nan}},
    {"weights": {"click": 1e9}}, {"penalties": {"click": 1.0}}, {"penalties": {"hide": -1.0}},
    {"clip": (1.0, -1.0)}, {"clip": (-99.0, 1.0)}, {"default": 2.0}, {"window_minutes": 0},
]  # fmt: skip


@pytest.mark.parametrize("wrong", BAD, ids=str)
def test_specs_that_nobody_could_learn_from(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        RewardSpec(**wrong).checked()
    assert RewardSpec().checked() == RewardSpec()


def test_a_spec_is_named_by_what_it_says() -> None:
    again = RewardSpec.from_json(json.loads(json.dumps(RewardSpec().as_json())))
    assert again.digest == RewardSpec().digest
    others = [RewardSpec(default=None), RewardSpec(clip=(-1.0, 2.0)), RewardSpec(window_minutes=5)]
    assert len({again.digest, *(other.digest for other in others)}) == 4
