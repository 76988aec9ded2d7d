"""What another policy would have earned, from decisions it did not make.

    value = mean(v + w (r - q))     w: target over logged propensity, q and v: the reward model's
                                    word on the action drawn, and on what the policy would draw

IPS (Horvitz and Thompson 1952) has no model, SNIPS (Swaminathan and Joachims 2015) divides by the
weights' mean, DM has no weights, DR (Dudík, Langford and Li 2011) has both and is right when
either is, switch-DR (Wang, Agarwal and Dudík 2017) believes the model where weights are large,
shrunk DR (Su, Dimakopoulou, Krishnamurthy and Dudík 2020) shrinks the weights by λw / (w² + λ).
The last two choose what is believed by the mean squared error that the data show.  That may cost
some bias and DR has none, so their interval is as wide as DR's around their value and also
around the middle between the two.
Each names the propensity it divides by; which of the two that is was chosen in `Samples.of`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from learning.confidence import Mean, Numbers, multiplier
from learning.evaluation.samples import (
    Codes,
    Sample,
    Samples,
    by_person,
    effective_size,
    refusal,
)
from learning.evaluation.verdicts import interval
from smartcontent.decision import Estimate

DRAWS = 1_000
AT_ONCE = 4_000_000  # resampled decisions in memory
QUANTILES = (0.5, 0.75, 0.9, 0.95, 0.99)  # of the weights: where switch-DR may switch
SHRINKING = np.logspace(-2, 4, 13)  # λ: from the model's word alone to DR
Interval = Literal["any time", "bootstrap"]
Log = Sequence[Sample] | Samples


@dataclass(frozen=True)
class Terms:
    """A value and what each decision moves it by, for its standard error.

    `influence` (n,) has mean 0; `propensity` is what was divided by, "none" for the direct
    method.  The interval is around the value and, where there is one, around
    `middle`.
    """

    value: float
    influence: Numbers
    propensity: str
    middle: float | None = None


@dataclass(frozen=True)
class Evaluated:
    """A figure with both of its intervals.

    `any_time` holds at every sample size at once, so one may look daily and stop at will;
    `bootstrap` (narrower) holds for one look at a size that was set beforehand.
    """

    name: str
    propensity: str
    effective: float
    any_time: Estimate
    bootstrap: Estimate


def ips(log: Log, *, alpha: float = 0.05, how: Interval = "any time") -> Estimate:
    """Inverse propensity scoring: the mean of w · reward."""
    return _estimate("ips", log, alpha, how)


def snips(log: Log, *, alpha: float = 0.05, how: Interval = "any time") -> Estimate:
    """Self-normalised: Σ w · reward / Σ w."""
    return _estimate("snips", log, alpha, how)


def dm(log: Log, *, alpha: float = 0.05, how: Interval = "any time") -> Estimate:
    """The model's word alone: its interval is that of the data, not of a model that is wrong."""
    return _estimate("dm", log, alpha, how)


def dr(log: Log, *, alpha: float = 0.05, how: Interval = "any time") -> Estimate:
    """Doubly robust: the model's word, corrected by what its errors were."""
    return _estimate("dr", log, alpha, how)


def switch_dr(log: Log, *, alpha: float = 0.05, how: Interval = "any time") -> Estimate:
    """DR where weights are small and the model where they are large; at least as unsure."""
    return _estimate("switch_dr", log, alpha, how)


def shrunk_dr(log: Log, *, alpha: float = 0.05, how: Interval = "any time") -> Estimate:
    """DR with weights as large as they are worth their variance; as unsure as DR.

    The best of these where a model is given.
    """
    return _estimate("shrunk_dr", log, alpha, how)


def evaluate(log: Log, *, alpha: float = 0.05, seed: int = 0) -> dict[str, Evaluated]:
    """All estimators with all intervals; the refusal in place of each when data are too thin."""
    samples = Samples.of(log)
    effective = effective_size(samples)
    refused = refusal(samples)
    if refused:
        return {
            name: Evaluated(name, samples.propensity_used, effective, refused, refused)
            for name in ESTIMATORS
        }
    found = {name: terms(samples) for name, terms in ESTIMATORS.items()}
    moves = [by_person(terms.influence, samples.people) for terms in found.values()]
    moved = resampled(np.column_stack(moves), seed=seed)
    return {
        name: Evaluated(
            name,
            terms.propensity,
            effective,
            _any_time(terms, alpha, samples.people),
            _bootstrap(terms, moves, alpha),
        )
        for (name, terms), moves in zip(found.items(), moved.T, strict=True)
    }


