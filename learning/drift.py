"""Whether the world still pays as it did, and from which decision on it does not.

Each action's rewards, and the surprise (reward less what the policy expected), pass through an
ADWIN window (Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing", SIAM
2007; river's implementation): a window that grows while it looks like one world and drops its
older part when it does not.  Looked at per action, because a policy that learns changes the mix
of actions, and with it the average reward, in a world that stands still.  The price of false
alarms is split over all windows (Bonferroni).

river is loaded with this file: import it in the job that looks for drift and nowhere else.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from river.drift import ADWIN

from learning.confidence import Numbers, ends
from learning.finding import Finding, Level, rate

FEWEST = 60  # rewards in a window, below which there is nothing to compare
FALSE_ALARM = 0.05
SURPRISE = "surprise"


class Rewarded(NamedTuple):
    """A known reward, in decision order; `expected` is the policy's score when it decided."""

    position: int
    action: str
    reward: float
    expected: float | None = None


@dataclass(frozen=True)
class Shift:
    """A change of what `stream` earns: means before and after decision `since`, and their sizes.

    `noticed` is the decision at which it became certain.  `stream` is an action, or "surprise".
    """

    stream: str
    since: int
    noticed: int
    before: float
    after: float
    n_before: int
    n_after: int

    @property
    def sentence(self) -> str:
        """
        >>> Shift("quote", 900, 1_010, 0.31, 0.1, 300, 34).sentence
        "rewards of 'quote' fell from 0.31 to 0.1 about decision 900 (n 300 before, 34 after)"
        """
        sizes = f"(n {self.n_before:,} before, {self.n_after:,} after)"
        where = f"about decision {self.since:,} {sizes}"
        if self.stream == SURPRISE:
            return (
                f"rewards differ from what was expected by {rate(self.after)}, "
                f"before by {rate(self.before)}, {where}"
            )
        verb = "fell" if self.after < self.before else "rose"
        before, after = rate(self.before), rate(self.after)
        return f"rewards of {self.stream!r} {verb} from {before} to {after} {where}"


@dataclass(frozen=True)
class Drift:
    """What moved, oldest first; `since` is the decision from which on to learn anew."""

    shifts: tuple[Shift, ...]
    n: int

    @property
    def retrain(self) -> bool:
        return bool(self.shifts)

    @property
    def since(self) -> int | None:
        return min((shift.since for shift in self.shifts), default=None)

    def finding(self) -> Finding:
        if not self.shifts:
            level: Level = "good" if self.n >= FEWEST else "unknown"
            said = f"no drift in {self.n:,} rewards"
            return Finding("drift", level, said, 0.0)
        said = "; ".join(shift.sentence for shift in self.shifts[-3:])
        todo = f"retrain on decisions from {self.since:,} on"
        return Finding("drift", "warning", said, float(len(self.shifts)), todo)


def drift(rewards: Iterable[Rewarded], *, false_alarm: float = FALSE_ALARM) -> Drift:
    """The shifts in these rewards, given in decision order.

    `false_alarm` is ADWIN's δ for all windows together; its bound is generous: of 120 worlds of
    10,000 rewards that stood still, one was said to move.  Rewards not known are not given.

    >>> steady = [Rewarded(n, "quote", float(n % 4 == 0)) for n in range(2_000)]
    >>> drift(steady).retrain
    False
    >>> flipped = [Rewarded(n, "quote", float(n % 4 > 0)) for n in range(2_000, 3_000)]
    >>> 1_900 <= drift(steady + flipped).since <= 2_100
    True
    """
    known = list(rewards)
    streams = [stream for stream in _streams(known) if len(stream.values) >= FEWEST]
    delta = false_alarm / max(len(streams), 1)
    shifts = [shift for stream in streams for shift in _shifts(stream, delta)]
    return Drift(tuple(sorted(shifts, key=lambda shift: (shift.noticed, shift.stream))), len(known))


class _Stream(NamedTuple):
    name: str
    positions: Sequence[int]
    values: Numbers


def _streams(known: Sequence[Rewarded]) -> Iterator[_Stream]:
    actions: dict[str, list[Rewarded]] = {}
    for each in known:
        actions.setdefault(each.action, []).append(each)
    for action in sorted(actions):
        rows = actions[action]
        yield _Stream(
            action, [row.position for row in rows], np.array([row.reward for row in rows])
        )
    told = [
        (each.position, each.reward - each.expected) for each in known if each.expected is not None
    ]
    yield _Stream(SURPRISE, [at for at, _ in told], np.array([value for _, value in told]))


def _shifts(stream: _Stream, delta: float) -> list[Shift]:
    """One for each cut: the world before it lasts since the cut before, the one after to the next.

    A surprise that shrinks is a policy that has learned, not a world that has moved.
    """
    cuts = _cuts(stream.values, delta)
    edges = [0, *(cut for cut, _ in cuts), len(stream.values)]
    means = [float(stream.values[low:high].mean()) for low, high in pairwise(edges)]
    shifts = [
        Shift(
            stream=stream.name,
            since=stream.positions[cut],
            noticed=stream.positions[noticed],
            before=means[number],
            after=means[number + 1],
            n_before=cut - edges[number],
            n_after=edges[number + 2] - cut,
        )
        for number, (cut, noticed) in enumerate(cuts)
    ]
    return [
        shift for shift in shifts if stream.name != SURPRISE or abs(shift.after) > abs(shift.before)
    ]


def _cuts(values: Numbers, delta: float) -> list[tuple[int, int]]:
    """Where a world begins and where that was noticed, as row numbers.

    ADWIN says that there was a change, and only roughly where: the split that leaves the smallest
    squares says that (Hinkley 1970).  From there on a new window looks for the next.
    """
    low, high = ends(values)
    units = (values - low) / (high - low)
    cuts: list[tuple[int, int]] = []
    start = number = 0
    window = _window(delta)
    while number < len(units):
        window.update(float(units[number]))  # type: ignore[no-untyped-call]
        number += 1
        if window.drift_detected:
            start += _split(units[start:number])
            cuts.append((start, number - 1))
            number, window = start, _window(delta)
    return cuts


def _window(delta: float) -> ADWIN:
    return ADWIN(delta=delta)  # type: ignore[no-untyped-call]


def _split(values: Numbers) -> int:
    """The first row of the second part, of the two parts that differ most.

    >>> _split(np.array([0.0, 0.1, 0.0, 0.9, 1.0]))
    3
    """
    sizes = np.arange(1, len(values))
    sums = np.cumsum(values)
    gaps = sums[:-1] / sizes - (sums[-1] - sums[:-1]) / (len(values) - sizes)
    return int(np.argmax(sizes * (len(values) - sizes) * gaps**2)) + 1
