"""What a creator's, page's or domain's earlier posts earned, as it was known at the time.

For each post: means at several speeds of forgetting, of everything on the platform, of its kind,
of its source, and of its source's posts of that kind, each drawn towards the one before it as by
a few posts.  An outcome counts from `delay` after its post on, so no row has seen its own future.
"""

import heapq
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from learning.prediction.posts import Post

Numbers = NDArray[np.float64]
Group: TypeAlias = tuple[Hashable, ...]
FORGET = np.array([0.5, 0.8, 0.95, 1.0])  # what a post still counts after each one that followed
DRAWN = 3.0  # posts that the surrounding group's mean counts for
MOST = 100_000  # groups kept; the one that was quiet longest goes first
GROUPS = ("all", "kind", "source", "source and kind")
_SPEEDS = ("last", "quick", "slow", "ever")
FADES = {"in the hour": 3_600.0, "in the day": 86_400.0, "in the week": 604_800.0}  # seconds
PACES = tuple(FADES)
NAMES: tuple[str, ...] = (
    *(f"{group}: {what}" for group in GROUPS for what in (*_SPEEDS, "spread", "posts")),
    *(
        f"{whose}: {what}"
        for whose in ("source", "source's kind")
        for what in ("minutes since", *PACES)
    ),
    *(f"everything: {what}" for what in PACES),
)


@dataclass
class Past:
    """Sums over a group's known posts, by speed of forgetting."""

    sums: Numbers
    weights: Numbers
    squares: float = 0.0

    @classmethod
    def none(cls) -> "Past":
        return cls(np.zeros(len(FORGET)), np.zeros(len(FORGET)))

    def add(self, value: float) -> None:
        self.sums = self.sums * FORGET + value
        self.weights = self.weights * FORGET + 1.0
        self.squares += value * value

    def means(self, around: Numbers) -> Numbers:
        drawn: Numbers = (self.sums + DRAWN * around) / (self.weights + DRAWN)
        return drawn

    def spread(self, around: float) -> float:
        """Standard deviation, drawn towards that of the group around it."""
        count, total = self.weights[-1], self.sums[-1]
        off = self.squares - total * total / count if count else 0.0
        return float(np.sqrt((max(off, 0.0) + DRAWN * around**2) / (count + DRAWN)))


@dataclass
class Pace:
    """How often posts come: counts that fade over an hour, a day and a week."""

    last: float  # seconds of the epoch
    counts: Numbers

    @classmethod
    def none(cls) -> "Pace":
        return cls(0.0, np.zeros(len(FADES)))

    def add(self, at: float) -> None:
        self.counts = self.at(at) + 1.0
        self.last = max(self.last, at)

    def at(self, when: float) -> Numbers:
        faded: Numbers = self.counts * np.exp(-max(when - self.last, 0.0) / _FADES)
        return faded


MINUTE = 60.0
_FADES = np.array(list(FADES.values()))


class History:
    """Posts and outcomes in, features of the next post out.  Values are as the model wants them."""

    def __init__(self, *, delay: timedelta = timedelta(days=1)) -> None:
        self.delay = delay
        self._pasts: OrderedDict[Group, Past] = OrderedDict()
        self._paces: OrderedDict[Group, Pace] = OrderedDict()
        self._open: list[tuple[float, int, tuple[Group, ...], float]] = []
        self._told = 0

    def features(self, post: Post, *, now: datetime | None = None) -> list[float]:
        """One value a name in `NAMES`, as known at `now` (or when the post goes out)."""
        self._learn(min(post.at, now or post.at).timestamp())
        row: list[float] = []
        means, spread = np.zeros(len(FORGET)), 1.0
        seen: dict[Group, tuple[Numbers, float]] = {}
        for group in groups(post):
            past = self._pasts.get(group) or Past.none()
            around, wide = seen.get(group[:-1], (means, spread))
            means, spread = past.means(around), past.spread(wide)
            seen[group] = (means, spread)
            row += [*means.tolist(), spread, float(np.log1p(past.weights[-1]))]
        return row + self._rhythm(post)

    def publish(self, post: Post) -> None:
        """A post went out."""
        for group in rhythms(post):
            self._paces.setdefault(group, Pace.none()).add(post.at.timestamp())
            self._paces.move_to_end(group)
        while len(self._paces) > MOST:
            self._paces.popitem(last=False)

    def hear(self, post: Post, value: float) -> None:
        """What a post earned; it counts once the delay after the post is over."""
        self._told += 1
        known = (post.at + self.delay).timestamp()
        heapq.heappush(self._open, (known, self._told, groups(post), value))

    def walk(self, posts: Iterable[Post], values: Iterable[float]) -> Numbers:
        """Features of posts in the order of time, each before its own value is heard."""
        rows = []
        for post, value in zip(posts, values, strict=True):
            rows.append(self.features(post))
            self.publish(post)
            self.hear(post, value)
        return np.array(rows, dtype=np.float64).reshape(-1, len(NAMES))

    def state(self) -> dict[str, Any]:
        """Everything, as JSON can hold it."""
        return {
            "delay": self.delay.total_seconds(),
            "pasts": [
                [list(group), past.sums.tolist(), past.weights.tolist(), past.squares]
                for group, past in self._pasts.items()
            ],
            "paces": [
                [list(group), pace.last, pace.counts.tolist()]
                for group, pace in self._paces.items()
            ],
            "open": [
                [known, number, [list(group) for group in inside], value]
                for known, number, inside, value in sorted(self._open)
            ],
            "told": self._told,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "History":
        history = cls(delay=timedelta(seconds=state["delay"]))
        for group, sums, weights, squares in state["pasts"]:
            history._pasts[tuple(group)] = Past(np.array(sums), np.array(weights), squares)
        for group, last, counts in state["paces"]:
            history._paces[tuple(group)] = Pace(last, np.array(counts))
        history._open = [
            (known, number, tuple(tuple(group) for group in inside), value)
            for known, number, inside, value in state["open"]
        ]
        history._told = state["told"]
        return history

    def _rhythm(self, post: Post) -> list[float]:
        at = post.at.timestamp()
        row: list[float] = []
        for group in rhythms(post):
            pace = self._paces.get(group)
            since = float(np.log1p(max(at - pace.last, 0.0) / MINUTE)) if pace else float("nan")
            counts = np.log1p(pace.at(at)).tolist() if pace else [0.0] * len(FADES)
            row += [since, *counts] if len(group) > 1 else counts
        return row

    def _learn(self, until: float) -> None:
        """Outcomes that are known by then, oldest first."""
        while self._open and self._open[0][0] <= until:
            _, _, inside, value = heapq.heappop(self._open)
            for group in inside:
                self._pasts.setdefault(group, Past.none()).add(value)
                self._pasts.move_to_end(group)
        while len(self._pasts) > MOST:
            self._pasts.popitem(last=False)


def groups(post: Post) -> tuple[Group, ...]:
    """The groups a post is in, in the order of `GROUPS`; each but the first names one around it.

    >>> from datetime import UTC
    >>> groups(Post("1", datetime(2024, 1, 1, tzinfo=UTC), "feed", "ana", "photo"))[2:]
    (('feed', 'of ana'), ('feed', 'of ana', 'photo'))
    """
    whole: Group = (post.platform,)
    source: Group = (post.platform, f"of {post.source}")
    return whole, (post.platform, f"as {post.kind}"), source, (*source, post.kind)


def rhythms(post: Post) -> tuple[Group, ...]:
    """Whose pace is kept: the source's, that of its kind, and everything's."""
    return (post.platform, post.source), (post.platform, post.source, post.kind), (post.platform,)
