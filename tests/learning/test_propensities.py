"""What is logged is what is drawn: `benchmarks.bandit.propensities`, in short."""

import pytest

from benchmarks.bandit.propensities import (
    CASES,
    FAR,
    RARE,
    Liar,
    fit,
    held_back,
    masked,
    plain,
    taught,
    undecided,
)
from learning.bandit.base import Policy
from learning.bandit.best_of import BestOf
from learning.bandit.linear import Linear
from learning.bandit.thompson import Thompson

DRAWS = 1500


@pytest.fixture(
    scope="module", params=[Linear, Thompson, undecided], ids=lambda make: make.__name__
)
def policy(request: pytest.FixtureRequest) -> Policy:
    made: Policy = taught(request.param, seed=5)
    return made


@pytest.mark.parametrize("case", CASES)
def test_draws_fit_the_log(policy: Policy, case: str) -> None:
    found = fit(CASES[case](policy, DRAWS, 5))
    assert found.chance > RARE
    assert found.far < FAR


def test_several_members_are_followed_at_once() -> None:
    policy = taught(undecided, seed=5)
    assert isinstance(policy, BestOf)
    assert sum(weight > 0.0 for weight in policy.weights) > 1


class BoldLiar(Liar):
    share = 0.06


def test_a_policy_that_lies_is_found_out() -> None:
    assert fit(plain(BoldLiar(), 8 * DRAWS, 5)).chance < RARE


def test_a_mixture_logged_as_if_nobody_was_held_back_is_found_out() -> None:
    policy = taught(Linear, seed=5)
    lied = [
        type(each)(each.cell, each.own, each.own, each.action, each.reward, each.truths)
        for each in held_back(policy, 4 * DRAWS, 5)
    ]
    assert fit(lied).chance < RARE


def test_masked_draws_logged_as_if_all_were_alike_are_found_out() -> None:
    skewed = []
    for each in masked(taught(Thompson, seed=5), 4 * DRAWS, 5):
        even = dict.fromkeys(each.propensities, 1.0 / len(each.propensities))
        skewed.append(type(each)(each.cell, even, even, each.action, each.reward, each.truths))
    assert fit(skewed).chance < RARE
