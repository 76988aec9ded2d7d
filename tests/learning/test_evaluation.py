"""Figures that hold under peeking, and silence where there is nothing to say."""

from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from learning.evaluation import Sample, effective_size, ips, lift, mean, snips
from learning.exploration import with_floor
from learning.sampling import draw
from smartcontent.decision import Estimate


def clicks(rate: float, n: int, seed: int) -> NDArray[np.float64]:
    return (np.random.default_rng(seed).random(n) < rate).astype(float)


def claims(estimate: Estimate) -> bool:
    return estimate.verdict.startswith("learning")


def claimed_at_any_look(learned_rate: float, seed: int) -> bool:
    """Looks ten times as 4,000 decisions come in, a tenth of them held back."""
    learned, held = clicks(learned_rate, 3_600, seed), clicks(0.12, 400, seed + 10_000)
    looks = [(n * 360, n * 40) for n in range(1, 11)]
    return any(claims(lift(learned[:ours], held[:theirs])) for ours, theirs in looks)


def test_no_lift_is_claimed_where_there_is_none() -> None:
    assert sum(claimed_at_any_look(0.12, seed) for seed in range(200)) <= 10


def test_a_lift_is_claimed_where_there_is_one() -> None:
    assert sum(claimed_at_any_look(0.24, seed) for seed in range(40)) >= 36


def test_a_careless_interval_would_claim_more() -> None:
    """The control: with the 1.96 of one look, ten looks claim what is not there."""

    def careless(seed: int) -> bool:
        learned, held = clicks(0.12, 3_600, seed), clicks(0.12, 400, seed + 10_000)
        return any(
            abs(np.mean(learned[: n * 360]) - np.mean(held[: n * 40]))
            > 1.96 * np.sqrt(0.12 * 0.88 * (1 / (n * 360) + 1 / (n * 40)))
            for n in range(1, 11)
        )

    assert sum(careless(seed) for seed in range(200)) > 20


def test_the_interval_holds_the_truth_at_every_look() -> None:
    missed = 0
    for seed in range(200):
        learned, held = clicks(0.30, 3_000, seed), clicks(0.20, 3_000, seed + 10_000)
        looks = [lift(learned[:n], held[:n]) for n in range(300, 3_001, 300)]
        missed += any(
            look.low is not None and look.high is not None and not look.low <= 0.5 <= look.high
            for look in looks
        )
    assert missed <= 10


@pytest.mark.parametrize(
    ("learned", "held", "begins"),
    [
        ([], [], "cannot tell: nobody was held back"),
        ([1.0] * 900, [], "cannot tell: nobody was held back"),
        ([1.0] * 900, [0.0] * 12, "cannot tell yet: about 2,900 more impressions needed (12 held"),
        ([1.0] * 900, [0.0] * 100, "cannot tell: the baseline earned 0.000"),
        ([1.0] * 950, [1.0] * 50, "cannot tell yet: about"),
    ],
)
def test_it_says_when_it_cannot_tell(learned: list[float], held: list[float], begins: str) -> None:
    assert lift(learned, held).verdict.startswith(begins)


def test_what_it_says_when_it_can() -> None:
    found = lift(clicks(0.25, 20_000, 1), clicks(0.2, 4_000, 2))
    assert found.value is not None and found.low is not None and found.high is not None
    assert 0.0 < found.low < found.value < found.high and found.more_needed is None
    assert found.verdict.startswith("learning earned +") and found.verdict.endswith("n 24,000")
    assert lift(clicks(0.2, 20_000, 1), clicks(0.3, 4_000, 2)).verdict.startswith("learning lost -")


def test_a_ratio_without_an_upper_end_says_at_least() -> None:
    found = lift(clicks(0.3, 2_000, 1), clicks(0.1, 60, 2))
    assert claims(found) and found.high is None and ", at least +" in found.verdict


def test_more_data_than_asked_for_settles_it() -> None:
    """The power calculation keeps its promise about four times in five."""
    first = lift(clicks(0.24, 1_000, 1), clicks(0.2, 250, 2))
    assert first.more_needed is not None and not claims(first)
    needed = lift([1.0] * 240 + [0.0] * 760, [1.0] * 50 + [0.0] * 200).more_needed
    assert needed is not None and 5_000 < needed < 20_000
    total = 1_250 + needed
    settled = sum(
        claims(lift(clicks(0.24, int(total * 0.8), s), clicks(0.2, int(total * 0.2), s + 500)))
        for s in range(60)
    )
    assert 36 <= settled <= 58


# -- off policy ----------------------------------------------------------------------------


RATES = {"a": 0.1, "b": 0.2, "c": 0.6}
LOGGING = with_floor({"a": 0.8, "b": 0.2, "c": 0.0}, 0.3)
TARGET = {"a": 0.1, "b": 0.1, "c": 0.8}
TRUTH = sum(TARGET[name] * rate for name, rate in RATES.items())


def logged(n: int, seed: int, target: dict[str, float]) -> list[Sample]:
    rng = Random(seed)
    actions = [draw(LOGGING, rng.getrandbits(60)) for _ in range(n)]
    return [
        Sample(float(rng.random() < RATES[name]), LOGGING[name], target[name]) for name in actions
    ]


@pytest.mark.parametrize("estimator", [ips, snips])
def test_off_policy_value_is_near_the_truth_and_inside_the_interval(estimator: object) -> None:
    estimates = [(ips if estimator is ips else snips)(logged(3_000, s, TARGET)) for s in range(20)]
    values = [found.value for found in estimates if found.value is not None]
    assert abs(np.mean(values) - TRUTH) < 3 * np.std(values) / np.sqrt(len(values))
    held = [found.low <= TRUTH <= found.high for found in estimates if found.low and found.high]
    assert sum(held) >= 19


def test_the_logging_policys_own_value_is_the_plain_mean() -> None:
    samples = logged(2_000, 1, LOGGING)
    plain = np.mean([sample.reward for sample in samples])
    assert ips(samples).value == pytest.approx(plain) == snips(samples).value
    assert effective_size(samples) == pytest.approx(2_000)


def test_a_wrong_propensity_is_noticed() -> None:
    """The control: with propensities that were not those of the draw, IPS misses the truth."""
    lied = [Sample(s.reward, 1 / 3, s.target) for s in logged(3_000, 1, TARGET)]
    found = ips(lied)
    assert found.high is not None and found.high < TRUTH


def test_too_thin_is_refused() -> None:
    thin = [Sample(1.0, 0.001, 1.0), *[Sample(0.0, 0.9, 0.001)] * 5_000]
    for estimate in (ips(thin), snips(thin), mean([1.0] * 49), ips([]), snips([])):
        assert estimate.value is None and estimate.verdict.startswith("too few rewards")
