"""Intervals that keep their promise on later data, whatever the model behind them.

Split conformal prediction on residuals in units of what was expected (Lei et al. 2018), newer
residuals weighing more (Barber, Candès, Ramdas and Tibshirani 2023, "Conformal prediction beyond
exchangeability"), and each end's level moved by every outcome (Gibbs and Candès 2021, "Adaptive
conformal inference under distribution shift", arXiv 2106.00170).  Outcomes come late, so an
outcome is held against the interval of now, not that of its prediction: else the level would go
on moving for as long as old predictions come in, and swing.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
KEPT = 2_000  # residuals
LEAST_SHARE = 1e-3  # of outcomes outside an end that is ever asked for
NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class Ends:
    """An interval in the units of the residuals, and its middle."""

    low: float
    middle: float
    high: float


class Conformal:
    """Residuals in, intervals out.

    `coverage` is the share of outcomes that must lie inside; after `half_life` more outcomes a
    residual weighs half; `rate` is how far one outcome moves the level of an end.

    >>> interval = Conformal()
    >>> for number in range(2000):
    ...     interval.add(number * 0.618 % 1.0)
    >>> ends = interval.ends()
    >>> round(ends.low, 1), round(ends.middle, 1), round(ends.high, 1)
    (0.1, 0.5, 1.0)
    """

    def __init__(
        self, *, coverage: float = 0.9, half_life: float = 500.0, rate: float = 0.008
    ) -> None:
        self.coverage = coverage
        self.half_life = half_life
        self.rate = rate
        self._residuals: deque[float] = deque(maxlen=KEPT)
        self._outside = [self._share, self._share]
        self._ends: Ends | None = None

    @property
    def _share(self) -> float:
        """Of outcomes that may lie outside one end."""
        return (1.0 - self.coverage) / 2.0

    def start(self, residuals: Sequence[float] | Numbers) -> None:
        """Residuals of earlier outcomes, oldest first, for which no level is moved."""
        self._residuals.extend(float(each) for each in residuals)
        self._ends = None

    def ends(self) -> Ends:
        """The interval for the next outcome; two units to each side where nothing is known."""
        if not self._residuals:
            return Ends(-2.0, 0.0, 2.0)
        if self._ends is None:
            values = np.array(self._residuals)
            weights = 0.5 ** (np.arange(len(values), 0, -1) / self.half_life)
            low, high = (float(np.clip(share, LEAST_SHARE, 0.5)) for share in self._outside)
            found = quantiles(values, weights, (low, 0.5, 1.0 - high))
            self._ends = Ends(*(float(each) for each in found))
        return self._ends

    def add(self, residual: float) -> None:
        """An outcome became known."""
        if self._residuals:
            ends = self.ends()
            self._move(0, residual < ends.low)
            self._move(1, residual > ends.high)
        self._residuals.append(residual)
        self._ends = None

    def _move(self, side: int, outside: bool) -> None:
        """Ask for less outside when an outcome was, for more when it was not."""
        moved = self._outside[side] + self.rate * (self._share - outside)
        self._outside[side] = float(np.clip(moved, 0.0, 0.5))

    def state(self) -> dict[str, Any]:
        kept = {"coverage": self.coverage, "half_life": self.half_life, "rate": self.rate}
        return {**kept, "residuals": list(self._residuals), "outside": list(self._outside)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "Conformal":
        conformal = cls(**{key: state[key] for key in ("coverage", "half_life", "rate")})
        conformal.start(state["residuals"])
        conformal._outside = list(state["outside"])
        return conformal


def quantiles(values: Numbers, weights: Numbers, levels: Sequence[float]) -> Numbers:
    """Weighted quantiles; the outcome to come has weight 1 at the far end, as it may be anywhere.

    >>> quantiles(np.arange(1.0, 100.0), np.ones(99), (0.05, 0.5, 0.95)).tolist()
    [5.0, 50.0, 95.0]
    """
    order = np.argsort(values, kind="stable")
    up, down = np.cumsum(weights[order]), np.cumsum(weights[order[::-1]])
    whole, last = up[-1] + 1.0, len(values) - 1
    at = [
        min(int(np.searchsorted(up, level * whole - NEGLIGIBLE)), last)
        if level >= 0.5
        else last - min(int(np.searchsorted(down, (1.0 - level) * whole - NEGLIGIBLE)), last)
        for level in levels
    ]
    found: Numbers = values[order][at]
    return found


def pinball(actual: Numbers, quantile: Numbers, level: float) -> float:
    """Mean pinball loss of a predicted quantile (Koenker and Bassett 1978); lower is better.

    >>> pinball(np.array([1.0, 3.0]), np.array([2.0, 2.0]), 0.9)
    0.5
    """
    off = actual - quantile
    return float(np.mean(np.maximum(level * off, (level - 1.0) * off)))
