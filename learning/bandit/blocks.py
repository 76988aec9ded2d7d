"""Ridge regression in blocks, learned one observation at a time.

A block is a weight for every column, with the covariance of those weights; an observation
touches some blocks, each with a factor v, and is predicted as Σ v · (weights · z).  One block
alone is exactly ridge regression by rank-one updates (Sherman and Morrison 1950).  Several, and
an offset that all observations have in common, share what is left to explain in proportion to how
unsure each of them is: the decoupled Kalman filter (Puskorius and Feldkamp 1991), which drops the
covariance between blocks and so costs the square of a block and not of all of them.

`drift` is how much a weight may wander from one observation to the next (a variance, in units
of the noise): what was learned long ago counts less, and what is seldom tried grows unsure again,
never beyond what was thought of it at first.
"""

import math
from collections.abc import Sequence
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from learning.bandit.base import Numbers

Slots: TypeAlias = NDArray[np.intp]
LULL = 16  # observations between two additions of drift
POOLED = 10.0  # weights that what all columns have in common counts for in each
DOUBT = 2.0  # weights that the shrinkage so far counts for
WIDE = 100.0  # the offset takes up a constant at once


class Blocks:
    """`prior` holds the variance of each column's weight before anything is known.

    >>> blocks = Blocks(np.array([1.0, 1.0]))
    >>> slot = blocks.add()
    >>> for x in (1.0, 2.0, 3.0) * 50:
    ...     _ = blocks.learn([slot], [1.0], np.array([1.0, x]), 2.0 * x - 1.0)
    >>> round(blocks.offset + float(blocks.weights[slot] @ [1.0, 5.0]), 1)
    8.8
    """

    def __init__(self, prior: Numbers, *, drift: float = 0.0) -> None:
        self.prior = prior
        self.drift = drift
        self.count = 0
        self.offset = 0.0
        self._unsure = WIDE  # the offset's variance
        self._weights = np.zeros((1, len(prior)))
        self._covariance = np.zeros((1, len(prior), len(prior)))
        self._seen = 0

    @property
    def width(self) -> int:
        return len(self.prior)

    @property
    def weights(self) -> Numbers:
        return self._weights[: self.count]

    @property
    def covariance(self) -> Numbers:
        return self._covariance[: self.count]

    def add(self) -> int:
        """A new block, as unsure as the prior; returns its slot."""
        if self.count == len(self._weights):
            self._weights = _doubled(self._weights)
            self._covariance = _doubled(self._covariance)
        self._weights[self.count] = 0.0
        self._covariance[self.count] = np.diag(self.prior)
        self.count += 1
        return self.count - 1

    def widen(self, prior: Numbers) -> None:
        """More columns, at the end."""
        more = len(prior) - self.width
        new = np.arange(self.width, len(prior))
        self._weights = np.pad(self._weights, ((0, 0), (0, more)))
        self._covariance = np.pad(self._covariance, ((0, 0), (0, more), (0, more)))
        self._covariance[: self.count, new, new] = prior[new]
        self.prior = prior

    def read(self, slots: Slots, z: Numbers) -> tuple[Numbers, Numbers]:
        """What each of these blocks says of z, and its variance in units of the noise."""
        if 2 * len(slots) < self.count:
            return self._weights[slots].dot(z), _quadratic(self._covariance[slots], z)
        said, variance = self.weights.dot(z), _quadratic(self.covariance, z)
        if len(slots) == self.count:  # they are given in order
            return said, variance
        return said[slots], variance[slots]

    def newcomer(self, z: Numbers, noise: float) -> float:
        """Variance of what a block not met yet would say of z, in units of the noise: as far as
        those that have been met lie apart, and at most what the prior says."""
        known = self.weights[:, 0] / noise
        found = float(known @ known + self.covariance[:, 0, 0].sum())
        usual = (found / float(self.prior[0]) + DOUBT) / (self.count + DOUBT)
        return min(usual, 1.0) * float(self.prior @ (z * z))

    def learn(self, slots: Sequence[int], factors: Sequence[float], z: Numbers, y: float) -> float:
        """Learn one observation; returns by how much it surprised: the error over how far off it
        was expected to be, in units of y."""
        touched = [(self._weights[slot], self._covariance[slot]) for slot in slots]
        leans = [covariance.dot(z) for _, covariance in touched]
        spread, error = 1.0 + self._unsure, y - self.offset
        for (weights, _), factor, lean in zip(touched, factors, leans, strict=True):
            spread += factor * factor * float(lean.dot(z))
            error -= factor * float(weights.dot(z))
        for (weights, covariance), factor, lean in zip(touched, factors, leans, strict=True):
            weights += lean * (factor * error / spread)
            lean *= factor / math.sqrt(spread)
            covariance -= lean[:, None].dot(lean[None])
        self.offset += self._unsure * error / spread
        self._unsure -= self._unsure**2 / spread
        self._wander()
        return error / math.sqrt(spread)

    def rescale(self, factors: Numbers, columns: Numbers, prior: Numbers) -> None:
        """Factors and columns are from now on divided by these: what was observed, in the new
        units, under a new prior in the new units."""
        before, after = np.diag(1.0 / self.prior), np.diag(1.0 / prior)
        for slot, factor in enumerate(factors[: self.count]):
            divisor = factor * columns
            known = np.linalg.inv(self._covariance[slot])
            target = known @ self._weights[slot] / divisor
            learned = _positive(known - before) / np.multiply.outer(divisor, divisor)
            self._covariance[slot] = _inverse(learned + after)
            self._weights[slot] = self._covariance[slot] @ target
        self.prior = prior

    def shrinkage(self, columns: int, noise: float) -> tuple[float, Numbers]:
        """Best inverse variance of the weights of these many columns after the first, in units
        of the noise, by the evidence so far (MacKay 1992, equation 4.9): of all alike, and of
        each as far as it differs from the others (automatic relevance determination)."""
        inverse = 1.0 / self.prior[1:columns]
        unsure = np.einsum("bii->bi", self.covariance)[:, 1:columns]
        known = np.maximum(1.0 - inverse * unsure, 0.0).sum(axis=0)
        weights = self.weights[:, 1:columns] / noise
        squares = (weights * weights).sum(axis=0)
        start = float(np.mean(inverse))
        common = float((known.sum() + DOUBT) / (squares.sum() + DOUBT / start))
        return common, (known + POOLED) / (squares + POOLED / common)

    def forget(self, kept: float, prior: Numbers) -> None:
        """Of what was observed only this share counts on, under a new prior."""
        before, after = np.diag(1.0 / self.prior), np.diag(1.0 / prior)
        for slot in range(self.count):
            known = np.linalg.inv(self._covariance[slot])
            target = kept * (known @ self._weights[slot])
            self._covariance[slot] = _inverse(kept * _positive(known - before) + after)
            self._weights[slot] = self._covariance[slot] @ target
        self.prior = prior
        self._unsure = 1.0 / (1.0 / WIDE + kept * (1.0 / self._unsure - 1.0 / WIDE))

    def clone(self) -> Self:
        twin = type(self)(self.prior, drift=self.drift)
        twin.count, twin._seen = self.count, self._seen
        twin.offset, twin._unsure = self.offset, self._unsure
        twin._weights = self._weights.copy()
        twin._covariance = self._covariance.copy()
        return twin

    def to_bytes(self) -> bytes:
        """Prior, weights and one half of each covariance."""
        half = self.covariance[:, *np.triu_indices(self.width)]
        return b"".join(part.tobytes() for part in (self.prior, self.weights, half))

    @property
    def state(self) -> dict[str, Any]:
        """What `load` needs beside the bytes."""
        offset = [self.offset, self._unsure]
        return {"count": self.count, "width": self.width, "seen": self._seen, "offset": offset}

    def load(self, data: bytes, state: dict[str, Any]) -> None:
        """Take over what `to_bytes` gave."""
        self.offset, self._unsure = state["offset"]
        count, width = state["count"], state["width"]
        prior, weights, half = np.split(np.frombuffer(data), [width, width + count * width])
        rows, columns = np.triu_indices(width)
        self.prior, self.count, self._seen = prior.copy(), count, state["seen"]
        self._weights = np.zeros((max(count, 1), width))
        self._weights[:count] = weights.reshape(count, width)
        self._covariance = np.zeros((max(count, 1), width, width))
        self._covariance[:count, rows, columns] = half.reshape(count, len(rows))
        self._covariance[:count, columns, rows] = half.reshape(count, len(rows))

    def _wander(self) -> None:
        self._seen += 1
        if self.drift and self._seen % LULL == 0:
            diagonal = np.einsum("bii->bi", self.covariance)
            diagonal += np.clip(self.prior - diagonal, 0.0, LULL * self.drift)
            self._unsure = min(self._unsure + LULL * self.drift, WIDE)


def _quadratic(matrices: Numbers, z: Numbers) -> Numbers:
    """z' M z of each matrix."""
    count, width = len(matrices), len(z)
    leans = matrices.reshape(count * width, width).dot(z).reshape(count, width)
    found: Numbers = np.maximum(leans.dot(z), 0.0)
    return found


def _inverse(matrix: Numbers) -> Numbers:
    """Symmetric to the last bit."""
    inverse = np.linalg.inv(matrix)
    whole: Numbers = (inverse + inverse.T) / 2.0
    return whole


def _positive(matrix: Numbers) -> Numbers:
    """Without what rounding and drift have made negative."""
    values, vectors = np.linalg.eigh(matrix)
    whole: Numbers = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return whole


def _doubled(array: Numbers) -> Numbers:
    return np.concatenate([array, np.zeros_like(array)])
