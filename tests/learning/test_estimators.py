"""What another policy would have earned: near the truth, inside the interval, or not said."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from learning.evaluation import (
    ESTIMATORS,
    Offers,
    Sample,
    Samples,
    cross_fitted,
    dm,
    dr,
    effective_size,
    evaluate,
    ips,
    mean,
    shrunk_dr,
    snips,
    switch_dr,
)
from learning.exploration import with_floor
from learning.holdback import mixture
from learning.sampling import draw
from smartcontent.decision import Estimate
from smartcontent.errors import InvalidInput

Estimator = Callable[..., Estimate]
WITH_INTERVAL: list[Estimator] = [ips, snips, dr, switch_dr, shrunk_dr]
ACTIONS = ("a", "b", "c")
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


def told(samples: Sequence[Sample], model: dict[str, float]) -> Samples:
    """With a model that says this of each action."""
    read = Samples.of(samples)
    by_propensity = {LOGGING[name]: model[name] for name in ACTIONS}
    predicted = np.array([by_propensity[sample.propensity] for sample in samples])
    expected = np.full(len(samples), sum(TARGET[name] * model[name] for name in ACTIONS))
    return replace(read, predicted=predicted, expected=expected)


WRONG = {"a": 0.2, "b": 0.2, "c": 0.4}


def inside(found: Estimate, truth: float = TRUTH) -> bool:
    assert found.low is not None and found.high is not None and found.value is not None
    assert found.low <= found.value <= found.high
    return found.low <= truth <= found.high


def test_values_are_near_the_truth_and_inside_both_intervals() -> None:
    logs = [told(logged(3_000, seed, TARGET), WRONG) for seed in range(20)]
    found = [evaluate(log) for log in logs]
    for name in ("ips", "snips", "dr", "switch_dr", "shrunk_dr"):
        estimates = [one[name].any_time for one in found]
        values = [estimate.value for estimate in estimates if estimate.value is not None]
        assert abs(np.mean(values) - TRUTH) < 3 * np.std(values) / np.sqrt(len(values))
        assert sum(map(inside, estimates)) >= 19
        assert sum(inside(one[name].bootstrap) for one in found) >= 17


def test_the_logging_policys_own_value_is_the_plain_mean() -> None:
    samples = logged(2_000, 1, LOGGING)
    plain = np.mean([sample.reward for sample in samples])
    assert ips(samples).value == pytest.approx(plain) == snips(samples).value
    assert effective_size(samples) == pytest.approx(2_000)


def test_ips_of_the_logging_policy_is_unbiased() -> None:
    truth = sum(LOGGING[name] * rate for name, rate in RATES.items())
    values = [ips(logged(1_000, seed, LOGGING)).value or 0.0 for seed in range(1_000, 1_060)]
    assert abs(np.mean(values) - truth) < 3 * np.std(values) / np.sqrt(len(values))


def test_a_wrong_propensity_is_noticed() -> None:
    """The control: with propensities that were not those of the draw, IPS misses the truth."""
    lied = [Sample(s.reward, 1 / 3, s.target) for s in logged(3_000, 1, TARGET)]
    found = ips(lied)
    assert found.high is not None and found.high < TRUTH


def test_a_wrong_model_misleads_the_direct_method_and_not_dr() -> None:
    misled = told(logged(3_000, 1, TARGET), {"a": 0.3, "b": 0.3, "c": 0.3})
    assert dm(misled).value == pytest.approx(0.3)
    for estimator in (dr, switch_dr, shrunk_dr):
        assert abs((estimator(misled).value or 0.0) - TRUTH) < 0.05


def test_a_right_model_makes_dr_surer_than_ips() -> None:
    right = told(logged(3_000, 1, TARGET), RATES)
    widths = [(found.high or 0) - (found.low or 0) for found in (dr(right), ips(right))]
    assert widths[0] < 0.8 * widths[1]


def test_intervals_for_any_time_are_wider_and_each_says_what_it_divides_by() -> None:
    found = evaluate(told(logged(3_000, 1, TARGET), RATES))
    assert list(found) == list(ESTIMATORS)
    for name, one in found.items():
        always, once = one.any_time, one.bootstrap
        assert always.low is not None and once.low is not None and always.low <= once.low
        assert one.effective == pytest.approx(effective_size(logged(3_000, 1, TARGET)))
        assert one.propensity == ("none" if name == "dm" else "conditional p")
        assert always.verdict.endswith("right" if name == "dm" else "by conditional p")
    again = evaluate(told(logged(3_000, 1, TARGET), RATES))
    assert again == found


# -- the log ---------------------------------------------------------------------------------


def held_back(n: int, seed: int, share: float) -> list[Sample]:
    """A part of the decisions is served by the uniform baseline, each by its own lot."""
    rng, baseline = Random(seed), dict.fromkeys(ACTIONS, 1 / 3)
    mixed = mixture(LOGGING, baseline, share)
    samples = []
    for _ in range(n):
        branch = baseline if rng.random() < share else LOGGING
        name = draw(branch, rng.getrandbits(60))
        reward = float(rng.random() < RATES[name])
        samples.append(Sample(reward, branch[name], TARGET[name], mixture=mixed[name]))
    return samples


def test_both_propensities_are_right_and_the_mixture_weighs_more_evenly() -> None:
    samples = held_back(6_000, 1, 0.3)
    conditional, mixed = Samples.of(samples), Samples.of(samples, by="mixture p")
    assert inside(ips(conditional)) and inside(ips(mixed))
    assert effective_size(mixed) > effective_size(conditional)
    assert ips(mixed).verdict.endswith("by mixture p")


def test_what_a_person_overrode_counts_nowhere() -> None:
    samples = logged(2_000, 1, TARGET)
    more = [sample._replace(reward=1.0, overridden=True) for sample in samples]
    for estimator in WITH_INTERVAL:
        assert estimator([*samples, *more]) == estimator(samples)
    assert ips([*samples, *(one._replace(overridden=False) for one in more)]) != ips(samples)


@pytest.mark.parametrize(
    "bad", [Sample(1.0, 0.0, 0.5), Sample(float("nan"), 0.5, 0.5), Sample(1.0, 0.5, float("inf"))]
)
def test_a_log_that_cannot_be_is_refused(bad: Sample) -> None:
    with pytest.raises(InvalidInput):
        Samples.of([bad])
    with pytest.raises(InvalidInput):
        Samples.of([Sample(1.0, 0.5, 0.5)], by="mixture p")


def test_too_thin_is_refused_with_the_reason() -> None:
    thin = [Sample(1.0, 0.001, 1.0), *[Sample(0.0, 0.9, 0.001)] * 5_000]
    for estimate in (ips(thin), snips(thin), mean([1.0] * 49), ips([]), snips([])):
        assert estimate.value is None and estimate.verdict.startswith("too few rewards")
    few = [Sample(float(n < 69), 0.5, 0.5) for n in range(10_000)]
    for one in evaluate(few).values():
        assert one.any_time == one.bootstrap
        assert one.any_time.verdict == (
            "too few rewards: 69 effective rewards other than 0, at least 100 needed"
        )
    enough = [Sample(float(n < 140), 0.5, 0.5) for n in range(10_000)]
    assert all(one.any_time.value for one in evaluate(enough).values())


# -- our own reward model --------------------------------------------------------------------


def offered(n: int, seed: int, slope: float) -> tuple[Offers, list[Sample], float]:
    """Two actions; what the second earns rises with the context.  The last is the truth."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    rates = np.column_stack([np.full(n, 0.3), np.clip(0.3 + slope * x, 0.0, 1.0)])
    second = rng.random(n) < 0.3
    rewards = (rng.random(n) < rates[np.arange(n), second.astype(int)]).astype(float)
    wanted = np.where(x > 0, 0.9, 0.1)
    target = np.column_stack([1 - wanted, wanted])
    features = np.stack([np.column_stack([x, a * np.ones(n), a * x]) for a in (0, 1)], axis=1)
    rows = Offers(
        np.repeat(np.arange(n), 2),
        features.reshape(2 * n, 3),
        target.reshape(-1),
        2 * np.arange(n) + second,
    )
    propensities = np.where(second, 0.3, 0.7)
    samples = [
        Sample(*each)
        for each in zip(rewards, propensities, target.reshape(-1)[rows.chosen], strict=True)
    ]
    return rows, samples, float((target * rates).sum(axis=1).mean())


def test_the_ridge_makes_the_direct_method_better_than_ips_and_knows_its_own_error() -> None:
    missed, errors = 0, []
    for seed in range(30):
        rows, samples, truth = offered(2_000, seed, 0.2)
        log = Samples.of(samples)
        fitted = cross_fitted(rows, log.rewards, log.propensities, seed=seed)
        found = dm(fitted, how="bootstrap")
        missed += not inside(found, truth)
        errors.append([abs((each.value or 0) - truth) for each in (found, ips(samples))])
    ours, theirs = np.mean(errors, axis=0)
    assert ours < 0.9 * theirs
    assert missed <= 5


def test_no_decision_teaches_the_model_that_speaks_of_it() -> None:
    """Another reward of one decision changes what is said of others only."""
    rows, samples, _ = offered(400, 1, 0.2)
    log = Samples.of(samples)
    changed = log.rewards.copy()
    changed[7] = 100.0
    before, after = (
        cross_fitted(rows, rewards, log.propensities, seed=3) for rewards in (log.rewards, changed)
    )
    assert before.predicted[7] == after.predicted[7] and before.expected[7] == after.expected[7]
    assert (before.predicted != after.predicted).sum() > 300
