"""What one would do without us: the usual models on the usual columns, with scikit-learn.

Peers get the whole past of a page or domain up to the post before, with no delay: more than ours
is told.  Each column of the comparison is held against the best of them.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.prediction_data import Dataset

Numbers = NDArray[np.float64]
LEVELS = (0.05, 0.5, 0.95)
LAST = (1, 5, 20, 10**6)  # how many of the past posts a mean is of
WORDS_BESIDE = 0.3  # weight of a scaled column beside words
CALIBRATING = 0.2  # of the training posts, the newest, for split conformal intervals


@dataclass(frozen=True)
class Peer:
    """Scores of the tested posts: for being above the median, and for their order."""

    name: str
    above: Numbers
    order: Numbers


@dataclass(frozen=True)
class Quantiles:
    """A peer's predicted quantiles of the tested posts, by `LEVELS`."""

    name: str
    at: tuple[Numbers, ...]


@dataclass(frozen=True)
class Task:
    """Trained and tested posts in the order of time, and what they earned (logarithms)."""

    whole: Dataset
    tested: NDArray[np.bool_]
    values: Numbers
    seed: int

    @property
    def median(self) -> float:
        """Of the training posts."""
        return float(np.median(self.values[~self.tested]))

    def peer(self, name: str, table: Any, above: Any, order: Any) -> Peer:
        """A classifier and a regressor of one family, fitted to the training posts."""
        train, test = table[~self.tested], table[self.tested]
        values = self.values[~self.tested]
        above.fit(train, values > self.median)
        order.fit(train, values)
        return Peer(name, above.predict_proba(test)[:, 1], order.predict(test))


def peers(task: Task) -> list[Peer]:
    """Those of the set; the best of them is the bar."""
    table = columns(task)
    return [*_boosted(task, table), *OTHERS[task.whole.name](task, table)]


def hours(task: Task) -> Peer:
    """Hour and weekday alone."""
    return _boosted(task, _when(task))[0]


def quantiles(task: Task) -> list[Quantiles]:
    """Quantile regression, and split conformal intervals around a mean, both boosted."""
    table, values = columns(task), task.values[~task.tested]
    train, test = table[~task.tested], table[task.tested]
    direct = [
        HistGradientBoostingRegressor(loss="quantile", quantile=level, random_state=task.seed)
        for level in LEVELS
    ]
    said = tuple(each.fit(train, values).predict(test) for each in direct)
    cut = round(len(train) * (1.0 - CALIBRATING))
    mean = HistGradientBoostingRegressor(random_state=task.seed).fit(train[:cut], values[:cut])
    off = np.quantile(values[cut:] - mean.predict(train[cut:]), LEVELS)
    split = tuple(mean.predict(test) + each for each in off)
    return [Quantiles("boosted quantiles", said), Quantiles("split conformal", split)]


def columns(task: Task) -> Numbers:
    """What the set is usually predicted from."""
    posts = task.whole.posts
    if task.whole.name == "online_news_popularity":
        names = list(posts[0].features)
        return np.array([[post.features[name] for name in names] for post in posts])
    sources = [post.source for post in posts]
    kinds = sorted({post.kind for post in posts})
    parts = [
        _past(sources, task.values),
        _past([(post.source, post.kind) for post in posts], task.values),
        np.array([[float(post.kind == kind) for kind in kinds] for post in posts]),
        _when(task),
    ]
    if posts[0].embedding is not None:
        parts.append(np.array([post.embedding for post in posts]))
    return np.concatenate(parts, axis=1)


def _past(groups: Sequence[Hashable], values: Numbers) -> Numbers:
    """Means of a group's last posts before each; nothing where it had none."""
    before: dict[Hashable, list[float]] = defaultdict(list)
    rows = []
    for group, value in zip(groups, values.tolist(), strict=True):
        seen = before[group] if group else []
        rows.append([float(np.mean(seen[-count:])) if seen else np.nan for count in LAST])
        before[group].append(value)
    return np.array(rows)


def _when(task: Task) -> Numbers:
    return np.array(
        [[post.at.hour + post.at.minute / 60, post.at.weekday()] for post in task.whole.posts]
    )


def _boosted(task: Task, table: Numbers) -> list[Peer]:
    above = HistGradientBoostingClassifier(random_state=task.seed)
    order = HistGradientBoostingRegressor(random_state=task.seed)
    return [task.peer("histogram boosting", table, above, order)]


def _mashable(task: Task, table: Numbers) -> list[Peer]:
    above = GradientBoostingClassifier(random_state=task.seed)
    order = GradientBoostingRegressor(random_state=task.seed)
    return [task.peer("gradient boosting", table, above, order)]


def _titles(task: Task, table: Numbers) -> list[Peer]:
    """Lines over words, pairs of words, and the same columns without the embedding."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    train = [text for text, out in zip(task.whole.texts, task.tested, strict=True) if not out]
    said = words.fit(train).transform(task.whole.texts)
    dense = table[:, : table.shape[1] - len(task.whole.posts[0].embedding or ())]
    dense = np.where(np.isnan(dense), np.mean(task.values[~task.tested]), dense)
    scaled = StandardScaler().fit(dense[~task.tested]).transform(dense)
    both = hstack([said, csr_matrix(WORDS_BESIDE * scaled)]).tocsr()
    order = Ridge(alpha=3.0, solver="sparse_cg", random_state=task.seed)
    return [task.peer("words and lines", both, LogisticRegression(max_iter=1000), order)]


def _pages(task: Task, table: Numbers) -> list[Peer]:
    settings: dict[str, Any] = {"min_samples_leaf": 5, "random_state": task.seed}
    filled = np.where(np.isnan(table), np.mean(task.values[~task.tested]), table)
    forest = RandomForestClassifier(200, **settings), RandomForestRegressor(200, **settings)
    lines = (
        make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
        make_pipeline(StandardScaler(), Ridge()),
    )
    return [
        task.peer("random forest", filled, *forest),
        task.peer("lines", filled, *lines),
    ]


OTHERS: dict[str, Callable[[Task, Numbers], list[Peer]]] = {
    "online_news_popularity": _mashable,
    "hacker_news": _titles,
    "facebook_live_sellers": _pages,
}
