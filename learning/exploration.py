"""From estimated rewards to probabilities.

SquareCB (Foster and Rakhlin 2020, arXiv 2002.04926): an action is tried in inverse proportion
to how far it is believed to lie behind the best.  Unlike ε-greedy, arms that look the same get
the same share, so a constant reward moves nothing and a small lead moves little.
"""

import math
from collections.abc import Mapping


def square_cb(scores: Mapping[str, float], gamma: float) -> dict[str, float]:
    """1 / (K + gamma · gap) for all but the best, which gets the rest.

    Actions that tie for the best share equally, which is the average over every way to break
    the tie; so the probabilities do not depend on a seed.

    >>> square_cb({"story": 0.3, "quote": 0.1, "list": 0.1}, gamma=100)["quote"]
    0.043478260869565216
    >>> square_cb({"story": 0.2, "quote": 0.2}, gamma=1e9)
    {'story': 0.5, 'quote': 0.5}
    """
    best = max(scores.values())
    behind = {
        action: 1.0 / (len(scores) + gamma * (best - score))
        for action, score in scores.items()
        if score < best
    }
    share = (1.0 - math.fsum(behind.values())) / (len(scores) - len(behind))
    return {action: behind.get(action, share) for action in scores}


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
