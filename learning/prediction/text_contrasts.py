"""What groups of texts that competed for one audience say about their texts.

Within a group the log click rate is the group's level, plus what the text earns, what its image
earns, and noise that shrinks with impressions.  Contrasts that have no group level and equal noise
turn that into an ordinary regression (generalised least squares).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from learning.prediction.text_prior import Numbers, distances

TEXTS = 0.06  # variance of what a text earns that no feature tells
IMAGES = 0.02  # variance of what an image earns


class Group(NamedTuple):
    """Texts shown at random to one audience; `images` names what each was shown with."""

    texts: Sequence[str]
    embeddings: Numbers
    impressions: Sequence[float]
    clicks: Sequence[float]
    images: Sequence[str] = ()


class Contrasts(NamedTuple):
    """What a group says about its texts: `weights` (rows, texts) and `targets`, with unit noise."""

    weights: Numbers
    targets: Numbers


class Outcomes(NamedTuple):
    """Pairs of texts in later groups: expected and seen log lift, and what it is known to."""

    expected: Numbers
    seen: Numbers
    noise: Numbers
    distance: Numbers
    group: NDArray[np.int64]


def contrast(group: Group) -> Contrasts:
    """Weighted differences of log click rates within the group that have unit noise.

    >>> group = Group(["a", "b"], np.zeros((2, 3)), [1000.0, 1000.0], [20.0, 10.0])
    >>> weights, targets = contrast(group)
    >>> weights.shape, bool(weights.sum() < 1e-9), bool(targets[0] * weights[0, 0] > 0)
    ((1, 2), True, True)
    """
    shown, clicked = np.asarray(group.impressions, float), np.asarray(group.clicks, float)
    expected = shown * clicked.sum() / max(shown.sum(), 1.0) + 0.5
    seen = np.log((clicked + 0.5) / expected)
    variance = np.diag(1.0 / expected) + TEXTS * _same(group.texts)
    if group.images:
        variance = variance + IMAGES * _same(group.images)
    precision = np.linalg.inv(variance)
    level = precision.sum(axis=1)
    within = precision - np.outer(level, level) / level.sum()
    sizes, axes = np.linalg.eigh(within)
    kept = sizes > 1e-8 * max(float(sizes[-1]), 1e-12)
    weights = np.sqrt(sizes[kept])[:, None] * axes[:, kept].T
    return Contrasts(weights, weights @ seen)


def _same(names: Sequence[str]) -> Numbers:
    values = np.array(names, dtype=object)
    same: Numbers = (values[:, None] == values[None, :]).astype(np.float64)
    return same


def pairs(group: Group, scores: Numbers, at: int) -> Outcomes:
    """The group's pairs of different texts under the same image; `at` is the group's number."""
    images = group.images or [""] * len(group.texts)
    one, other = np.triu_indices(len(group.texts), k=1)
    kept = (_same(images)[one, other] == 1.0) & (_same(group.texts)[one, other] == 0.0)
    one, other = one[kept], other[kept]
    shown, clicked = np.asarray(group.impressions, float), np.asarray(group.clicks, float)
    rate, noise = np.log((clicked + 0.5) / (shown + 1.0)), 1.0 / (clicked + 0.5)
    return Outcomes(
        scores[one] - scores[other],
        rate[one] - rate[other],
        noise[one] + noise[other],
        distances(np.asarray(group.embeddings, float))[one, other],
        np.full(len(one), at),
    )


def reliability(
    expected: Numbers, seen: Numbers, noise: Numbers, times: float | Numbers = 1.0
) -> float:
    """Slope of the seen on the expected log lift through 0; 1 is calibrated.

    Every row counts by how well it is known, and `times` over.

    >>> round(reliability(np.array([0.2, -0.2]), np.array([0.1, -0.1]), np.full(2, 0.1)), 6)
    0.5
    """
    weight = times / (noise + 2.0 * TEXTS)
    spread = float((weight * expected**2).sum())
    return float((weight * expected * seen).sum()) / spread if spread else 0.0
