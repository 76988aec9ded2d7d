"""Posts as tables: one for lines, one for trees, with the same columns at any later time."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.prediction.history import NAMES as PAST
from learning.prediction.posts import Post
from smartcontent.errors import EmbedderMismatch

Numbers = NDArray[np.float64]
KINDS = 12  # the most frequent; others count as none of them
FAR = 4.0  # standard deviations: nothing counts as farther
LOUD = 1.5  # what a number weighs beside a coordinate of the embedding
KNOTS = 65
STEADY = [number for number, name in enumerate(PAST) if not name.endswith(": posts")]
STILL = 1e-9
_NORMAL = [NormalDist().inv_cdf(min(max(at / (KNOTS - 1), 0.006), 0.994)) for at in range(KNOTS)]


@dataclass(frozen=True)
class Columns:
    """Which columns there are, and the scales of those that lines read.

    Counts of posts are not among them: they only grow, so later ones were never seen in training.
    `knots` are quantiles of each given feature, shape (features, KNOTS): lines read ranks.
    """

    features: tuple[str, ...]
    kinds: tuple[str, ...]
    dimensions: int
    knots: Numbers
    middle: Numbers
    width: Numbers

    @classmethod
    def of(cls, posts: Sequence[Post], past: Numbers) -> "Columns":
        """Columns for posts like these; `past` are their histories, a row each."""
        features = tuple(sorted({name for post in posts for name in post.features}))
        kinds = tuple(kind for kind, _ in Counter(post.kind for post in posts).most_common(KINDS))
        dimensions = next((len(post.embedding) for post in posts if post.embedding is not None), 0)
        given = _given(posts, features)
        knots = np.nan_to_num(_knots(given))
        none = np.zeros(0)
        bare = cls(features, kinds, dimensions, knots, none, none)
        numbers = bare._numbers(posts, past)
        middle, width = numbers.mean(axis=0), numbers.std(axis=0)
        return cls(features, kinds, dimensions, knots, middle, np.where(width > STILL, width, 1.0))

    def embeddings(self, posts: Sequence[Post]) -> Numbers:
        """Unit vectors scaled to about 1 a coordinate; zeros where a post has none."""
        table = np.zeros((len(posts), self.dimensions))
        for row, post in enumerate(posts):
            if post.embedding is not None:
                table[row] = self._fitting(post.embedding)
        return table * math.sqrt(self.dimensions)

    def for_lines(self, posts: Sequence[Post], past: Numbers, embeddings: Numbers) -> Numbers:
        scaled = (self._numbers(posts, past) - self.middle) / self.width
        return np.concatenate([embeddings, LOUD * np.clip(scaled, -FAR, FAR)], axis=1)

    def for_trees(self, posts: Sequence[Post], past: Numbers, told: Numbers) -> Numbers:
        """`told` is what the text alone says, one value a post."""
        when = [[post.at.hour, post.at.weekday()] for post in posts]
        kinds = [[float(post.kind == kind) for kind in self.kinds] for post in posts]
        given = _given(posts, self.features)
        parts = (past[:, STEADY], _table(when, 2), _table(kinds, len(self.kinds)), given)
        return np.concatenate([*parts, told[:, None]], axis=1)

    def state(self) -> dict[str, Any]:
        """All but the arrays."""
        kept = {"features": self.features, "kinds": self.kinds, "dimensions": self.dimensions}
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in kept.items()
        }

    def _numbers(self, posts: Sequence[Post], past: Numbers) -> Numbers:
        """Everything but the embedding, missing values as the middle."""
        kinds = [[float(post.kind == kind) for kind in self.kinds] for post in posts]
        given = _given(posts, self.features)
        ranks = [
            np.interp(given[:, number], knots, _NORMAL) for number, knots in enumerate(self.knots)
        ]
        when = _table([_when(post) for post in posts], WHEN)
        parts = (
            past[:, STEADY],
            when,
            _table(kinds, len(self.kinds)),
            *(r[:, None] for r in ranks),
        )
        return np.nan_to_num(np.concatenate(parts, axis=1))

    def _fitting(self, embedding: Sequence[float]) -> Numbers:
        vector = np.asarray(embedding, dtype=np.float64)
        if vector.shape != (self.dimensions,):
            raise EmbedderMismatch(
                f"The engagement model reads {self.dimensions} numbers a text, not {vector.size}.",
                todo="Embed with the embedder it was trained with, or train it again.",
            )
        return vector


def _table(rows: Sequence[Sequence[float]], width: int) -> Numbers:
    return np.array(rows, dtype=np.float64).reshape(len(rows), width)


def _given(posts: Sequence[Post], features: Sequence[str]) -> Numbers:
    rows = [[post.features.get(name, math.nan) for name in features] for post in posts]
    return _table(rows, len(features))


def _knots(given: Numbers) -> Numbers:
    """Quantiles of each column; columns without any value are 0 throughout."""
    levels = np.linspace(0.0, 1.0, KNOTS)
    columns = [column[~np.isnan(column)] for column in given.T]
    knots = [np.quantile(c, levels) if len(c) else np.zeros(KNOTS) for c in columns]
    return _table([row.tolist() for row in knots], KNOTS)


WHEN = 12  # two waves of the day, seven weekdays, the weekend


def _when(post: Post) -> list[float]:
    turn = 2.0 * math.pi * (post.at.hour + post.at.minute / 60.0) / 24.0
    waves = [math.sin(turn), math.cos(turn), math.sin(2.0 * turn), math.cos(2.0 * turn)]
    day = post.at.weekday()
    return [*waves, *(float(day == each) for each in range(7)), float(day >= 5)]
