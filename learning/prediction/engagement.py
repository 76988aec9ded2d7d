"""What a post will earn, from its features, its text and its source's history, and how surely.

A blend of its source's recent level, ridge regressions and boosted trees, in weights that fit
outcomes later than what each was trained on.  The interval is conformal: residuals in units of
how far off one in twenty is expected to be on that side, newer ones weighing more.
`learning.prediction.engagement_training` trains it; here are arrays only, so that serving loads
no learning library.
"""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.bandit.envelope import seal, unseal
from learning.prediction.columns import Columns
from learning.prediction.conformal import Conformal, Ends
from learning.prediction.history import NAMES, History
from learning.prediction.posts import Post
from learning.prediction.ridge import Ridge
from learning.prediction.track import Predicted
from learning.prediction.trees import Trees

Numbers = NDArray[np.float64]
LEVEL = NAMES.index("source and kind: slow")
KNOWN = NAMES.index("source: posts")
MEMBERS = ("level", "line", "trees", "line on level", "trees on level")
FARTHEST = 5.0  # a reach this many times the usual one, or so many times less, is not believed
SIDES = ("below", "above")
KIND = "engagement"


@dataclass(frozen=True)
class Standard:
    """How the model fared on outcomes later than what it had been trained on."""

    posts: int
    tried_on: int
    rank: float
    better_than_chance: bool


@dataclass(frozen=True)
class Reach:
    """How far below and above the middle the outcome may well lie (one in twenty lies beyond)."""

    below: float
    above: float

    def at(self, end: float) -> float:
        """Off the middle.

        >>> Reach(2.0, 3.0).at(-1.0), Reach(2.0, 3.0).at(0.5)
        (-2.0, 1.5)
        """
        return end * (self.above if end > 0.0 else self.below)

    def units(self, residual: float) -> float:
        return residual / (self.above if residual > 0.0 else self.below)


@dataclass(frozen=True)
class Prediction:
    """Expected engagement (the median) within a 90 % interval; `samples` of its source are known.

    `middle` and `reach` are the model's own, on its scale, for `Engagement.learn`.
    """

    predicted: Predicted
    samples: int
    better_than_chance: bool
    note: str
    middle: float
    reach: Reach


@dataclass(frozen=True)
class Parts:
    """What was fitted: lines and forests by member, the text's own line, and the blend."""

    columns: Columns
    text: Ridge
    lines: Mapping[str, Ridge]
    forests: Mapping[str, Trees]
    weights: Mapping[str, float]
    reach: Mapping[str, Trees]
    usual: Reach

    def tables(self, posts: Sequence[Post], past: Numbers) -> tuple[Numbers, Numbers]:
        embeddings = self.columns.embeddings(posts)
        lines = self.columns.for_lines(posts, past, embeddings)
        told = self.text.predict(embeddings)
        return lines, self.columns.for_trees(posts, past, told)

    def read(self, posts: Sequence[Post], past: Numbers) -> tuple[Numbers, list[Reach]]:
        """The middle of each post, on the model's scale, and how far off it may be."""
        lines, trees = self.tables(posts, past)
        level = past[:, LEVEL]
        middle = self.weights.get("level", 0.0) * level
        for member, weight in self.weights.items():
            if member != "level":
                middle = middle + weight * self.member(member, level, lines, trees)
        return middle, self.reaches(trees, middle)

    def reaches(self, trees: Numbers, middle: Numbers) -> list[Reach]:
        table = np.concatenate([trees, middle[:, None]], axis=1)
        below, above = self.usual.below, self.usual.above
        sides = [
            np.clip(sign * self.reach[side].predict(table), usual / FARTHEST, usual * FARTHEST)
            for side, sign, usual in (("below", -1.0, below), ("above", 1.0, above))
        ]
        return [Reach(float(low), float(high)) for low, high in zip(*sides, strict=True)]

    def member(self, name: str, level: Numbers, lines: Numbers, trees: Numbers) -> Numbers:
        said = (
            self.lines[name].predict(lines)
            if name in self.lines
            else self.forests[name].predict(trees)
        )
        return said + level if name.endswith("on level") else said


