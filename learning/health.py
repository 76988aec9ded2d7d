"""How the learner is, in plain words: do rewards arrive, in time, for every action, as expected.

Everything here looks at outcomes, decisions with what is known of them; findings are few, and the
grave ones say what to do.  What to watch follows Sculley et al., "Hidden technical debt in machine
learning systems" (NeurIPS 2015), and Agarwal et al., "Making contextual decisions with low
technical debt" (arXiv 1606.03966): joins that fail silently, and propensities that are not those
drawn with, are the faults that cost such systems most.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from learning.calibration import Calibration
from learning.finding import Finding, percent, rate

QUIET = timedelta(hours=24)
WINDOW = timedelta(hours=24)
SURE = 4.0  # standard errors: looked at daily for years, chance alone stays silent
FEWEST = 50  # decisions a share needs
SCORED = 200  # scored rewards a calibration needs
OFTEN = 500  # times an action is offered before few rewards of it say something
STARVED = 20
JOINED = 0.05
LATE = 0.05
ENOUGH_VARIANCE = 10.0  # of a number of draws, from which on it is about normal
UNTRUE = 5.0


@dataclass(frozen=True)
class Outcome:
    """A decision and what is known of it.

    `propensities` are those of every allowed action; `score` is the reward expected of the chosen
    one; `rewarded_at` is when the first event about it arrived; `closed` says that its reward
    window is over.  Decisions that a person overrode are not given.
    """

    at: datetime
    chosen: str
    propensities: Mapping[str, float]
    score: float | None = None
    reward: float | None = None
    rewarded_at: datetime | None = None
    closed: bool = False


def health(
    outcomes: Sequence[Outcome],
    *,
    now: datetime,
    window: timedelta = WINDOW,
    quiet: timedelta = QUIET,
) -> list[Finding]:
    """One finding for each question, always in the same order.

    `window` is how long a decision waits for its rewards; `quiet` how long none may come.
    """
    return [
        feed(outcomes, now=now, quiet=quiet),
        joined(outcomes, recent=quiet),
        delay(outcomes, window=window),
        starved(outcomes),
        drawn_as_logged(outcomes),
        calibrated(outcomes),
    ]


def feed(outcomes: Sequence[Outcome], *, now: datetime, quiet: timedelta = QUIET) -> Finding:
    """Whether rewards still arrive.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 5, 4, 12, tzinfo=UTC)
    >>> lonely = Outcome(noon - timedelta(hours=30), "quote", {"quote": 1.0})
    >>> str(feed([lonely], now=noon))
    'no rewards in 24 h: check the event feed'
    """
    arrived = [each.rewarded_at for each in outcomes if each.rewarded_at]
    last = max(arrived, default=None)
    if last is not None and now - last < quiet:
        since = _hours(now - last)
        return Finding("rewards arrive", "good", f"last reward {since} ago", _in_hours(now - last))
    if not outcomes:
        return Finding("rewards arrive", "unknown", "no decisions yet")
    waiting = [each for each in outcomes if each.rewarded_at is None]
    oldest = min((each.at for each in waiting), default=now)
    if now - oldest < quiet:
        said = f"decisions wait for their first reward since {_hours(now - oldest)}"
        return Finding("rewards arrive", "unknown", said)
    silence = _in_hours(now - last) if last is not None else None
    said = f"no rewards in {_hours(quiet)}"
    return Finding("rewards arrive", "alarm", said, silence, "check the event feed")


def joined(outcomes: Sequence[Outcome], *, recent: timedelta = QUIET) -> Finding:
    """The share of closed decisions of which a reward is known, and whether it has fallen."""
    name = "decisions with a reward"
    closed = [each for each in outcomes if each.closed]
    if len(closed) < FEWEST:
        said = f"{len(closed)} closed decisions, at least {FEWEST} needed"
        return Finding(name, "unknown", said)
    share = _share(closed)
    latest = max(each.at for each in closed) - recent
    new = [each for each in closed if each.at > latest]
    old = [each for each in closed if each.at <= latest]
    if _has_fallen(old, new):
        now_and_before = f"{percent(_share(new))}, before {percent(_share(old))}"
        said = f"fewer of the latest closed decisions have a reward: {now_and_before}"
        return Finding(name, "alarm", said, share, "check the event feed")
    low, high = wilson(share, len(closed))
    between = f"[{percent(low)}, {percent(high)}], n {len(closed):,}"
    said = f"{percent(share)} of closed decisions have a reward {between}"
    if high < JOINED:
        todo = "send impressions with the decision they belong to"
        return Finding(name, "warning", said, share, todo)
    return Finding(name, "good", said, share)


def delay(outcomes: Sequence[Outcome], *, window: timedelta = WINDOW) -> Finding:
    """How long rewards take, and how many come after the window; the figure is median seconds."""
    name = "reward delay"
    waits = sorted(
        (each.rewarded_at - each.at).total_seconds() for each in outcomes if each.rewarded_at
    )
    if len(waits) < FEWEST:
        return Finding(name, "unknown", f"{len(waits)} rewards, at least {FEWEST} needed")
    early = sum(wait < 0 for wait in waits)
    middle, most = (timedelta(seconds=float(np.quantile(waits, q))) for q in (0.5, 0.95))
    said = f"half of the rewards arrive within {_hours(middle)}, 95 % within {_hours(most)}"
    if early:
        said = f"{early:,} rewards are older than their decision"
        return Finding(name, "alarm", said, middle.total_seconds(), "check the clocks")
    late = sum(wait > window.total_seconds() for wait in waits) / len(waits)
    if late > LATE:
        said = f"{percent(late)} of rewards arrive after the window of {_hours(window)}"
        todo = f"make the reward window {_hours(most)} or longer"
        return Finding(name, "warning", said, middle.total_seconds(), todo)
    return Finding(name, "good", said, middle.total_seconds())


def starved(outcomes: Sequence[Outcome]) -> Finding:
    """Actions that were offered often and of which almost nothing was learned."""
    offered = Counter(action for each in outcomes for action in each.propensities)
    known = Counter(each.chosen for each in outcomes if each.reward is not None)
    often = [action for action, times in offered.items() if times >= OFTEN]
    if not often:
        said = f"no action was offered {OFTEN} times yet"
        return Finding("starved actions", "unknown", said)
    poor = sorted((known[action], action) for action in often if known[action] < STARVED)
    if not poor:
        said = f"each of {len(often)} actions has at least {STARVED} rewards"
        return Finding("starved actions", "good", said, 0.0)
    told = ", ".join(
        f"{action} ({few} rewards of {offered[action]:,} offers)" for few, action in poor[:3]
    )
    said = f"{len(poor)} of {len(often)} actions are starved, such as {told}"
    todo = "raise the exploration floor or offer fewer actions"
    return Finding("starved actions", "warning", said, float(len(poor)), todo)


def drawn_as_logged(outcomes: Sequence[Outcome]) -> Finding:
    """Whether actions are chosen as often as their logged propensities say.

    The figure is the largest deviation, in standard deviations of a sum of independent draws.
    """
    name = "propensities"
    never = sum(each.propensities.get(each.chosen, 0.0) <= 0.0 for each in outcomes)
    if never:
        said = f"{never:,} decisions chose an action whose propensity is 0"
        return Finding(name, "alarm", said, None, "do not evaluate with this log")
    drawn = Counter(each.chosen for each in outcomes)
    sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for each in outcomes:
        for action, p in each.propensities.items():
            sums[action][0] += p
            sums[action][1] += p * (1.0 - p)
    far = {
        action: (drawn[action] - expected) / math.sqrt(variance)
        for action, (expected, variance) in sums.items()
        if variance >= ENOUGH_VARIANCE
    }
    if not far:
        return Finding(name, "unknown", "too few random draws to compare with their propensities")
    action = max(far, key=lambda action: abs(far[action]))
    value = abs(far[action])
    if value > UNTRUE:
        said = f"{action} was chosen {drawn[action]:,} times, {sums[action][0]:,.0f} were expected"
        return Finding(name, "alarm", said, value, "do not evaluate with this log")
    said = f"{len(far)} actions are chosen as often as their propensities say"
    return Finding(name, "good", said, value)


def calibrated(outcomes: Sequence[Outcome]) -> Finding:
    """Whether decisions earn what was expected of them; the figure is the calibration error."""
    name = "calibration"
    told = [(o.score, o.reward) for o in outcomes if o.score is not None and o.reward is not None]
    if len(told) < SCORED:
        return Finding(name, "unknown", f"{len(told)} scored rewards, at least {SCORED} needed")
    found = Calibration.of([score for score, _ in told], [reward for _, reward in told])
    figures = f"expected {rate(found.expected)}, earned {rate(found.earned)}, n {found.n:,}"
    if found.biased:
        side = "too much" if found.expected > found.earned else "too little"
        todo = "wait for more rewards, or retrain if it stays"
        return Finding(name, "warning", f"{side} is expected ({figures})", found.error, todo)
    if found.overconfident:
        said = (
            f"differences are exaggerated: slope {rate(found.slope)} where 1 is right ({figures})"
        )
        return Finding(name, "warning", said, found.error, "retrain with stronger regularisation")
    return Finding(name, "good", f"scores mean what they say ({figures})", found.error)


def wilson(share: float, n: int, far: float = 1.96) -> tuple[float, float]:
    """Interval of a share (Wilson 1927), `far` standard errors wide.

    >>> low, high = wilson(0.0, 50)
    >>> low, round(high, 3)
    (0.0, 0.071)
    """
    middle = (share + far**2 / (2 * n)) / (1 + far**2 / n)
    half = far / (1 + far**2 / n) * math.sqrt(share * (1 - share) / n + far**2 / (4 * n**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _share(outcomes: Sequence[Outcome]) -> float:
    return sum(each.reward is not None for each in outcomes) / len(outcomes)


def _has_fallen(old: Sequence[Outcome], new: Sequence[Outcome]) -> bool:
    """Surely lower, and by more than a fifth."""
    if min(len(old), len(new)) < FEWEST:
        return False
    before, after = _share(old), _share(new)
    pooled = (before * len(old) + after * len(new)) / (len(old) + len(new))
    error = math.sqrt(pooled * (1 - pooled) * (1 / len(old) + 1 / len(new)))
    return after < 0.8 * before and before - after > SURE * error


def _in_hours(time: timedelta) -> float:
    return time.total_seconds() / 3600


def _hours(time: timedelta) -> str:
    """
    >>> _hours(timedelta(hours=24)), _hours(timedelta(minutes=3)), _hours(timedelta(days=3))
    ('24 h', '3 min', '3 days')
    """
    minutes = time.total_seconds() / 60
    if minutes < 90:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 60 * 48 else f"{minutes / 60 / 24:.0f} days"
