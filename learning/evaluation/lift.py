"""What learning earned, in figures one may look at every day.

Intervals are confidence sequences (`learning/confidence.py`).  Each variance counts two more
rewards, at either end of the range: a group without a single click is not a group of certainty.
Below `FEWEST` rewards a group there is no figure at all.
"""

import math
from collections.abc import Sequence

import numpy as np

from learning.confidence import Mean, Numbers, ends, multiplier
from learning.evaluation.verdicts import (
    ENDLESS,
    FEWEST,
    about,
    between,
    interval,
    percent,
    rounded,
    too_thin,
)
from smartcontent.decision import Estimate

POWER = 0.8416  # the normal quantile of 80 % power
INTERESTING = 0.05  # the smallest lift anybody plans an experiment for
People = Sequence[tuple[float, float]]  # of each how many rewards, and their sum
FEWEST_PEOPLE = 20  # with fewer, how people differ is itself not known


def mean(rewards: Sequence[float] | Numbers, *, alpha: float = 0.05) -> Estimate:
    """The mean reward with its confidence sequence.

    >>> mean([0.0, 1.0] * 500).verdict
    '0.500 [0.451, 0.549], n 1,000'
    """
    values = np.asarray(rewards, dtype=np.float64)
    if len(values) < FEWEST:
        return too_thin(len(values), "rewards")
    group = Mean.of(values, *ends(values))
    far = multiplier(group.n, alpha) * math.sqrt(group.error)
    return interval(group.value, group.value - far, group.value + far, group.n)


def lift(
    learned: Sequence[float] | Numbers,
    baseline: Sequence[float] | Numbers,
    *,
    people: tuple[People, People] | None = None,
    alpha: float = 0.05,
) -> Estimate:
    """By how much the learned branch earned more than the holdback, as a share (0.12 is 12 %).

    The interval is Fieller's for a ratio, with the multiplier of the confidence sequence.
    Rewards are those known, one a decision, without those that a person overrode.  `people`
    says of each branch how many rewards every person gave and what they add up to: holdback is
    drawn by person, so the interval is as wide as their differences ask.  Without it each
    reward counts as one of its own.
    """
    rewards = np.concatenate([np.asarray(learned, float), np.asarray(baseline, float)])
    low_high = ends(rewards) if len(rewards) else (0.0, 1.0)
    ours, theirs = Mean.of(learned, *low_high), Mean.of(baseline, *low_high)
    if people is not None:
        ours, theirs = ours.among(people[0]), theirs.among(people[1])
    return _refusal(ours, theirs) or _told(ours, theirs, alpha)


def more_needed(ours: Mean, theirs: Mean, *, alpha: float = 0.05) -> int:
    """Impressions still missing until this is settled with 80 % power; 0 when it could be now.

    Settled: the lift seen so far shows, or, where it is less than 5 %, one of 5 % is excluded,
    whichever is sooner.  The shares of the two groups stay.  At 1.4 % clicks, 7 % lift and 5 %
    holdback it takes millions:

    >>> rate = 0.014 * 0.986
    >>> held = Mean(50_000, 0.014, rate)
    >>> more_needed(Mean(950_000, 0.014 * 1.07, rate), held) > 2_000_000
    True
    """
    n = ours.n + theirs.n
    seen = abs(ours.value - theirs.value)
    difference = max(seen, INTERESTING * abs(theirs.value) - seen)
    spread = n * (ours.error + theirs.error)

    def shows(size: float) -> bool:
        return difference >= (multiplier(size, alpha) + POWER) * math.sqrt(spread / size)

    if shows(n):
        return 0
    enough, short = float(ENDLESS), float(n)
    while enough > 1.001 * short:
        middle = math.sqrt(enough * short)
        enough, short = (middle, short) if shows(middle) else (enough, middle)
    return rounded(max(enough - n, 1.0)) if shows(enough) else ENDLESS


def _told(ours: Mean, theirs: Mean, alpha: float) -> Estimate:
    n = ours.n + theirs.n
    value = ours.value / theirs.value - 1.0
    low, high = _fieller(ours, theirs, multiplier(n, alpha))
    so_far = f"{percent(value)}{between(low, high)}, n {n:,}"
    if low is not None and (low > 0.0 or (high is not None and high < 0.0)):
        verdict = f"learning {'earned' if low > 0.0 else 'lost'} {so_far}"
        return Estimate(value=value, low=low, high=high, n=n, verdict=verdict)
    if low is not None and high is not None and max(-low, high) < INTERESTING:
        verdict = f"no difference of {100 * INTERESTING:.0f} % or more: {so_far}"
        return Estimate(value=value, low=low, high=high, n=n, verdict=verdict)
    more = max(more_needed(ours, theirs, alpha=alpha), rounded(n / 100))
    verdict = f"cannot tell yet: {about(more)} needed (so far {so_far})"
    return Estimate(value=value, low=low, high=high, n=n, verdict=verdict, more_needed=more)


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
        more = rounded((FEWEST - fewest) * n / max(fewest, 1))
        which = "held back" if theirs.n == fewest else "learned"
        verdict = f"cannot tell yet: {about(more)} needed ({fewest} {which} so far)"
        return Estimate(value=None, low=None, high=None, n=n, verdict=verdict, more_needed=more)
    if refused := _too_few_people(ours, theirs):
        return refused
    if theirs.value <= 0.0:
        verdict = f"cannot tell: the baseline earned {theirs.value:.3f}, no share of that says much"
        return Estimate(value=None, low=None, high=None, n=n, verdict=verdict)
    return None


def _too_few_people(ours: Mean, theirs: Mean) -> Estimate | None:
    groups = {"learned": ours.people, "held back": theirs.people}
    known = {which: people for which, people in groups.items() if people is not None}
    which = min(known, key=lambda name: known[name], default=None)
    if which is None or known[which] >= FEWEST_PEOPLE:
        return None
    n, found = ours.n + theirs.n, known[which]
    more = rounded((FEWEST_PEOPLE - found) * n / max(found, 1))
    verdict = f"cannot tell yet: {about(more)} needed (only {found} people {which} so far)"
    return Estimate(value=None, low=None, high=None, n=n, verdict=verdict, more_needed=more)
