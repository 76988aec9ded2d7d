"""From estimated rewards to probabilities.

Inverse gap weighting: an action is tried in inverse proportion to how far it is believed to lie
behind the best (SquareCB, Foster and Rakhlin 2020, arXiv 2002.04926), here in the form that a
log barrier gives (Foster, Gentile, Mohri and Zimmert 2020, arXiv 2007.05145).  SquareCB hands
all that is left to the best, however small its lead; this form lets equals be equal: a constant
reward moves nothing, a small lead moves little, and no tie has to be broken.
"""

import math
from collections.abc import Mapping
from operator import add, sub
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Numbers: TypeAlias = NDArray[np.float64]
EXACT = 1e-13
TAIL = 4.0  # standard deviations beyond which an action is as good as never the best
STEPS = np.linspace(0.0, 1.0, 25) ** 2  # finer where the best known action is
LEAST = 1e-12
ROOT = math.sqrt(2.0)


def chances(means: Numbers, spreads: Numbers) -> Numbers:
    """How likely each is to be the highest, for independent normal values.

    What Thompson sampling would count from many draws (Thompson 1933), computed: the integral
    of each density times the others' distributions, by the trapezium rule.  Equals get equal
    shares, and nothing depends on a seed.

    >>> chances(np.array([0.5, 0.5, 0.5]), np.array([0.1, 0.1, 0.1])).round(4).tolist()
    [0.3333, 0.3333, 0.3333]
    >>> chances(np.array([1.0, 0.0]), np.array([0.6, 0.8])).round(2).tolist()  # Φ(1) = 0.84
    [0.84, 0.16]
    >>> chances(np.array([1.0, 0.0, 0.5]), np.array([0.05, 0.05, 0.05])).tolist()
    [1.0, 0.0, 0.0]
    """
    reach = TAIL * spreads + LEAST
    middles, reaches = means.tolist(), reach.tolist()  # of a few, lists are faster than arrays
    highest = [*map(add, middles, reaches)]
    low = max(map(sub, middles, reaches))
    rivals = [at for at, high in enumerate(highest) if high >= low]
    if len(rivals) == len(middles) > 2:
        return _of_many(means, reach / TAIL, low, max(highest))
    shares = np.zeros(len(middles))
    if len(rivals) == 1:
        shares[rivals[0]] = 1.0
    elif len(rivals) == 2:
        one, other = rivals
        spread = math.hypot(spreads[one], spreads[other], LEAST)
        shares[one], shares[other] = _of_two((middles[one] - middles[other]) / spread)
    else:
        shares[rivals] = _of_many(means[rivals], reach[rivals] / TAIL, low, max(highest))
    return shares


def _of_two(gap: float) -> tuple[float, float]:
    """Their difference is normal too: by how many of its deviations the first is ahead."""
    return 0.5 * math.erfc(-gap / ROOT), 0.5 * math.erfc(gap / ROOT)


def _of_many(means: Numbers, spreads: Numbers, low: float, high: float) -> Numbers:
    """By the trapezium rule, where it matters who is the highest."""
    grid = low + (high - low) * STEPS
    below = ndtr((grid - means[:, None]) / spreads[:, None])
    others = np.multiply.reduce(below, axis=0) / below
    parts = (below[:, 1:] - below[:, :-1]) * (others[:, 1:] + others[:, :-1])
    shares = np.add.reduce(parts, axis=1)
    whole: Numbers = shares / np.add.reduce(shares)
    return whole


def greedy(scores: Numbers) -> Numbers:
    """All on the highest; those that share its place share alike.

    >>> greedy(np.array([0.2, 0.5, 0.5])).tolist()
    [0.0, 0.5, 0.5]
    """
    best = scores == scores.max()
    shares: Numbers = best / best.sum()
    return shares


def floored(propensities: Numbers, epsilon: float) -> Numbers:
    """As `with_floor`, of an array."""
    share = (1.0 - epsilon) / np.add.reduce(propensities)
    mixed: Numbers = propensities * share + epsilon / len(propensities)
    return mixed


def inverse_gap(scores: Numbers, gamma: float) -> Numbers:
    """1 / (λ + gamma · gap), with the λ from 1 to K at which they sum to 1.

    >>> inverse_gap(np.array([0.2, 0.2]), gamma=1e9).tolist()
    [0.5, 0.5]
    >>> inverse_gap(np.array([0.3, 0.2]), gamma=60.0).round(2).tolist()
    [0.86, 0.14]
    """
    gaps = (gamma * (scores.max() - scores)).tolist()
    normaliser = _normaliser(gaps)
    return np.array([1.0 / (normaliser + gap) for gap in gaps])


def _normaliser(gaps: list[float]) -> float:
    """Newton's method from below: the sum is convex and falls, so no step goes too far."""
    value = 1.0
    for _ in range(100):
        shares = [1.0 / (value + gap) for gap in gaps]
        over = math.fsum(shares) - 1.0
        if over <= EXACT:
            break
        value += over / math.fsum([share * share for share in shares])
    return value


def with_floor(propensities: Mapping[str, float], epsilon: float) -> dict[str, float]:
    """Mix with uniform: none falls below epsilon / K, and the sum is 1 within 1e-12.

    >>> with_floor({"story": 1.0, "quote": 0.0}, epsilon=0.5)
    {'story': 0.75, 'quote': 0.25}
    """
    total = math.fsum(propensities.values())
    least = epsilon / len(propensities)
    return {
        action: (1.0 - epsilon) * probability / total + least
        for action, probability in propensities.items()
    }