class Engagement:
    """Post -> Prediction.  `counted`: engagement is a count, read as its logarithm.

    `publish` and `learn` (or `replay`, for both) keep history and interval up to date, while the
    blend stays as it was trained.
    """

    def __init__(
        self,
        parts: Parts,
        history: History,
        interval: Conformal,
        standard: Standard,
        *,
        counted: bool = True,
    ) -> None:
        self.parts = parts
        self.history = history
        self.interval = interval
        self.standard = standard
        self.counted = counted

    def predict(self, posts: Sequence[Post], *, now: datetime | None = None) -> list[Prediction]:
        """Of posts to come, as known at `now` (else when each goes out)."""
        past = np.array([self.history.features(post, now=now) for post in posts])
        past = past.reshape(-1, len(NAMES))
        middles, reaches = self.parts.read(posts, past)
        ends = self.interval.ends()
        return [
            self._prediction(post, row, float(middle), reach, ends)
            for post, row, middle, reach in zip(posts, past, middles, reaches, strict=True)
        ]

    def publish(self, post: Post) -> None:
        """The post went out: how often its source posts tells of the next one."""
        self.history.publish(post)

    def learn(self, post: Post, prediction: Prediction) -> None:
        """The engagement of a post that was predicted is known; without one nothing is learned."""
        if post.engagement is None:
            return
        value = scaled(post.engagement, self.counted)
        self.history.hear(post, value)
        self.interval.add(prediction.reach.units(value - prediction.middle))

    def replay(self, posts: Sequence[Post], *, among: Sequence[Post] = ()) -> list[Prediction]:
        """Posts with known engagement, each predicted before later outcomes are known.

        An outcome is known the history's delay after its post.  `among` are other posts, such as
        those trained on, when some of them are later than the first to predict: history is then
        told again from its beginning.  Predictions are in the order of time.
        """
        ordered = _told(posts)
        past = self._past(ordered, among)
        middles, reaches = self.parts.read(ordered, past)
        waiting: list[tuple[float, int, float]] = []
        made = []
        for number, (post, reach) in enumerate(zip(ordered, reaches, strict=True)):
            self._hear(waiting, post.at.timestamp())
            middle = float(middles[number])
            made.append(self._prediction(post, past[number], middle, reach, self.interval.ends()))
            off = reach.units(scaled(post.engagement or 0.0, self.counted) - middle)
            known = post.at.timestamp() + self.history.delay.total_seconds()
            heapq.heappush(waiting, (known, number, off))
        self._hear(waiting, math.inf)
        return made

    def _past(self, ordered: Sequence[Post], among: Sequence[Post]) -> Numbers:
        if among:
            self.history = History(delay=self.history.delay)
        mine = {id(post) for post in ordered}
        whole = _told([*ordered, *among])
        values = [scaled(post.engagement or 0.0, self.counted) for post in whole]
        past = self.history.walk(whole, values)
        return past[[number for number, post in enumerate(whole) if id(post) in mine]]

    def _hear(self, waiting: list[tuple[float, int, float]], until: float) -> None:
        while waiting and waiting[0][0] <= until:
            self.interval.add(heapq.heappop(waiting)[2])

    def snapshot(self) -> bytes:
        """Sealed; the same model gives the same bytes."""
        parts = self.parts
        arrays = {"knots": parts.columns.knots, "middle": parts.columns.middle}
        arrays |= {"width": parts.columns.width, "text.weights": parts.text.weights}
        for name, line in parts.lines.items():
            arrays[f"line.{name}"] = line.weights
        forests = {**parts.forests, **parts.reach}
        for name, forest in forests.items():
            arrays |= forest.arrays(name)
        header = {
            "columns": parts.columns.state(),
            "intercepts": {"text": parts.text.intercept}
            | {name: line.intercept for name, line in parts.lines.items()},
            "forests": list(forests),
            "weights": dict(parts.weights),
            "usual": [parts.usual.below, parts.usual.above],
            "history": self.history.state(),
            "interval": self.interval.state(),
            "standard": vars(self.standard),
            "counted": self.counted,
            "arrays": [[name, a.dtype.str, list(a.shape)] for name, a in arrays.items()],
        }
        return seal(KIND, header, b"".join(a.tobytes() for a in arrays.values()))

    @classmethod
    def from_snapshot(cls, state: bytes) -> "Engagement":
        """SnapshotDamaged when a bit differs."""
        header, body = unseal(KIND, state)
        arrays = _unpacked(header["arrays"], body)
        kept = header["columns"]
        columns = Columns(
            tuple(kept["features"]),
            tuple(kept["kinds"]),
            kept["dimensions"],
            *(arrays[name] for name in ("knots", "middle", "width")),
        )
        intercepts = dict(header["intercepts"])
        text = Ridge(arrays["text.weights"], intercepts.pop("text"))
        lines = {name: Ridge(arrays[f"line.{name}"], at) for name, at in intercepts.items()}
        forests = {name: Trees.from_arrays(name, arrays) for name in header["forests"]}
        reach = {side: forests.pop(side) for side in SIDES}
        usual, weights = Reach(*header["usual"]), header["weights"]
        return cls(
            Parts(columns, text, lines, forests, weights, reach, usual),
            History.from_state(header["history"]),
            Conformal.from_state(header["interval"]),
            Standard(**header["standard"]),
            counted=header["counted"],
        )

    def _prediction(
        self, post: Post, past: Numbers, middle: float, reach: Reach, ends: Ends
    ) -> Prediction:
        low, expected, high = (
            unscaled(middle + reach.at(end), self.counted)
            for end in (ends.low, ends.middle, ends.high)
        )
        samples = round(math.expm1(past[KNOWN]))
        return Prediction(
            predicted=Predicted(post.id, post.at, expected, low, high, post.engagement),
            samples=samples,
            better_than_chance=self.standard.better_than_chance,
            note=self._note(samples),
            middle=middle,
            reach=reach,
        )

    def _note(self, samples: int) -> str:
        standard = self.standard
        if not standard.better_than_chance:
            return f"no better than chance on {standard.tried_on:,} later posts: the usual level"
        return (
            f"rank correlation {standard.rank:.2f} on {standard.tried_on:,} later posts; "
            f"{samples:,} of this source known"
        )


def _told(posts: Sequence[Post]) -> list[Post]:
    """Those whose engagement is known, in the order of time."""
    known = (post for post in posts if post.engagement is not None)
    return sorted(known, key=lambda post: (post.at, post.id))


def scaled(engagement: float, counted: bool) -> float:
    """On the model's scale.

    >>> round(unscaled(scaled(99.0, True), True), 6), scaled(-0.2, False)
    (99.0, -0.2)
    """
    return math.log1p(max(engagement, 0.0)) if counted else engagement


def unscaled(value: float, counted: bool) -> float:
    return math.expm1(min(max(value, 0.0), 50.0)) if counted else value


def _unpacked(names: Sequence[tuple[str, str, list[int]]], body: bytes) -> dict[str, Any]:
    arrays, at = {}, 0
    for name, kind, shape in names:
        count = math.prod(shape)
        array = np.frombuffer(body, dtype=np.dtype(kind), count=count, offset=at).reshape(shape)
        arrays[name] = array.copy()
        at += array.nbytes
    return arrays
