"""Pairs of headlines of one test under one image, who won, and shares of right answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.upworthy_data import HeadlineTest

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
CLEAR = 1.96


class Share(NamedTuple):
    """By test: how much of the answers was right, and of how many."""

    right: Numbers
    asked: Numbers

    @property
    def value(self) -> float:
        return float(self.right.sum() / self.asked.sum()) if self.asked.any() else 0.5

    def drawn(self, draws: Numbers) -> Numbers:
        """The share under every draw of the tests: (draws, tests) how often each was drawn."""
        shares: Numbers = (draws @ self.right) / np.maximum(draws @ self.asked, 1e-9)
        return shares


class Shares(NamedTuple):
    """Of all pairs, of the clear ones, and of a contender's own surest third of both."""

    all: Share
    clear: Share
    surest_third: Share
    surest_third_clear: Share


@dataclass(frozen=True)
class Pairs:
    """One row a pair.

    places: where its two arms stand in their test; texts: their headlines; test: its number.
    seen: log of the ratio of their click rates; noise: its variance; score: its z.
    """

    places: Whole
    texts: tuple[tuple[str, str], ...]
    test: Whole
    tests: int
    seen: Numbers
    noise: Numbers
    score: Numbers

    @property
    def clear(self) -> NDArray[np.bool_]:
        return np.abs(self.score) > CLEAR

    def shares(self, leads: Numbers, sure: Numbers) -> Shares:
        """How often the sign of `leads` was right; draws count half."""
        right = (np.sign(leads) * np.sign(self.score) + 1.0) / 2.0
        sureness = np.abs(sure)
        third = sureness >= np.quantile(sureness, 2 / 3)
        everything = np.ones(len(right), dtype=bool)
        chosen = (everything, self.clear, third, third & self.clear)
        return Shares(*(self._share(right, which) for which in chosen))

    def _share(self, right: Numbers, which: NDArray[np.bool_]) -> Share:
        test = self.test[which]
        return Share(
            np.bincount(test, right[which], self.tests).astype(np.float64),
            np.bincount(test, minlength=self.tests).astype(np.float64),
        )


def pairs_of(tests: Sequence[HeadlineTest]) -> Pairs:
    """Every two arms of a test with the same known image and different headlines."""
    rows = [
        (number, one, other)
        for number, test in enumerate(tests)
        for one, other in combinations(range(len(test.arms)), 2)
        if _comparable(test, one, other)
    ]
    arms = [(tests[at].arms[one], tests[at].arms[other]) for at, one, other in rows]
    shown = np.array([[a.impressions, b.impressions] for a, b in arms], float).reshape(-1, 2)
    clicked = np.array([[a.clicks, b.clicks] for a, b in arms], float).reshape(-1, 2)
    numbers = np.array(rows, dtype=np.int64).reshape(-1, 3)
    seen = np.log((clicked + 0.5) / (shown + 1.0))
    return Pairs(
        places=numbers[:, 1:],
        texts=tuple((a.headline, b.headline) for a, b in arms),
        test=numbers[:, 0],
        tests=len(tests),
        seen=seen[:, 0] - seen[:, 1],
        noise=(1.0 / (clicked + 0.5)).sum(axis=1),
        score=_z(shown, clicked),
    )


def _comparable(test: HeadlineTest, one: int, other: int) -> bool:
    a, b = test.arms[one], test.arms[other]
    return bool(a.image) and a.image == b.image and a.headline != b.headline


def _z(shown: Numbers, clicked: Numbers) -> Numbers:
    """The two-sample z of each row's click rates, with the pooled rate's variance.

    >>> _z(np.array([[1000.0, 1000.0]]), np.array([[60.0, 40.0]])).round(2).tolist()
    [2.05]
    """
    rate = clicked.sum(axis=1) / shown.sum(axis=1)
    variance = rate * (1.0 - rate) * (1.0 / shown).sum(axis=1)
    difference = clicked[:, 0] / shown[:, 0] - clicked[:, 1] / shown[:, 1]
    score: Numbers = difference / np.sqrt(np.maximum(variance, 1e-12))
    return score


def drawn_tests(pairs: Pairs, draws: int, *, seed: int) -> Numbers:
    """How often each test is drawn when as many are drawn with replacement: (draws, tests)."""
    random = np.random.default_rng([seed, 11])
    asked = np.unique(pairs.test)
    counts = np.zeros((draws, pairs.tests))
    even = np.full(len(asked), 1.0 / max(len(asked), 1))
    counts[:, asked] = random.multinomial(len(asked), even, size=draws)
    return counts


def split_half(tests: Sequence[HeadlineTest], *, seed: int) -> float:
    """How often the winner among half of the impressions wins among the others."""
    random = np.random.default_rng([seed, 13])
    halved = [
        [(a.impressions // 2, int(random.binomial(a.clicks, 0.5)), a.clicks) for a in test.arms]
        for test in tests
    ]
    agreed = []
    pairs = pairs_of(tests)
    for number, (one, other) in zip(pairs.test, pairs.places, strict=True):
        (n, first, whole), (m, second, total) = halved[number][one], halved[number][other]
        agreed.append(
            np.sign(first / n - second / m) * np.sign((whole - first) / n - (total - second) / m)
        )
    return round(float((np.mean(agreed) + 1.0) / 2.0), 4)
