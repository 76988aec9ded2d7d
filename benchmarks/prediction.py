"""Engagement of posts before anybody saw them: Mashable, Hacker News, Facebook pages.

`python -m benchmarks.prediction --data DIR [--train DIR] --seed N --json`; DIR holds
online_news_popularity/, hacker_news/ and facebook_live_sellers/ (each with posts.csv.gz), or is
one of them.  Without `--train` the older 70 % of each set trains and the newer 30 % is predicted;
with it, all of DIR is.  A tested post's outcome is heard only after the post, and nothing but the
interval and the source's history moves by it.

AUC is for "above the median of the training posts", rank is Spearman's correlation; pinball loss
is the mean of those of the 5, 50 and 95 % quantiles, on logarithms, as is the interval's width.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.contract import Bar, arguments, done, report
from benchmarks.prediction_data import Dataset, folders, read
from benchmarks.prediction_peers import LEVELS, Numbers, Task, hours, peers, quantiles
from benchmarks.prediction_times import by_hour
from learning.prediction.conformal import pinball
from learning.prediction.engagement import Engagement, Prediction
from learning.prediction.engagement_training import train
from learning.prediction.track import ranks, spearman, standing
from memory.embedding import HashedEmbedder, Usem3

OLDER = 0.7
QUICK = 1_200  # newest posts of a set
RESAMPLED = 200
STRETCH = 50  # neighbours in time are drawn together
COVER_LEAST, COVER_MOST = 0.88, 0.92
ROUNDING = 1e-9
Score = Callable[[Numbers, Numbers], float]


@dataclass(frozen=True)
class Figure:
    """Ours and the best peer's, and ours less the peer's with a 95 % interval."""

    ours: float
    peer: float
    best: str
    low: float
    high: float

    def told(self, name: str) -> dict[str, Any]:
        named = {"": self.ours, "_peer": self.peer, "_best_peer": self.best}
        return {f"{name}{key}": value for key, value in named.items()} | {
            f"{name}_above_peer_95": f"{self.low:+.3f} to {self.high:+.3f}"
        }


def measure(
    older: Dataset, newer: Dataset, *, seed: int, trees: int
) -> tuple[dict[str, Any], dict[str, Bar]]:
    """Train on the older, predict the newer, and let the peers do the same."""
    since = perf_counter()
    model = train(older.posts, seed=seed, delay=older.delay, most_trees=trees)
    seconds = perf_counter() - since
    made = model.replay(newer.posts, among=older.posts)
    task = joined(older, newer, seed)
    actual = task.values[task.tested]
    middle = np.array([each.middle for each in made])
    beside = peers(task)
    above = {peer.name: peer.above for peer in beside}
    order = {peer.name: peer.order for peer in beside}
    area = against(lambda said, real: auc(said, real > task.median), middle, above, actual, seed)
    rank = against(spearman, middle, order, actual, seed)
    figures, bars = interval_figures(made, task)
    alone = hours(task)
    figures = {
        "trained_on": len(older.posts),
        "tested_on": len(made),
        **area.told("auc"),
        **rank.told("rank"),
        "auc_hour_and_weekday": auc(alone.above, actual > task.median),
        **by_hour(task),
        **figures,
        "blend": blend(model),
        "training_seconds": seconds,
        "said": standing([each.predicted for each in made]).sentence,
    }
    return figures, {"auc": Bar(area.ours, area.peer), "rank": Bar(rank.ours, rank.peer), **bars}


def interval_figures(made: list[Prediction], task: Task) -> tuple[dict[str, Any], dict[str, Bar]]:
    """Coverage, pinball loss and width of the 90 % intervals."""
    actual = task.values[task.tested]
    spans = [
        np.log1p([getattr(each.predicted, end) for each in made])
        for end in ("low", "expected", "high")
    ]
    inside = (actual >= spans[0] - ROUNDING) & (actual <= spans[2] + ROUNDING)
    theirs = {each.name: loss(actual, each.at) for each in quantiles(task)}
    best = min(theirs, key=lambda name: theirs[name])
    covered, ours = float(inside.mean()), loss(actual, spans)
    figures = {
        "covered": covered,
        "covered_by_thirds": ", ".join(f"{t.mean():.3f}" for t in np.array_split(inside, 3)),
        "width": float(np.mean(spans[2] - spans[0])),
        "pinball": ours,
        "pinball_peer": theirs[best],
        "pinball_best_peer": best,
    }
    bars = {
        "covered_at_least": Bar(covered, COVER_LEAST),
        "covered_at_most": Bar(covered, COVER_MOST, better="lower"),
        "pinball": Bar(ours, theirs[best], better="lower"),
    }
    return figures, bars


def joined(older: Dataset, newer: Dataset, seed: int) -> Task:
    """All posts in the order of time, and which are tested."""
    posts, texts = [*older.posts, *newer.posts], [*older.texts, *newer.texts]
    order = sorted(range(len(posts)), key=lambda at: (posts[at].at, posts[at].id))
    whole = Dataset(
        older.name,
        [posts[at] for at in order],
        [texts[at] for at in order],
        older.delay,
        older.zone,
    )
    values = np.log1p([post.engagement or 0.0 for post in whole.posts])
    return Task(whole, np.array(order) >= len(older.posts), values, seed)


def against(
    score: Score, ours: Numbers, theirs: dict[str, Numbers], actual: Numbers, seed: int
) -> Figure:
    """Against the best of them, with an interval over stretches of time drawn again."""
    scored = {name: score(said, actual) for name, said in theirs.items()}
    best = max(scored, key=lambda name: scored[name])
    rng = np.random.default_rng(seed)
    starts = np.arange(0, len(actual), STRETCH)
    drawn = []
    for _ in range(RESAMPLED):
        chosen = rng.choice(starts, len(starts))
        rows = np.concatenate([np.arange(at, min(at + STRETCH, len(actual))) for at in chosen])
        drawn.append(score(ours[rows], actual[rows]) - score(theirs[best][rows], actual[rows]))
    low, high = (float(each) for each in np.quantile(drawn, (0.025, 0.975)))
    return Figure(score(ours, actual), scored[best], best, low, high)


def auc(said: Numbers, above: Any) -> float:
    """How often a post above is ranked before one that is not.

    >>> auc(np.array([1.0, 3.0, 2.0, 4.0]), np.array([False, True, False, True]))
    1.0
    """
    high = int(above.sum())
    pairs = high * (len(above) - high)
    return float(ranks(said)[above].sum() - high * (high - 1) / 2.0) / pairs if pairs else 0.5


def loss(actual: Numbers, spans: Any) -> float:
    losses = [pinball(actual, said, level) for said, level in zip(spans, LEVELS, strict=True)]
    return float(np.mean(losses))


def blend(model: Engagement) -> str:
    return ", ".join(f"{name} {weight:.2f}" for name, weight in model.parts.weights.items())


def halves(name: str, args: argparse.Namespace) -> tuple[Dataset, Dataset]:
    """What trains and what is predicted."""
    newer = read(name, folders(args.data)[name])
    if args.quick:
        newer = newer.part(-QUICK, len(newer.posts))
    if args.train is None:
        cut = round(len(newer.posts) * OLDER)
        return newer.part(0, cut), newer.part(cut, len(newer.posts))
    where = folders(args.train)
    if name not in where:
        raise SystemExit(f"There is no {name} in {args.train} to train on.")
    return read(name, where[name]), newer


def main(argv: Sequence[str] | None = None) -> int:
    args = arguments(__doc__, argv)
    found = folders(args.data) if args.data else {}
    if not found:
        raise SystemExit("Say where the posts are: --data DIR (with hacker_news/ and so on in it)")
    embedder = HashedEmbedder() if args.quick else Usem3()
    figures: dict[str, Any] = {"seed": args.seed, "embedder": embedder.name}
    bars: dict[str, Bar] = {}
    for name in found:
        older, newer = (half.with_embeddings(embedder.embed) for half in halves(name, args))
        told, held = measure(older, newer, seed=args.seed, trees=50 if args.quick else 300)
        figures |= {f"{name}_{key}": value for key, value in told.items()}
        bars |= {f"{name}_{key}": bar for key, bar in held.items()}
    return report("prediction", figures, bars, as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
