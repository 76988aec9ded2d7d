"""The rules that share out a headline test's traffic: the product's, and those it is held against.

Ours is `learning.bandit.campaign.Campaign` with many campaigns in the rows of an array: the same
functions that its `pull` calls, choice for choice (tests/learning/test_campaign_policy.py).
"""

import math
from collections.abc import Sequence

import numpy as np

from benchmarks.bandit.upworthy_replay import (
    BATCH,
    Block,
    Chooser,
    Integers,
    Numbers,
    Random,
    Rule,
    State,
    drawn,
    on_one,
)
from learning.bandit.allocation import Counts, Prior, allocate, believe
from learning.bandit.campaign import Campaign
from smartcontent.decision import Action

TEXTBOOK = math.sqrt(2.0)
NARROW = 0.05  # explores little


def campaign(policy: Campaign, actions: Sequence[Sequence[Action]]) -> Rule:
    """The product's policy; `actions` are those of every test."""

    def start(block: Block, copies: int) -> Chooser:
        priors = [policy.prior({}, actions[at]) for at in block.at]
        means = np.concatenate([prior.mean for prior in priors])
        spreads = np.concatenate([prior.covariance for prior in priors])
        prior = Prior(
            np.tile(means, (copies, 1)), np.tile(spreads, (copies, 1, 1)), priors[0].between
        )

        def choose(state: State, random: Random) -> Integers:
            uniforms = random.random((len(state.left), BATCH))
            return drawn(propensities(policy, prior, state), state, uniforms)

        return choose

    return Rule(start, plans=True)


def propensities(policy: Campaign, prior: Prior, state: State) -> Numbers:
    """What the policy draws from, a row a campaign.  An arm that has left tells nothing more."""
    counts = Counts(
        (state.seen * state.offered).astype(float), (state.earned * state.offered).astype(float)
    )
    left = np.maximum(state.left, 1).astype(float)
    return allocate(believe(prior, counts), counts, state.offered, left, policy.exploration)


def half_then_winner() -> Rule:
    """An A/B test on half of the budget; its winner gets the rest."""

    def choose(state: State, random: Random) -> Integers:
        used = state.seen.sum(axis=1)
        testing = 2 * used < used + state.left
        scores = np.where(testing[:, None], -state.seen, _means(state))
        return on_one(scores, state, random)

    return Rule(lambda block, copies: choose, plans=True)


def upper_bound(width: float) -> Rule:
    """UCB1 (Auer, Cesa-Bianchi and Fischer 2002), whose own `width` is the root of 2."""

    def choose(state: State, random: Random) -> Integers:
        times = np.maximum(state.seen.sum(axis=1, keepdims=True), 2)
        bonus = np.sqrt(np.log(times) / np.maximum(state.seen, 1))
        scores = np.where(state.seen == 0, np.inf, _means(state) + width * bonus)
        return on_one(scores, state, random)

    return Rule(lambda block, copies: choose)


def thompson() -> Rule:
    """Thompson sampling from Beta(1, 1), one draw a batch."""

    def choose(state: State, random: Random) -> Integers:
        scores = random.beta(1.0 + state.earned, 1.0 + state.seen - state.earned)
        return on_one(scores, state, random)

    return Rule(lambda block, copies: choose)


def text_only(lifts: Sequence[Numbers]) -> Rule:
    """The headline that the text model likes best, whatever happens."""

    def start(block: Block, copies: int) -> Chooser:
        scores = _tiled(lifts, block, copies)
        return lambda state, random: on_one(scores, state, random)

    return Rule(start)


def hierarchical_greedy(
    lifts: Sequence[Numbers], *, base: float, level: float, strength: float
) -> Rule:
    """Gamma priors around the text's expectation, then always the highest posterior mean.

    The campaign's own rate is shrunk to `base` by `level` clicks, each arm to what its text lets
    expect of that by `strength` clicks.
    """

    def start(block: Block, copies: int) -> Chooser:
        relative = np.exp(_tiled(lifts, block, copies))

        def choose(state: State, random: Random) -> Integers:
            expected = (state.seen * relative).sum(axis=1)
            own = (state.earned.sum(axis=1) + level) / (expected + level / base)
            prior = own[:, None] * relative
            scores = (state.earned + strength) / (state.seen + strength / prior)
            return on_one(scores, state, random)

        return choose

    return Rule(start)


def _means(state: State) -> Numbers:
    means: Numbers = state.earned / np.maximum(state.seen, 1)
    return means


def _tiled(lifts: Sequence[Numbers], block: Block, copies: int) -> Numbers:
    return np.tile(np.array([lifts[at] for at in block.at]), (copies, 1))
