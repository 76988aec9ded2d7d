"""Headline tests that never were, in the archive's form, for a quick run without data."""

from collections.abc import Iterator

import numpy as np

from benchmarks.upworthy_data import Arm, HeadlineTest

WORDS = (
    "why what this they kids world never video watch money school science dog beautiful people"
    " simple woman country answer truth music secret doctor teacher ocean history brave letter"
).split()
EFFECTS = 0.15  # sd of what a word adds to the log click rate


def made(seed: int, *, tests: int = 60, impressions: int = 1_500) -> list[HeadlineTest]:
    """Words earn alike in all tests; half of the tests vary the headline, the others the image."""
    random = np.random.default_rng([seed, 7])
    effects = dict(zip(WORDS, random.normal(0.0, EFFECTS, len(WORDS)), strict=True))
    return [
        HeadlineTest(f"t{at}", at, tuple(_arms(random, effects, at, impressions)))
        for at in range(tests)
    ]


def _arms(
    random: np.random.Generator, effects: dict[str, float], at: int, impressions: int
) -> Iterator[Arm]:
    level = random.normal(-4.3, 0.5)
    common = [str(word) for word in random.choice(WORDS, 6, replace=False)]
    for arm in range(4 if at % 3 else 3):
        words = [str(word) for word in random.choice(WORDS, 6, replace=False)]
        kept = words if at % 2 else common
        own = sum(effects[word] for word in kept) + random.normal(0.0, 0.1)
        clicks = int(random.binomial(impressions, float(np.exp(level + own))))
        yield Arm(" ".join(kept), "one" if at % 2 else f"image {arm}", impressions, clicks)
