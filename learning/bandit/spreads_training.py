"""Estimates spreads from campaigns that were measured well.  Nothing that serves needs it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from learning.bandit.base import Numbers
from learning.bandit.spreads import Same, Spreads, same

HALF = 0.5  # added to clicks before their logarithm is taken
START = (0.5, 0.2, 0.15, 0.1)  # campaign, text, image, own
LEAST, MOST = -5.0, 0.7  # bounds of log standard deviations


class Measured(NamedTuple):
    """A campaign's actions: impressions, clicks, and the text and image of each."""

    seen: Sequence[int]
    earned: Sequence[int]
    texts: Sequence[str]
    images: Sequence[str]


class Fitted(NamedTuple):
    """Clicks per impression of the mean campaign, and the spreads."""

    base: float
    spreads: Spreads


def fit(campaigns: Sequence[Measured], *, feature: float = Spreads.feature) -> Fitted:
    """Most likely spreads, taking log rates as normal with variance 1 / clicks around theirs.

    The text's spread is that of texts nothing is known of.
    """
    stacks = _stacks(campaigns)

    def surprise(logs: Numbers) -> float:
        return _surprise(stacks, np.exp(logs))

    bounds = [(LEAST, MOST)] * len(START)
    found = minimize(surprise, list(np.log(START)), method="L-BFGS-B", bounds=bounds)
    campaign, text, image, own = (float(value) for value in np.exp(found.x))
    rates = [float(np.mean(np.divide(each.earned, each.seen))) for each in campaigns]
    return Fitted(float(np.mean(rates)), Spreads(campaign, text, image, feature, own))


class _Stack(NamedTuple):
    """Campaigns with the same number of actions; each row lost its level."""

    logs: Numbers
    noise: Numbers
    texts: Same
    images: Same


def _stacks(campaigns: Sequence[Measured]) -> list[_Stack]:
    sizes = sorted({len(each.seen) for each in campaigns})
    return [_stack([each for each in campaigns if len(each.seen) == size]) for size in sizes]


def _stack(campaigns: Sequence[Measured]) -> _Stack:
    earned = np.array([each.earned for each in campaigns]) + HALF
    return _Stack(
        np.log(earned / np.array([each.seen for each in campaigns])),
        1.0 / earned,
        np.stack([same(each.texts) for each in campaigns]),
        np.stack([same(each.images) for each in campaigns]),
    )


def _surprise(stacks: Sequence[_Stack], deviations: Numbers) -> float:
    """Minus twice the log likelihood, the mean level taken as most likely for these spreads."""
    parts = [_weights(stack, deviations) for stack in stacks]
    level = sum(p[0] for p in parts) / sum(p[1] for p in parts)
    return float(sum(p[2] - 2 * level * p[0] + level**2 * p[1] + p[3] for p in parts))


def _weights(stack: _Stack, deviations: Numbers) -> tuple[float, float, float, float]:
    """Sums over 1'Wx, 1'W1, x'Wx and log|C|, with W the inverse of C."""
    campaign, text, image, own = deviations**2
    ones = np.eye(stack.logs.shape[1])
    covariance = campaign + text * stack.texts + image * stack.images
    covariance = covariance + (own + stack.noise)[:, :, None] * ones
    inverse = np.linalg.inv(covariance)
    pulled = np.einsum("tij,tj->ti", inverse, stack.logs)
    volume = np.linalg.slogdet(covariance)[1].sum()
    return pulled.sum(), inverse.sum(), float((pulled * stack.logs).sum()), float(volume)
