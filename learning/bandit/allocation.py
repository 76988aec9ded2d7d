"""Sharing out what is left of a traffic budget among actions whose rates differ by a few tenths.

All functions take many campaigns at once: rows are campaigns, columns their actions.

*Belief.*  Log rates are normal before anything is seen: a level that the campaign's actions share,
an expected difference (from the text, say), and spreads by which they may differ from it.  Counts
are Poisson (rewards of other sizes: with their variance over their mean as dispersion).  The
posterior is taken as normal at its peak, found by Newton's method (Laplace's approximation; Rue,
Martino and Chopin 2009).  What is seen of one action so also tells of those that share its text or
image, and all are drawn towards each other as far as their clicks are few.

*Look-ahead.*  For each action: were the next tenth of the budget spent on it and the rest on what
then looks best, how much more would be earned than from the best as it looks now?  The knowledge
gradient for correlated normal beliefs (Frazier, Powell and Dayanik 2009) with the gain counted over
the decisions left, so it explores as far as there is time to profit, and is greedy at the end.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from learning.bandit.base import Numbers

Flags = NDArray[np.bool_]
SHARE = 0.1  # of the decisions left is looked ahead to
SHORTEST = 10.0  # decisions looked ahead at least
ROUNDS, CLOSE, LONGEST = 40, 1e-4, 1.0  # Newton's steps: how many, when enough, how long
TINY = 1e-300
EQUAL = 1e-9  # gains closer than that, in shares of what is left to earn, are ties
NODES, WEIGHTS = (part.astype(np.float64) for part in np.polynomial.hermite_e.hermegauss(7))
WEIGHTS = WEIGHTS / WEIGHTS.sum()


class Prior(NamedTuple):
    """Of log rates; `between` is the variance of the campaign's level, part of the covariance."""

    mean: Numbers  # campaigns x actions
    covariance: Numbers  # campaigns x actions x actions
    between: float


class Counts(NamedTuple):
    """Decisions and rewards of each action so far; `dispersion` is reward variance over mean."""

    seen: Numbers
    earned: Numbers
    dispersion: float = 1.0


class Belief(NamedTuple):
    """Of log rates, after what was seen."""

    mean: Numbers
    covariance: Numbers

    @property
    def rates(self) -> Numbers:
        """Expected rates."""
        return expected_rates(self.mean, self.covariance)


def expected_rates(mean: Numbers, covariance: Numbers) -> Numbers:
    """Of log-normal rates.

    >>> expected_rates(np.zeros((1, 2)), np.array([[[0.0, 0.0], [0.0, 2.0]]])).round(3).tolist()
    [[1.0, 2.718]]
    """
    rates: Numbers = np.exp(mean + np.diagonal(covariance, axis1=1, axis2=2) / 2.0)
    return rates


def believe(prior: Prior, counts: Counts) -> Belief:
    """The posterior, as normal around its peak.

    >>> prior = Prior(np.full((1, 2), np.log(0.01)), np.eye(2)[None] * 0.04 + 0.25, 0.25)
    >>> belief = believe(prior, Counts(np.array([[1000.0, 1000.0]]), np.array([[30.0, 10.0]])))
    >>> belief.rates.round(3).tolist()
    [[0.023, 0.015]]
    """
    moved = _level(prior, counts)
    open_ = np.arange(len(moved))
    for _ in range(ROUNDS):
        step = _newton(prior, counts, open_, moved)
        moved[open_] += step
        open_ = open_[np.abs(step).max(axis=1) > CLOSE]
        if not len(open_):
            break
    weight = counts.seen * np.exp(prior.mean + moved) / counts.dispersion
    spread = prior.covariance @ np.linalg.inv(_system(weight, prior.covariance))
    return Belief(prior.mean + moved, (spread + spread.transpose(0, 2, 1)) / 2.0)


def _level(prior: Prior, counts: Counts) -> Numbers:
    """Where Newton's method starts: all moved alike, as far as the campaign's total says."""
    drawn = counts.dispersion / prior.between
    expected = (counts.seen * np.exp(prior.mean)).sum(axis=1)
    earned = np.maximum(counts.earned.sum(axis=1), 0.0)
    level = np.log((earned + drawn) / (expected + drawn))
    return np.repeat(level[:, None], prior.mean.shape[1], axis=1)


