"""Trains what predicts engagement.  Loads scikit-learn, so only jobs and benchmarks import it.

Everything is settled on later outcomes than were trained on: earlier stretches predict the next
ones, and these predictions give the blend's weights, the number of trees, how far off
they may be, the first interval, and whether there is anything better than chance to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from learning.prediction.columns import Columns
from learning.prediction.conformal import Conformal
from learning.prediction.engagement import (
    LEVEL,
    MEMBERS,
    SIDES,
    Engagement,
    Parts,
    Reach,
    Standard,
    scaled,
)
from learning.prediction.history import History
from learning.prediction.posts import Post
from learning.prediction.ridge import Ridge, unseen
from learning.prediction.track import ONE_SIDED, beats_chance, spearman
from learning.prediction.trees import Trees
from smartcontent.errors import InvalidInput

Numbers = NDArray[np.float64]
FEWEST = 20  # posts whose engagement is known
CUTS = (0.4, 0.6, 0.8, 1.0)  # shares of the posts: each stretch is predicted from all before it
COUNTS = (20, 50, 100, 150, 200, 300)
SEEDS = 3  # forests whose mean is taken
BEYOND = 0.05  # of outcomes lie beyond the reach of a side
LEAST_REACH = 1e-3
TOGETHER = 1e3  # how strictly the weights sum to 1
LEAST_WEIGHT = 0.02
FOREST = {
    "learning_rate": 0.03,
    "max_leaf_nodes": 12,
    "min_samples_leaf": 40,
    "l2_regularization": 10.0,
    "max_features": 0.3,
    "early_stopping": False,
}
REACH = {**FOREST, "loss": "quantile", "max_leaf_nodes": 6, "max_iter": 100}


def train(
    posts: Sequence[Post],
    *,
    seed: int,
    delay: timedelta = timedelta(days=1),
    counted: bool = True,
    coverage: float = 0.9,
    most_trees: int = 300,
    alpha: float = ONE_SIDED,
) -> Engagement:
    """A model of posts whose engagement is known, in any order; the same input, the same model.

    An outcome is known `delay` after its post; `counted`: engagement is a count, else any number;
    `coverage` is the share of outcomes that intervals are to hold, and how many trees are grown is
    settled up to `most_trees`.  That it beats chance is claimed of luck with probability `alpha` at
    most, however often it is trained as outcomes come in.  InvalidInput when there are fewer than
    20.
    """
    ordered = sorted((p for p in posts if p.engagement is not None), key=lambda p: (p.at, p.id))
    if len(ordered) < FEWEST:
        raise InvalidInput(
            f"{len(ordered)} posts with known engagement are too few to predict from.",
            todo=f"Train again when at least {FEWEST} outcomes are known.",
        )
    values = np.array([scaled(post.engagement or 0.0, counted) for post in ordered])
    history = History(delay=delay)
    past = history.walk(ordered, values.tolist())
    with threadpool_limits(limits=1):
        parts, residuals, standard = _fitted(Known(ordered, past, values), seed, most_trees, alpha)
    interval = Conformal(coverage=coverage)
    interval.start(residuals)
    return Engagement(parts, history, interval, standard, counted=counted)


@dataclass(frozen=True)
class Known:
    """Posts in the order of time, their histories, and what they earned on the model's scale."""

    posts: Sequence[Post]
    past: Numbers
    values: Numbers

    def __len__(self) -> int:
        return len(self.posts)

    def between(self, start: int, end: int) -> "Known":
        at = slice(start, end)
        return Known(self.posts[at], self.past[at], self.values[at])

    @property
    def level(self) -> Numbers:
        level: Numbers = self.past[:, LEVEL]
        return level


@dataclass(frozen=True)
class Grown:
    """Members fitted to one stretch, before a blend is known."""

    parts: Parts

    def say(self, later: Known, counts: Sequence[int]) -> dict[tuple[str, int], Numbers]:
        """What each member says of later posts, forests by their number of trees."""
        lines, trees = self.parts.tables(later.posts, later.past)
        said = {("level", 0): later.level}
        for name in self.parts.lines:
            said[name, 0] = self.parts.member(name, later.level, lines, trees)
        for name, forest in self.parts.forests.items():
            above = later.level if name.endswith("on level") else 0.0
            for count, column in zip(counts, forest.staged(trees, counts).T, strict=True):
                said[name, count] = column + above
        return said


def _grow(known: Known, *, seeds: Sequence[int], counts: dict[str, int]) -> Grown:
    """Fit every member that `counts` names; forests with that many trees."""
    columns = Columns.of(known.posts, known.past)
    embeddings = columns.embeddings(known.posts)
    penalty, told = unseen(embeddings, known.values)
    text = Ridge.fit(embeddings, known.values, penalty=penalty)
    trees = columns.for_trees(known.posts, known.past, told)
    lines = columns.for_lines(known.posts, known.past, embeddings)
    fitted: dict[str, Ridge] = {}
    forests: dict[str, Trees] = {}
    for name, count in counts.items():
        above = known.values - known.level if name.endswith("on level") else known.values
        if name.startswith("line"):
            fitted[name] = Ridge.fit(lines, above, penalty=unseen(lines, above)[0])
        elif name.startswith("trees"):
            forests[name] = _forest(trees, above, seeds, {**FOREST, "max_iter": count})
    return Grown(Parts(columns, text, fitted, forests, {}, {}, Reach(1.0, 1.0)))


