"""Confidence sequences: intervals that hold at every sample size at once.

Asymptotic, with a normal mixture (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform
central limit theory and asymptotic confidence sequences", arXiv 2103.06476): looking early and
often, and stopping when one likes the figure, does not break them.  The price is an interval
about half as wide again as one that may be looked at once.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
TIGHTEST_AT = 2_000.0  # the sample size at which the mixture is tuned to be narrowest


def multiplier(n: float, alpha: float = 0.05, *, tightest_at: float = TIGHTEST_AT) -> float:
    """Standard errors either side of an estimate so that it holds at every n at once.

    >>> round(multiplier(2_000), 2), round(multiplier(200_000), 2)
    (3.04, 3.58)
    """
    log = -2.0 * math.log(alpha)
    spread = n * (log + math.log(log) + 1.0) / tightest_at
    return math.sqrt(2.0 * (1.0 + 1.0 / spread) * math.log(math.sqrt(spread + 1.0) / alpha))


@dataclass(frozen=True)
class Mean:
    """Size, mean and variance of a group's rewards.

    `people` is how many earned them, as far as they can be told apart (None: each reward counts
    as one of its own), and `between` the squared standard error that their differences leave.
    """

    n: int
    value: float
    variance: float
    people: int | None = None
    between: float = 0.0

    @classmethod
    def of(cls, rewards: Sequence[float] | Numbers, low: float, high: float) -> "Mean":
        """Variance with one more reward at each end of the range `low` to `high`."""
        values = np.asarray(rewards, dtype=np.float64)
        if not len(values):
            return cls(0, 0.0, 0.0)
        padded = np.append(values, (low, high))
        return cls(len(values), float(values.mean()), float(padded.var()))

    def among(self, people: Iterable[tuple[float, float]]) -> "Mean":
        """The same, knowing how many rewards each person gave and what they add up to.

        Whoever returns is no new evidence of what others like.  The variance of a ratio of sums
        over people (or over groups of them drawn at random: Wolter, "Introduction to Variance
        Estimation", 2007, chapter 2).

        >>> clicks = Mean.of([1.0] * 50 + [0.0] * 50, 0.0, 1.0)
        >>> clicks.error < 0.003 < clicks.among([(50, 50.0), (50, 0.0)]).error
        True
        """
        table = np.array([*people], dtype=np.float64).reshape(-1, 2)
        known = len(table)
        residuals = table[:, 1] - self.value * table[:, 0]
        spread = float(residuals @ residuals) / self.n**2 if self.n else 0.0
        return replace(self, people=known, between=spread * known / max(known - 1, 1))

    @property
    def error(self) -> float:
        """Squared standard error."""
        return max(self.variance / self.n, self.between)


def ends(values: Numbers) -> tuple[float, float]:
    """The rewards' range, at least from 0 to 1 when they are in it."""
    return min(float(values.min()), 0.0), max(float(values.max()), 1.0)
