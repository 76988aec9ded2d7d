"""How far the text prior's lifts can be trusted, from groups later than those learned from."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from learning.prediction.text_contrasts import TEXTS, Outcomes, reliability
from learning.prediction.text_prior import Numbers, Spread, Thirds, sureness

STEEPEST = 1.0  # more groups make a ridge bolder: a slope above 1 on fewer will not last


class Calibration(NamedTuple):
    """`scale` makes raw lifts expected ones; the rest describes them once scaled."""

    scale: float
    spread: Spread
    thirds: Thirds
    measured: dict[str, float]


def calibrate(later: Outcomes, *, seed: int) -> Calibration:
    """From raw expected lifts and what was seen.

    Without later pairs, or with a slope below 0, nothing is known and every lift becomes 0.
    """
    if not len(later.expected):
        nothing = {"raw slope": 0.0, "pairs": 0, "right of all pairs": 0.5}
        thirds = Thirds((0.0, 0.0), (False, False, False))
        return Calibration(0.0, Spread(2.0 * TEXTS, 0.0), thirds, nothing)
    slope = reliability(later.expected, later.seen, later.noise)
    scale = float(np.clip(slope, 0.0, STEEPEST))
    scaled = later._replace(expected=later.expected * scale)
    spread = _spread(scaled)
    measured = {"raw slope": round(slope, 3), **_accuracy(scaled)}
    return Calibration(scale, spread, _thirds(scaled, spread, seed), measured)


def loss(later: Outcomes) -> float:
    """Sum of squared misses, every pair by how well it is known."""
    weight = 1.0 / (later.noise + 2.0 * TEXTS)
    return float(weight @ (later.seen - later.expected) ** 2)


def _spread(later: Outcomes) -> Spread:
    """Least squares of the squared misses, less their noise, on a constant and the distance."""
    misses = (later.seen - later.expected) ** 2 - later.noise
    weight = 1.0 / (later.noise + 2.0 * TEXTS)
    columns = np.stack([weight, weight * later.distance], axis=1)
    apart, by_distance = nnls(columns, weight * misses)[0]
    return Spread(float(apart), float(by_distance))


def _sure(later: Outcomes, spread: Spread) -> Numbers:
    return sureness(later.expected, spread.apart + spread.by_distance * later.distance)


def _right(later: Outcomes) -> Numbers:
    """1 where the expected winner won, 0.5 at a draw."""
    return (np.sign(later.expected * later.seen) + 1.0) / 2.0


def _thirds(later: Outcomes, spread: Spread, seed: int) -> Thirds:
    """Where the thirds of sureness part, and which were right more often than not.

    The lower end of a 95 % interval, over groups drawn anew 500 times, is above one half.
    """
    sure, right = _sure(later, spread), _right(later)
    low, high = (float(edge) for edge in np.quantile(sure, [1 / 3, 2 / 3]))
    third = np.searchsorted([low, high], sure, side="right")
    random = np.random.default_rng(seed)
    beats = tuple(
        _lower(right[third == at], later.group[third == at], random) > 0.5 for at in range(3)
    )
    return Thirds((low, high), (beats[0], beats[1], beats[2]))


def _lower(right: Numbers, group: NDArray[np.int64], random: np.random.Generator) -> float:
    """Lower end of the bootstrapped interval of the mean, groups drawn whole."""
    _, inverse = np.unique(group, return_inverse=True)
    won, count = np.bincount(inverse, right), np.bincount(inverse)
    if len(count) < 2:
        return 0.0
    drawn = random.integers(len(count), size=(500, len(count)))
    return float(np.quantile(won[drawn].sum(axis=1) / count[drawn].sum(axis=1), 0.025))


def _accuracy(later: Outcomes) -> dict[str, float]:
    right = _right(later)
    clear = np.abs(later.seen) > 1.96 * np.sqrt(later.noise)
    told = {
        "pairs": len(right),
        "right of all pairs": round(float(right.mean()), 3),
    }
    if clear.any():
        told["right of clear pairs"] = round(float(right[clear].mean()), 3)
    return told
