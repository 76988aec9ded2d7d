"""What was predicted against what happened, kept one by one and summed up in plain words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from learning.confidence import multiplier

Numbers = NDArray[np.float64]
ONE_SIDED = 0.05  # chance that luck ever exceeds what is claimed
TIGHTEST_AT = 200.0  # outcomes: claims are settled among tens to a few thousand
PROMISED = 0.9  # of outcomes lie inside their interval
UNLUCKY = 0.05
FEWEST = 20  # outcomes before anything is claimed


@dataclass(frozen=True)
class Predicted:
    """A prediction with its 90 % interval, and the outcome once it is known."""

    id: str
    at: datetime
    expected: float
    low: float
    high: float
    actual: float | None = None

    @property
    def inside(self) -> bool | None:
        return None if self.actual is None else self.low <= self.actual <= self.high


@dataclass(frozen=True)
class Standing:
    """How predictions fared: `rank` is Spearman's correlation with the outcomes (0 is chance)."""

    known: int
    open: int
    inside: float | None
    rank: float | None
    better_than_chance: bool
    sentence: str


def standing(predictions: Sequence[Predicted]) -> Standing:
    """Of predictions made before their outcomes were known.

    >>> standing([]).sentence
    'nothing to compare yet: 0 outcomes known, 20 needed'
    """
    known = [each for each in predictions if each.actual is not None]
    still = len(predictions) - len(known)
    inside = sum(bool(each.inside) for each in known) / len(known) if known else None
    if len(known) < FEWEST:
        sentence = f"nothing to compare yet: {len(known)} outcomes known, {FEWEST} needed"
        return Standing(len(known), still, inside, None, False, sentence)
    rank = spearman([each.expected for each in known], [each.actual or 0.0 for each in known])
    better = beats_chance(rank, len(known))
    return Standing(len(known), still, inside, rank, better, _told(rank, better, inside, known))


@dataclass(frozen=True)
class Compared:
    """Forecasts against what came: `inside` of `known` lay within intervals that promised 90 %.

    `error` is how far off they were on average, `bias` by how much more came than was expected;
    both None while nothing is known.
    """

    known: int
    inside: int
    error: float | None
    bias: float | None
    sentence: str


def compared(predictions: Sequence[Predicted]) -> Compared:
    """Of predictions made before their outcomes were known; those still open are left aside.

    >>> from datetime import UTC
    >>> at = datetime(2026, 5, 4, tzinfo=UTC)
    >>> made = [(0.25, 0.75, 1.0), (0.0, 1.0, 0.5)]
    >>> compared([Predicted("", at, 0.5, *rest) for rest in made]).sentence
    'of 2 posts, 1 came as expected (90 % promised); on average 0.250 off'
    """
    off = [each.actual - each.expected for each in predictions if each.actual is not None]
    inside = sum(bool(each.inside) for each in predictions)
    if not off:
        return Compared(0, 0, None, None, "nothing to compare yet")
    known, error = len(off), math.fsum(map(abs, off)) / len(off)
    sentence = (
        f"of {known:,} posts, {inside:,} came as expected ({PROMISED:.0%} promised); "
        f"on average {error:.3f} off"
    ).replace("%", " %")
    if chance_of_so_few(inside, known) < UNLUCKY:
        sentence += "; that is fewer than luck explains: the intervals are too narrow"
    return Compared(known, inside, error, math.fsum(off) / known, sentence)


def chance_of_so_few(inside: int, known: int) -> float:
    """That so few, or fewer, lie inside intervals that hold their promise (binomial).

    >>> round(chance_of_so_few(7, 10), 3), chance_of_so_few(10, 10)
    (0.07, 1.0)
    """
    outside = range(known - inside, known + 1)
    return min(math.fsum(_binomial(known, count) for count in outside), 1.0)


def _binomial(known: int, outside: int) -> float:
    ways = math.lgamma(known + 1) - math.lgamma(outside + 1) - math.lgamma(known - outside + 1)
    likely = outside * math.log(1.0 - PROMISED) + (known - outside) * math.log(PROMISED)
    return math.exp(ways + likely)


def _told(rank: float, better: bool, inside: float | None, known: Sequence[Predicted]) -> str:
    held = f"{inside or 0.0:.0%} of {len(known):,} outcomes lay inside their 90 % interval"
    if not better:
        return f"no better than chance so far (rank correlation {rank:.2f}); {held}"
    return f"better than chance (rank correlation {rank:.2f}); {held}"


def beats_chance(rank: float, n: int, alpha: float = ONE_SIDED) -> bool:
    """Whether luck gives a rank correlation this large, at whichever n one looks, less than once
    in twenty: the bound is a confidence sequence, so one may ask after every outcome.

    Fisher's z with the standard error of Fieller, Hartley and Pearson (1957).

    >>> beats_chance(0.3, 200), beats_chance(0.3, 60), beats_chance(-0.3, 200)
    (True, False, False)
    """
    if n < FEWEST:
        return False
    z = math.atanh(min(max(rank, -0.999), 0.999))
    far = multiplier(n, 2.0 * alpha, tightest_at=TIGHTEST_AT)  # one of the two sides
    return z > far * math.sqrt(1.06 / (n - 3))


def spent(total: int, window: int, alpha: float = ONE_SIDED) -> float:
    """What of alpha a claim may cost now, where only the newest of all outcomes are looked at.

    Each window full of new outcomes is another chance for luck: the k-th gets 6 / (πk)² of alpha,
    so that all of them together cost no more than alpha.

    >>> [round(spent(total, 2_000), 4) for total in (60, 2_000, 2_001, 20_000)]
    [0.0304, 0.0304, 0.0076, 0.0003]
    """
    nth = max(math.ceil(total / window), 1)
    return alpha * 6.0 / (math.pi * nth) ** 2


def spearman(one: Sequence[float] | Numbers, other: Sequence[float] | Numbers) -> float:
    """Rank correlation, ties sharing their mean rank; 0 where either never varies.

    >>> round(spearman([1, 2, 3, 4], [10, 20, 20, 40]), 3), spearman([1, 1, 1], [1, 2, 3])
    (0.949, 0.0)
    """
    first, second = ranks(np.asarray(one, np.float64)), ranks(np.asarray(other, np.float64))
    if len(first) < 2 or not (np.ptp(first) and np.ptp(second)):
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def ranks(values: Numbers) -> Numbers:
    """
    >>> ranks(np.array([3.0, 1.0, 3.0])).tolist()
    [1.5, 0.0, 1.5]
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts) - 1.0
    middle: Numbers = (last - (counts - 1.0) / 2.0)[place]
    return middle
