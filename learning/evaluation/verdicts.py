"""What a figure says in plain words, or why there is none."""

import math

from smartcontent.decision import Estimate

FEWEST = 50
ENDLESS = 100_000_000


def percent(share: float) -> str:
    """A signed share in plain words.

    >>> percent(0.1234), percent(-0.004)
    ('+12 %', '-0.4 %')
    """
    return f"{_short(share):+} %"


def between(low: float | None, high: float | None) -> str:
    """An interval of shares, after the figure it belongs to.

    >>> between(0.011, 0.204), between(0.011, None), between(None, None)
    (' [1, 20]', ', at least +1 %', '')
    """
    if low is None:
        return ""
    return f", at least {percent(low)}" if high is None else f" [{_short(low)}, {_short(high)}]"


def too_thin(n: int, what: str, fewest: int = FEWEST) -> Estimate:
    """No figure: there are `n` of `what`."""
    verdict = f"too few rewards: {n} {what}, at least {fewest} needed"
    return Estimate(
        value=None, low=None, high=None, n=n, verdict=verdict, more_needed=max(fewest - n, 1)
    )


def interval(value: float, low: float, high: float, n: int, said: str = "") -> Estimate:
    """A figure with its interval; `said` is what else one has to know of it.

    >>> interval(0.5, 0.4, 0.6, 1_000, "of people").verdict
    '0.500 [0.400, 0.600], n 1,000, of people'
    """
    verdict = f"{value:.3f} [{low:.3f}, {high:.3f}], n {n:,}{', ' if said else ''}{said}"
    return Estimate(value=value, low=low, high=high, n=n, verdict=verdict)


def about(more: int) -> str:
    return (
        "more impressions than will come are"
        if more >= ENDLESS
        else f"about {more:,} more impressions"
    )


def rounded(more: float) -> int:
    """Two figures: nobody knows it better.

    >>> rounded(3417.2), rounded(7.1)
    (3400, 8)
    """
    scale = int(10 ** max(int(math.log10(max(more, 1.0))) - 1, 0))
    return math.ceil(more) if scale == 1 else round(more / scale) * scale


def _short(share: float) -> float | int:
    return round(100 * share) if abs(share) >= 0.01 else round(100 * share, 1)
