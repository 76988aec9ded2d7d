"""What is learned from the older tests: our text prior and spreads, and the peers' ridge."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.bandit.upworthy_replay import Numbers, Rule, rates, uniform
from benchmarks.bandit.upworthy_rules import hierarchical_greedy
from benchmarks.upworthy_data import HeadlineTest
from learning.bandit.campaign import Campaign
from learning.bandit.spreads_training import Measured, fit
from learning.prediction.text_prior import TextPrior
from learning.prediction.text_training import Contrasts, Group, contrast, train
from smartcontent.decision import Action

EARLIER = 0.7  # share of the training tests that the peers' settings are chosen with
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
STRENGTHS = (2.5, 5.0, 10.0, 20.0, 40.0)
TRIED, SEEDS = (50, 100, 200, 400), range(5)  # budgets and seeds that choose the strength
Vectors = Mapping[str, Numbers]


class Greedy(NamedTuple):
    """Settings of the peers' hierarchical model, and lifts of every arm of every test."""

    lifts: list[Numbers]
    base: float
    level: float
    strength: float

    @property
    def rule(self) -> Rule:
        return hierarchical_greedy(
            self.lifts, base=self.base, level=self.level, strength=self.strength
        )


def headlines(test: HeadlineTest) -> list[str]:
    return [arm.headline for arm in test.arms]


def stacked(test: HeadlineTest, vectors: Vectors) -> Numbers:
    return np.array([vectors[text] for text in headlines(test)])


def group(test: HeadlineTest, vectors: Vectors) -> Group:
    return Group(
        headlines(test),
        stacked(test, vectors),
        [arm.impressions for arm in test.arms],
        [arm.clicks for arm in test.arms],
        [arm.image for arm in test.arms],
    )


def policy(tests: Sequence[HeadlineTest]) -> Campaign:
    """Ours, with the base rate and the spreads of these tests."""
    fitted = fit(
        [
            Measured(
                [arm.impressions for arm in test.arms],
                [arm.clicks for arm in test.arms],
                headlines(test),
                [arm.image for arm in test.arms],
            )
            for test in tests
        ]
    )
    return Campaign(base=fitted.base, spreads=fitted.spreads)


def prior(tests: Sequence[HeadlineTest], vectors: Vectors, name: str) -> TextPrior:
    """`vectors` are of the words in the headlines too; `name` says whose they are."""

    def embed(texts: Sequence[str]) -> Numbers:
        return np.array([vectors[text] for text in texts])

    return train([group(test, vectors) for test in tests], embedder=name, embed=embed)


def actions(test: HeadlineTest, text_prior: TextPrior, vectors: Vectors) -> list[Action]:
    """The arms as the product describes them to its policy."""
    lifts = text_prior.lifts(headlines(test), stacked(test, vectors))
    told = zip(test.arms, lifts.expected, lifts.deviation, strict=True)
    return [
        Action(
            id=str(at),
            features={
                "text": arm.headline,
                "image": arm.image,
                "expected": float(expected),
                "expected.sd": float(deviation),
            },
        )
        for at, (arm, expected, deviation) in enumerate(told)
    ]


def ridge(older: Sequence[HeadlineTest], newer: Sequence[HeadlineTest], vectors: Vectors) -> Greedy:
    """The peers' text model: a ridge on the embedding alone.

    Penalty, slope and strength are those that did best on the later of the older tests.
    """
    cut = int(EARLIER * len(older))
    early, late = older[:cut], older[cut:]
    told, asked = _rows(early, vectors), _rows(late, vectors)
    weights = {penalty: _solved(told, penalty) for penalty in PENALTIES}
    best = max(PENALTIES, key=lambda penalty: _likeness(asked, weights[penalty]))
    slope = _slope(asked, weights[best])
    held = _lifts(late, slope * weights[best], vectors)
    whole = slope * _solved(_rows(older, vectors), best)
    even = uniform(older)
    model = Greedy(held, float(even.mean()), float(even.mean() ** 2 / even.var()), STRENGTHS[0])
    tried = [model._replace(strength=strength) for strength in STRENGTHS]
    chosen = max(tried, key=lambda each: rates(late, each.rule, TRIED, SEEDS).mean())
    return chosen._replace(lifts=_lifts(newer, whole, vectors))


class _Rows(NamedTuple):
    """Contrasts of unit noise: differences of vectors, and of log click rates."""

    vectors: Numbers
    targets: Numbers


def _rows(tests: Sequence[HeadlineTest], vectors: Vectors) -> _Rows:
    groups = [group(test, vectors) for test in tests]
    told: list[Contrasts] = [contrast(each) for each in groups]
    return _Rows(
        np.concatenate([c.weights @ g.embeddings for c, g in zip(told, groups, strict=True)]),
        np.concatenate([c.targets for c in told]),
    )


def _solved(rows: _Rows, penalty: float) -> Numbers:
    normal = rows.vectors.T @ rows.vectors + penalty * np.eye(rows.vectors.shape[1])
    return np.asarray(np.linalg.solve(normal, rows.vectors.T @ rows.targets), dtype=np.float64)


def _likeness(rows: _Rows, weights: Numbers) -> float:
    """Correlation of what was expected with what came, but for what all share."""
    expected = rows.vectors @ weights
    return float(expected @ rows.targets / np.linalg.norm(expected))


def _slope(rows: _Rows, weights: Numbers) -> float:
    expected = rows.vectors @ weights
    return max(float(expected @ rows.targets / (expected @ expected)), 0.0)


def _lifts(tests: Sequence[HeadlineTest], weights: Numbers, vectors: Vectors) -> list[Numbers]:
    scores = [stacked(test, vectors) @ weights for test in tests]
    return [each - each.mean() for each in scores]
