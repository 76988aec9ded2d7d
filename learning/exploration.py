"""From estimated rewards to probabilities.

Inverse gap weighting: an action is tried in inverse proportion to how far it is believed to lie
behind the best (SquareCB, Foster and Rakhlin 2020, arXiv 2002.04926), here in the form that a
log barrier gives (Foster, Gentile, Mohri and Zimmert 2020, arXiv 2007.05145).  SquareCB hands
all that is left to the best, however small its lead; this form lets equals be equal: a constant
reward moves nothing, a small lead moves little, and no tie has to be broken.
"""

import math
from collections.abc import Mapping

EXACT = 1e-13


def inverse_gap(scores: Mapping[str, float], gamma: float) -> dict[str, float]:
    """1 / (λ + gamma · gap), with the λ from 1 to K at which they sum to 1.

    >>> inverse_gap({"story": 0.2, "quote": 0.2}, gamma=1e9)
    {'story': 0.5, 'quote': 0.5}
    >>> {name: round(p, 3) for name, p in inverse_gap({"story": 0.3, "quote": 0.2}, 60).items()}
    {'story': 0.86, 'quote': 0.14}
    """
    best = max(scores.values())
    gaps = {action: gamma * (best - score) for action, score in scores.items()}
    normaliser = _normaliser(list(gaps.values()))
    return {action: 1.0 / (normaliser + gap) for action, gap in gaps.items()}


def _normaliser(gaps: list[float]) -> float:
    """Newton's method from below: the sum is convex and falls, so no step goes too far."""
    value = 1.0
    for _ in range(100):
        shares = [1.0 / (value + gap) for gap in gaps]
        over = math.fsum(shares) - 1.0
        if over <= EXACT:
            break
        value += over / math.fsum(share * share for share in shares)
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