def _forest(
    table: Numbers, values: Numbers, seeds: Sequence[int], settings: dict[str, Any]
) -> Trees:
    fits = [HistGradientBoostingRegressor(**settings, random_state=seed) for seed in seeds]
    return Trees.together([Trees.of(fit.fit(table, values)) for fit in fits])


def _fitted(
    known: Known, seed: int, most_trees: int, alpha: float
) -> tuple[Parts, Numbers, Standard]:
    tried = sorted({*(count for count in COUNTS if count < most_trees), most_trees})
    cuts = [round(share * len(known)) for share in CUTS]
    said: dict[tuple[str, int], list[Numbers]] = {}
    for start, end in zip(cuts[:-1], cuts[1:], strict=True):
        grown = _grow(
            known.between(0, start), seeds=[seed], counts=dict.fromkeys(MEMBERS, tried[-1])
        )
        for key, column in grown.say(known.between(start, end), tried).items():
            said.setdefault(key, []).append(column)
    later = known.between(cuts[0], cuts[-1])
    table = {key: np.concatenate(columns) for key, columns in said.items()}
    counts, weights, middle = _blended(table, later.values)
    rank = _unseen_rank(table, later.values, np.array(cuts) - cuts[0])
    standard = Standard(len(known), len(later), rank, beats_chance(rank, len(later), alpha))
    if not standard.better_than_chance:
        weights, middle = {"level": 1.0}, later.level
    used = {name: counts[name] for name in weights}
    seeds = [seed + number for number in range(SEEDS)]
    parts = replace(_grow(known, seeds=seeds, counts=used).parts, weights=weights)
    return (*_with_reach(parts, later, middle, seed), standard)


def _blended(
    table: dict[tuple[str, int], Numbers], values: Numbers
) -> tuple[dict[str, int], dict[str, float], Numbers]:
    """How many trees, which weights, and what they say of the posts that settled both."""
    counts = {name: _best_count(name, table, values) for name in MEMBERS}
    columns = {name: table[name, counts[name]] for name in MEMBERS}
    weights = _blend(columns, values)
    middle = sum((weights[name] * columns[name] for name in weights), np.zeros(len(values)))
    return counts, weights, middle


def _unseen_rank(
    table: dict[tuple[str, int], Numbers], values: Numbers, cuts: NDArray[np.int64]
) -> float:
    """Rank correlation where each stretch is predicted by the blend that the others settle.

    A blend's correlation with the very outcomes it was fitted to is above 0 where all is luck.
    """
    middle, numbers = np.zeros(len(values)), np.arange(len(values))
    for start, end in zip(cuts[:-1], cuts[1:], strict=True):
        other = (numbers < start) | (numbers >= end)
        seen = {key: column[other] for key, column in table.items()}
        counts, weights, _ = _blended(seen, values[other])
        own = [weights[name] * table[name, counts[name]][~other] for name in weights]
        middle[~other] = np.sum(own, axis=0)
    return spearman(middle, values)


def _best_count(name: str, table: dict[tuple[str, int], Numbers], values: Numbers) -> int:
    counts = [count for member, count in table if member == name]
    return min(counts, key=lambda count: float(np.mean((values - table[name, count]) ** 2)))


def _blend(columns: dict[str, Numbers], values: Numbers) -> dict[str, float]:
    """Weights of at least 0 that sum to 1 and fit best (stacking, Breiman 1996)."""
    stacked = np.array(list(columns.values())).T
    rows = np.concatenate([stacked - values[:, None], TOGETHER * np.ones((1, len(columns)))])
    found, _ = nnls(rows, np.append(np.zeros(len(values)), TOGETHER))
    kept = {n: float(w) for n, w in zip(columns, found, strict=True) if w > LEAST_WEIGHT}
    return {name: weight / sum(kept.values()) for name, weight in kept.items()}


def _with_reach(parts: Parts, later: Known, middle: Numbers, seed: int) -> tuple[Parts, Numbers]:
    """Parts that expect how far off each post may be, and residuals in units not fitted to them."""
    off = later.values - middle
    _, trees = parts.tables(later.posts, later.past)
    table = np.concatenate([trees, middle[:, None]], axis=1)
    low, high = np.quantile(off, (BEYOND, 1.0 - BEYOND))
    parts = replace(
        parts, usual=Reach(max(-float(low), LEAST_REACH), max(float(high), LEAST_REACH))
    )
    half = len(later) // 2
    units = np.zeros(len(later))
    for seen, other in ((slice(0, half), slice(half, None)), (slice(half, None), slice(0, half))):
        tried = replace(parts, reach=_reach(table[seen], off[seen], seed))
        reaches = tried.reaches(trees[other], middle[other])
        pairs = zip(off[other].tolist(), reaches, strict=True)
        units[other] = [reach.units(residual) for residual, reach in pairs]
    return replace(parts, reach=_reach(table, off, seed)), units


def _reach(table: Numbers, off: Numbers, seed: int) -> dict[str, Trees]:
    """Forests of the residuals' outer quantiles (conformalised later: Romano et al. 2019)."""
    return {
        side: _forest(table, off, [seed], {**REACH, "quantile": level})
        for side, level in zip(SIDES, (BEYOND, 1.0 - BEYOND), strict=True)
    }
