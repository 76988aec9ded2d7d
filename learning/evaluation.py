"""What learning earned, in figures one may look at every day.

Intervals are confidence sequences (`learning/confidence.py`).  Each variance counts two more
rewards, at either end of the range: a group without a single click is not a group of certainty.
Below `FEWEST` rewards a group there is no figure at all.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from learning.confidence import Mean, Numbers, ends, multiplier
from smartcontent.decision import Estimate

FEWEST = 50
POWER = 0.8416  # the normal quantile of 80 % power
INTERESTING = 0.05  # the smallest lift anybody plans an experiment for
ENDLESS = 100_000_000


def mean(rewards: Sequence[float] | Numbers, *, alpha: float = 0.05) -> Estimate:
    """The mean reward with its confidence sequence.

    >>> mean([0.0, 1.0] * 500).verdict
    '0.500 [0.451, 0.549], n 1,000'
    """
    values = np.asarray(rewards, dtype=np.float64)
    if len(values) < FEWEST:
        return _too_thin(len(values), "rewards")
    group = Mean.of(values, *ends(values))
    return _around(group.value, math.sqrt(group.error), group.n, alpha)


def lift(
    learned: Sequence[float] | Numbers,
    baseline: Sequence[float] | Numbers,
    *,
    alpha: float = 0.05,
) -> Estimate:
    """By how much the learned branch earned more than the holdback, as a share (0.12 is 12 %).

    The interval is Fieller's for a ratio, with the multiplier of the confidence sequence.
    Rewards are those known, one a decision.
    """
    rewards = np.concatenate([np.asarray(learned, float), np.asarray(baseline, float)])
    low_high = ends(rewards) if len(rewards) else (0.0, 1.0)
    ours, theirs = Mean.of(learned, *low_high), Mean.of(baseline, *low_high)
    refusal = _refusal(ours, theirs)
    if refusal:
        return refusal
    n = ours.n + theirs.n
    value = ours.value / theirs.value - 1.0
    low, high = _fieller(ours, theirs, multiplier(n, alpha))
    if low is not None and (low > 0.0 or (high is not None and high < 0.0)):
        verb = "earned" if low > 0.0 else "lost"
        verdict = f"learning {verb} {percent(value)}{_between(low, high)}, n {n:,}"
        return Estimate(value=value, low=low, high=high, n=n, verdict=verdict)
    more = more_needed(ours, theirs, alpha=alpha)
    so_far = f"so far {percent(value)}{_between(low, high)}, n {n:,}"
    verdict = f"cannot tell yet: {_about(more)} needed ({so_far})"
    return Estimate(value=value, low=low, high=high, n=n, verdict=verdict, more_needed=more)


def more_needed(ours: Mean, theirs: Mean, *, alpha: float = 0.05) -> int:
    """Impressions still missing until a lift of this size shows with 80 % power.

    The lift is the one seen so far, but at least 5 %; the shares of the two groups stay.  At
    1.4 % clicks, 7 % lift and 5 % holdback it takes millions:

    >>> rate = 0.014 * 0.986
    >>> held = Mean(50_000, 0.014, rate)
    >>> more_needed(Mean(950_000, 0.014 * 1.07, rate), held) > 2_000_000
    True
    """
    n = ours.n + theirs.n
    difference = max(abs(ours.value - theirs.value), INTERESTING * abs(theirs.value))
    spread = n * (ours.error + theirs.error)

    def shows(size: float) -> bool:
        return difference >= (multiplier(size, alpha) + POWER) * math.sqrt(spread / size)

    enough, short = float(ENDLESS), float(n)
    while enough > 1.001 * short:
        middle = math.sqrt(enough * short)
        enough, short = (middle, short) if shows(middle) else (enough, middle)
    return _rounded(max(enough - n, 1.0)) if shows(enough) else ENDLESS


class Sample(NamedTuple):
    """A logged decision for off-policy evaluation: its reward, the probability the action was
    drawn with, and the probability with which the policy in question would draw it."""

    reward: float
    propensity: float
    target: float


def effective_size(samples: Sequence[Sample]) -> float:
    """(Σw)² / Σw² (Kish 1965): how many rewards these weighted ones are worth.

    >>> effective_size([Sample(1.0, 0.5, 0.5)] * 10)
    10.0
    """
    weights = _weights(samples)
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def ips(samples: Sequence[Sample], *, alpha: float = 0.05) -> Estimate:
    """Inverse propensity scoring (Horvitz and Thompson 1952): the mean of w · reward."""
    if effective_size(samples) < FEWEST:
        return _too_thin(int(effective_size(samples)), "effective rewards")
    earned = _weights(samples) * _rewards(samples)
    group = Mean.of(earned, *ends(earned))
    return _around(group.value, math.sqrt(group.error), group.n, alpha)


def snips(samples: Sequence[Sample], *, alpha: float = 0.05) -> Estimate:
    """Self-normalised IPS (Swaminathan and Joachims 2015): Σ w · reward / Σ w."""
    if effective_size(samples) < FEWEST:
        return _too_thin(int(effective_size(samples)), "effective rewards")
    weights, rewards = _weights(samples), _rewards(samples)
    value = float(weights @ rewards / weights.sum())
    padding = (weights.max() * (np.array(ends(rewards)) - value)) ** 2
    squares = float(((weights * (rewards - value)) ** 2).sum() + padding.sum())
    return _around(value, math.sqrt(squares) / float(weights.sum()), len(samples), alpha)


def percent(share: float) -> str:
    """A signed share in plain words.

    >>> percent(0.1234), percent(-0.004)
    ('+12 %', '-0.4 %')
    """
    return f"{_short(share):+} %"


def _short(share: float) -> float | int:
    return round(100 * share) if abs(share) >= 0.01 else round(100 * share, 1)


def _between(low: float | None, high: float | None) -> str:
    if low is None:
        return ""
    return f", at least {percent(low)}" if high is None else f" [{_short(low)}, {_short(high)}]"


def _fieller(ours: Mean, theirs: Mean, z: float) -> tuple[float | None, float | None]:
    """Both ends of the lift: every ratio r for which ours - r · theirs may be nothing.

    While the baseline itself may be nothing the ratio has no upper end, and a lower one only
    when ours is more than nothing and more than theirs.
    """
    square = theirs.value**2 - z**2 * theirs.error
    ours_square = ours.value**2 - z**2 * ours.error
    middle = ours.value * theirs.value
    root = math.sqrt(max(middle**2 - square * ours_square, 0.0))
    if square > 0.0:
        return (middle - root) / square - 1.0, (middle + root) / square - 1.0
    if square < 0.0 < ours_square and square + ours_square > 2.0 * middle:
        return (middle - root) / square - 1.0, None
    return None, None


def _refusal(ours: Mean, theirs: Mean) -> Estimate | None:
    fewest, n = min(ours.n, theirs.n), ours.n + theirs.n
    if not theirs.n:
        verdict = "cannot tell: nobody was held back, so there is nothing to compare with"
        return Estimate(value=None, low=None, high=None, n=n, verdict=verdict)
    if fewest < FEWEST:
        more = _rounded((FEWEST - fewest) * n / max(fewest, 1))
        which = "held back" if theirs.n == fewest else "learned"
        verdict = f"cannot tell yet: {_about(more)} needed ({fewest} {which} so far)"
        return Estimate(value=None, low=None, high=None, n=n, verdict=verdict, more_needed=more)
    if theirs.value <= 0.0:
        verdict = f"cannot tell: the baseline earned {theirs.value:.3f}, no share of that says much"
        return Estimate(value=None, low=None, high=None, n=n, verdict=verdict)
    return None


def _too_thin(n: int, what: str) -> Estimate:
    verdict = f"too few rewards: {n} {what}, at least {FEWEST} needed"
    return Estimate(
        value=None, low=None, high=None, n=n, verdict=verdict, more_needed=max(FEWEST - n, 1)
    )


def _around(value: float, error: float, n: int, alpha: float) -> Estimate:
    far = multiplier(n, alpha) * error
    verdict = f"{value:.3f} [{value - far:.3f}, {value + far:.3f}], n {n:,}"
    return Estimate(value=value, low=value - far, high=value + far, n=n, verdict=verdict)


def _about(more: int) -> str:
    return (
        "more impressions than will come are"
        if more >= ENDLESS
        else (f"about {more:,} more impressions")
    )


def _rounded(more: float) -> int:
    """Two figures: nobody knows it better.

    >>> _rounded(3417.2), _rounded(7.1)
    (3400, 8)
    """
    scale = int(10 ** max(int(math.log10(max(more, 1.0))) - 1, 0))
    return math.ceil(more) if scale == 1 else round(more / scale) * scale


def _weights(samples: Sequence[Sample]) -> Numbers:
    return np.array([sample.target / sample.propensity for sample in samples])


def _rewards(samples: Sequence[Sample]) -> Numbers:
    return np.array([sample.reward for sample in samples])