def _newton(prior: Prior, counts: Counts, rows: NDArray[np.intp], moved: Numbers) -> Numbers:
    """Rasmussen and Williams 2006, algorithm 3.1, steps cut to stay where the curve is known."""
    covariance, at = prior.covariance[rows], moved[rows]
    weight = counts.seen[rows] * np.exp(prior.mean[rows] + at) / counts.dispersion
    pull = weight * at + counts.earned[rows] / counts.dispersion - weight
    solved = np.linalg.solve(_system(weight, covariance), pull[:, :, None])
    step: Numbers = np.clip((covariance @ solved)[:, :, 0] - at, -LONGEST, LONGEST)
    return step


def _system(weight: Numbers, covariance: Numbers) -> Numbers:
    """Identity plus weight times covariance."""
    system: Numbers = weight[:, :, None] * covariance
    each = np.arange(weight.shape[1])
    system[:, each, each] += 1.0
    return system


def gains(belief: Belief, offered: Flags, left: Numbers, dispersion: float = 1.0) -> Numbers:
    """What trying each first would earn more than the best as it looks now; `left` per campaign.

    >>> belief = Belief(np.log([[0.010, 0.011]]), np.array([[[0.1, 0.0], [0.0, 0.001]]]))
    >>> both = np.array([[True, True]])
    >>> [int(gains(belief, both, np.array([left])).argmax()) for left in (10.0, 10_000.0)]
    [1, 0]
    """
    left = np.maximum(left, 1.0)[:, None]
    ahead = np.minimum(np.maximum(SHARE * left, SHORTEST), left)
    rates = np.where(offered, belief.rates, 0.0)
    best = rates.max(axis=1, keepdims=True)
    then = _best_then(belief, rates, ahead, dispersion)
    gain = ahead * (rates - best) + (left - ahead) * np.maximum(then - best, 0.0)
    return np.where(offered, gain, -np.inf)


def _best_then(belief: Belief, rates: Numbers, ahead: Numbers, dispersion: float) -> Numbers:
    """The best expected rate after `ahead` more of each action, averaged over what they may say."""
    own = np.diagonal(belief.covariance, axis1=1, axis2=2)
    noise = dispersion / np.maximum(ahead * rates, TINY)
    whose = np.ascontiguousarray(belief.covariance.transpose(2, 0, 1))  # then campaign, tried
    shift = whose / np.sqrt(own + noise)
    still = rates.T[:, :, None] * np.exp(-shift * shift / 2.0)
    best = np.zeros(rates.shape)
    for node, weight in zip(NODES, WEIGHTS, strict=True):
        best += weight * (still * np.exp(shift * node)).max(axis=0)
    return best


def shares(gain: Numbers, worth: Numbers) -> Numbers:
    """All to the highest gain, ties alike; `worth` is what is left to earn, per campaign.

    >>> shares(np.array([[1.0, 3.0, 3.0]]), np.array([10.0])).tolist()
    [[0.0, 0.5, 0.5]]
    """
    best = gain >= gain.max(axis=1, keepdims=True) - EQUAL * worth[:, None]
    share: Numbers = best / best.sum(axis=1, keepdims=True)
    return share


class Exploration(NamedTuple):
    """ε falls with the budget from `first` to `least`, which is never nothing."""

    first: float = 0.01
    least: float = 0.002

    def epsilon(self, seen: Numbers, left: Numbers) -> Numbers:
        """By campaign.

        >>> Exploration(0.5, 0.25).epsilon(np.array([0.0, 75.0]), np.array([100.0, 25.0])).tolist()
        [0.5, 0.3125]
        """
        ahead = left / np.maximum(seen + left, 1.0)
        epsilon: Numbers = self.least + (self.first - self.least) * ahead
        return epsilon


def allocate(
    belief: Belief, counts: Counts, offered: Flags, left: Numbers, exploration: Exploration
) -> Numbers:
    """Propensities of the next decision in each campaign; 0 for actions that are not offered."""
    gain = gains(belief, offered, left, counts.dispersion)
    worth = left * np.where(offered, belief.rates, 0.0).max(axis=1)
    epsilon = exploration.epsilon(counts.seen.sum(axis=1), left)[:, None]
    even = offered / offered.sum(axis=1, keepdims=True)
    propensities: Numbers = (1.0 - epsilon) * shares(gain, worth) + epsilon * even
    return propensities
