"""The peers' ways to tell which headline wins: chance, words, a sentence encoder, and a blend.

A logistic regression without intercept on the difference of two texts' features, over all pairs of
the older tests; its strength and the blend's share are those that were right most often on the
later of the older tests.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.bandit.headline_pairs import Numbers, Pairs, pairs_of
from benchmarks.bandit.upworthy_texts import Vectors
from benchmarks.upworthy_data import HeadlineTest

EARLIER = 0.7  # share of the training tests that the settings are chosen with
STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0)
BLENDS = (0.15, 0.3, 0.5, 1.0)
Features = Callable[[Sequence[str]], Any]  # texts to rows, dense or sparse


class Peer(NamedTuple):
    """What makes features from the texts taught, and the strength to fit with."""

    features: Callable[[Sequence[str]], Features]
    strength: float


def asked_by_peers(
    train: Sequence[HeadlineTest], asked: Pairs, vectors: Vectors, *, seed: int
) -> dict[str, Numbers]:
    """By peer, the lead it expects in every pair asked."""
    cut = int(EARLIER * len(train))
    early, late, taught = pairs_of(train[:cut]), pairs_of(train[cut:]), pairs_of(train)
    dense: Features = lambda texts: np.array([vectors[text] for text in texts])  # noqa: E731
    ways = {"tfidf": tfidf, "minilm": lambda texts: dense}
    chosen = {name: _chosen(way, early, late) for name, way in ways.items()}
    before = {name: leads(peer, early, late) for name, peer in chosen.items()}
    found = {name: leads(peer, taught, asked) for name, peer in chosen.items()}
    share = max(BLENDS, key=lambda each: _right(_blend(before, each), late))
    random = np.random.default_rng([seed, 5]).standard_normal(len(asked.seen))
    return {"random": random, **found, "minilm_tfidf": _blend(found, share)}


def tfidf(texts: Sequence[str]) -> Features:
    """Words and pairs of words that at least two of the texts have."""
    fitted = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit(texts)
    return lambda asked: fitted.transform(asked).tocsr()


def leads(peer: Peer, taught: Pairs, asked: Pairs) -> Numbers:
    """Log odds that the first text of each pair asked beats the second."""
    features = peer.features(sorted({text for pair in taught.texts for text in pair}))
    given, questions = _differences(features, taught), _differences(features, asked)
    model = LogisticRegression(C=peer.strength, fit_intercept=False, max_iter=1_000)
    model.fit(given, taught.score > 0.0)
    return np.asarray(questions @ model.coef_[0], dtype=np.float64).ravel()


def _differences(features: Features, pairs: Pairs) -> Any:
    texts = sorted({text for pair in pairs.texts for text in pair})
    row = {text: at for at, text in enumerate(texts)}
    made = features(texts)
    ones, others = ([row[pair[side]] for pair in pairs.texts] for side in (0, 1))
    return made[ones] - made[others]


def _chosen(way: Callable[[Sequence[str]], Features], early: Pairs, late: Pairs) -> Peer:
    tried = [Peer(way, strength) for strength in STRENGTHS]
    return max(tried, key=lambda peer: _right(leads(peer, early, late), late))


def _right(told: Numbers, pairs: Pairs) -> float:
    return float((np.sign(told) * np.sign(pairs.score)).mean())


def _blend(told: Mapping[str, Numbers], share: float) -> Numbers:
    """The sentence encoder's lead plus a share of the words', each in its own unit."""
    unit = {name: each / max(float(each.std()), 1e-9) for name, each in told.items()}
    return unit["minilm"] + share * unit["tfidf"]
