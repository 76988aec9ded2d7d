"""Drawing one action from a vector of probabilities, with a seed that is logged."""

from collections.abc import Mapping
from random import Random


def draw(propensities: Mapping[str, float], seed: int) -> str:
    """One key, each with its probability.  The same vector and seed give the same key.

    >>> draw({"story": 0.0, "quote": 1.0}, seed=7)
    'quote'
    >>> draws = [draw({"story": 0.25, "quote": 0.75}, seed) for seed in range(4000)]
    >>> 0.23 < draws.count("story") / 4000 < 0.27
    True
    """
    left = Random(seed).random()
    last = ""
    for action, probability in propensities.items():
        if probability > 0.0:
            last = action
            left -= probability
            if left < 0.0:
                return action
    return last  # rounding: the vector sums to 1 within 1e-12
