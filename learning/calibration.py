"""Whether expected rewards are those earned: bias, slope and the reliability curve.

Reliability diagram after Murphy and Winkler (1977), in bins of equal size; slope of earned over
expected after Cox (1958): below 1 the differences expected are larger than those earned.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from learning.confidence import Numbers, multiplier

BINS = 10
TELLING = 0.1  # a bias below this share of what is earned is not worth a word
FLAT = 1e-12


@dataclass(frozen=True)
class Bin:
    """Decisions of which about as much was expected: what they earned, with its interval."""

    expected: float
    earned: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Calibration:
    """Mean reward expected and earned, slope with interval, and the mean gap over the bins.

    Intervals are confidence sequences: they may be looked at every day.
    """

    n: int
    expected: float
    earned: float
    bias_error: float
    slope: float
    slope_error: float
    error: float
    bins: tuple[Bin, ...]

    @classmethod
    def of(cls, scores: Sequence[float], rewards: Sequence[float]) -> "Calibration":
        """From expected rewards and those earned, pair by pair; at least two pairs.

        >>> found = Calibration.of([0.1, 0.9] * 500, [0.0] * 500 + [0.0, 1.0] * 250)
        >>> round(found.expected, 2), round(found.earned, 2), found.biased
        (0.5, 0.25, True)
        """
        expected, earned = np.asarray(scores, float), np.asarray(rewards, float)
        gap = earned - expected
        slope, slope_error = _slope(expected, earned)
        bins = reliability(expected, earned)
        return cls(
            n=len(gap),
            expected=float(expected.mean()),
            earned=float(earned.mean()),
            bias_error=float(gap.std() / math.sqrt(len(gap))),
            slope=slope,
            slope_error=slope_error,
            error=sum(each.n * abs(each.earned - each.expected) for each in bins) / len(gap),
            bins=bins,
        )

    @property
    def biased(self) -> bool:
        """Expects more or less than is earned: surely, and by a tenth or more."""
        gap = abs(self.earned - self.expected)
        scale = max(abs(self.earned), abs(self.expected))
        return gap > TELLING * scale and gap > multiplier(self.n) * self.bias_error

    @property
    def overconfident(self) -> bool:
        """The differences expected are surely larger than those earned."""
        return self.slope + multiplier(self.n) * self.slope_error < 1.0 - TELLING


def reliability(scores: Numbers, rewards: Numbers, *, bins: int = BINS) -> tuple[Bin, ...]:
    """The curve: bins of equal size in order of what was expected."""
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return tuple(_bin(scores[part], rewards[part]) for part in parts)


def _bin(scores: Numbers, rewards: Numbers) -> Bin:
    earned, n = float(rewards.mean()), len(rewards)
    far = multiplier(n) * float(rewards.std()) / math.sqrt(n)
    return Bin(float(scores.mean()), earned, earned - far, earned + far, n)


def _slope(expected: Numbers, earned: Numbers) -> tuple[float, float]:
    """Least squares, with White's standard error (1980); 1 ± infinite where nothing differs."""
    away = expected - expected.mean()
    spread = float(away @ away)
    if spread <= FLAT * len(away):
        return 1.0, math.inf
    slope = float(away @ earned) / spread
    left = earned - earned.mean() - slope * away
    return slope, math.sqrt(float((away**2) @ (left**2))) / spread