def resampled(influence: Numbers, *, seed: int, draws: int = DRAWS) -> Numbers:
    """Means (draws, k) of n rows (n, k) drawn with replacement (Efron 1979)."""
    rng, n = np.random.default_rng(seed), len(influence)
    size = max(AT_ONCE // n, 1)
    means = [
        _counts(rng.integers(0, n, (min(size, draws - done), n))) @ influence / n
        for done in range(0, draws, size)
    ]
    return np.concatenate(means)


def ips_terms(samples: Samples) -> Terms:
    earned = samples.weights * samples.rewards
    return _mean_of(earned, samples)


def snips_terms(samples: Samples) -> Terms:
    weights = samples.weights
    value = float(weights @ samples.rewards / weights.sum())
    moves = weights * (samples.rewards - value) / weights.mean()
    return Terms(value, moves, samples.propensity_used)


def dm_terms(samples: Samples) -> Terms:
    """Without a model: what snips found, for it would expect that of every action."""
    if not samples.modelled:
        return snips_terms(samples)
    value = float(samples.expected.mean())
    moves = samples.expected + samples.implied * (samples.rewards - samples.predicted)
    return Terms(value, moves - moves.mean(), "none")


def dr_terms(samples: Samples) -> Terms:
    """Without a model: with one that expects of every action what snips found."""
    told = samples if samples.modelled else samples.around(snips_terms(samples).value)
    return _mean_of(told.expected + told.weights * _errors(told), told)


def switch_terms(samples: Samples) -> Terms:
    weights = samples.weights
    limits = np.quantile(weights, QUANTILES)
    return _least_error(samples, [np.where(weights <= limit, weights, 0.0) for limit in limits])


def shrunk_terms(samples: Samples) -> Terms:
    weights = samples.weights
    return _least_error(samples, [some * weights / (weights**2 + some) for some in SHRINKING])


ESTIMATORS: dict[str, Callable[[Samples], Terms]] = {
    "ips": ips_terms,
    "snips": snips_terms,
    "dm": dm_terms,
    "dr": dr_terms,
    "switch_dr": switch_terms,
    "shrunk_dr": shrunk_terms,
}


def _least_error(samples: Samples, candidates: list[Numbers]) -> Terms:
    """DR with the best of these weights, or with its own."""
    unbiased = dr_terms(samples)
    if not samples.modelled:
        return unbiased
    weights = min([*candidates, samples.weights], key=partial(_squared_error, samples))
    value = float((samples.expected + weights * _errors(samples)).mean())
    return replace(unbiased, value=value, middle=(value + unbiased.value) / 2.0)


def _squared_error(samples: Samples, kept: Numbers) -> float:
    """Estimated variance, and bias beyond its standard error, with these weights for w."""
    errors, n = _errors(samples), len(samples)
    left_out = (samples.weights - kept) * errors
    bias = max(abs(float(left_out.mean())) - float(left_out.std()) / n**0.5, 0.0)
    return float((samples.expected + kept * errors).var()) / n + float(bias) ** 2


def _errors(samples: Samples) -> Numbers:
    return samples.rewards - samples.predicted


def _mean_of(earned: Numbers, samples: Samples) -> Terms:
    value = float(earned.mean())
    return Terms(value, earned - value, samples.propensity_used)


def _estimate(name: str, log: Log, alpha: float, how: Interval) -> Estimate:
    samples = Samples.of(log)
    refused = refusal(samples)
    if refused:
        return refused
    terms = ESTIMATORS[name](samples)
    if how == "any time":
        return _any_time(terms, alpha, samples.people)
    moves = by_person(terms.influence, samples.people)
    return _bootstrap(terms, resampled(moves[:, None], seed=0)[:, 0], alpha)


def reach(influence: Numbers, people: Codes | None, alpha: float) -> float:
    """How far off a mean may be at any time, from what each decision moves it by.

    Decisions for one person are no evidence of what others like, so it is as far as people
    differ, and at least as far as decisions do.  Two more are counted, one at either end.
    """
    return max(_far(influence, alpha), _far(by_person(influence, people), alpha))


def strangers(influence: Numbers, people: Codes | None) -> int:
    """How many decisions, each for somebody else, these would be worth."""
    alone = _around_nothing(influence).error
    together = _around_nothing(by_person(influence, people)).error
    return int(len(influence) * min(alone / together, 1.0)) if together else len(influence)


def _far(moves: Numbers, alpha: float) -> float:
    group = _around_nothing(moves)
    return multiplier(group.n, alpha) * float(np.sqrt(group.error))


def _around_nothing(moves: Numbers) -> Mean:
    return Mean.of(moves, float(moves.min()), float(moves.max()))


def _any_time(terms: Terms, alpha: float, people: Codes | None) -> Estimate:
    far = reach(terms.influence, people, alpha)
    return _around(terms, -far, far)


def _bootstrap(terms: Terms, moved: Numbers, alpha: float) -> Estimate:
    low, high = np.quantile(moved, (alpha / 2, 1 - alpha / 2))
    return _around(terms, float(low), float(high))


def _around(terms: Terms, below: float, above: float) -> Estimate:
    both = (terms.value, terms.value if terms.middle is None else terms.middle)
    said = "if the model is right" if terms.propensity == "none" else f"by {terms.propensity}"
    low, high = min(both) + below, max(both) + above
    return interval(terms.value, low, high, len(terms.influence), said)


def _counts(drawn: NDArray[np.int64]) -> Numbers:
    """How often each of n was drawn, a row for each row of `drawn`."""
    return np.array([np.bincount(row, minlength=drawn.shape[1]) for row in drawn], dtype=float)
