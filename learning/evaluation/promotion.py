"""Whether a candidate may take over."""

from dataclasses import dataclass

import numpy as np

from learning.confidence import Mean, multiplier
from learning.evaluation.estimators import Log, dr, dr_terms
from learning.evaluation.lift import FEWEST_PEOPLE
from learning.evaluation.samples import Samples, refusal
from learning.evaluation.verdicts import rounded, too_thin
from smartcontent.decision import Estimate
from smartcontent.errors import InvalidInput


@dataclass(frozen=True)
class Promotion:
    """`promote` says whether; `difference` how much more the candidate earns a decision, and
    why not when it may not; `current` and `candidate` what each earns by itself."""

    promote: bool
    difference: Estimate
    current: Estimate
    candidate: Estimate


def better(current: Log, candidate: Log, *, alpha: float = 0.05) -> Promotion:
    """A candidate is promoted when the lower bound of the paired difference is above 0.

    Both are the same logged decisions in the same order: the same rewards and propensities, with
    `target` (and `expected`) of the policy in charge and of the candidate.  The difference is
    that of DR, decision by decision, so what moves both policies alike falls out; without a
    reward model it is taken around the mean.  The interval is a confidence sequence: asking
    after every retraining until the answer is yes does not make a worse policy pass; asking
    for many candidates does, so divide alpha by their number.  Whoever comes often is no more
    evidence than one person is: where people are known, it is as wide as they differ.

    Raises InvalidInput when the two are not the same decisions.
    """
    ours, theirs = Samples.of(candidate), Samples.of(current)
    _check_paired(ours, theirs)
    difference = refusal(ours) or refusal(theirs) or _difference(ours, theirs, alpha)
    won = difference.low is not None and difference.low > 0.0
    return Promotion(won, difference, dr(theirs, alpha=alpha), dr(ours, alpha=alpha))


def _difference(ours: Samples, theirs: Samples, alpha: float) -> Estimate:
    if not (ours.modelled and theirs.modelled):
        level = float(ours.rewards.mean())
        ours, theirs = ours.around(level), theirs.around(level)
    new, old = dr_terms(ours), dr_terms(theirs)
    value, moves = new.value - old.value, new.influence - old.influence
    group = Mean.of(moves, float(moves.min()), float(moves.max()))
    if ours.people is not None:
        table = np.column_stack([np.bincount(ours.people), np.bincount(ours.people, moves)])
        group = group.among(table[table[:, 0] > 0.0].tolist())
    if group.people is not None and group.people < FEWEST_PEOPLE:
        return too_thin(group.people, "people", FEWEST_PEOPLE)
    far = multiplier(group.n, alpha) * float(np.sqrt(group.error))
    low, high = value - far, value + far
    verdict = (
        f"{_claim(low, high)} ({value:+.4f} a decision [{low:+.4f}, {high:+.4f}], n {group.n:,})"
    )
    more = None if low > 0.0 or high < 0.0 else _more(value, far, group.n)
    return Estimate(value=value, low=low, high=high, n=group.n, verdict=verdict, more_needed=more)


def _claim(low: float, high: float) -> str:
    if low > 0.0:
        return "the candidate earns more"
    return "the candidate earns less" if high < 0.0 else "cannot tell yet which one earns more"


def _more(value: float, far: float, n: int) -> int | None:
    """Decisions until a difference like this would show; None for no difference at all."""
    return rounded(n * ((far / value) ** 2 - 1.0)) if abs(value) > far / 100.0 else None


def _check_paired(ours: Samples, theirs: Samples) -> None:
    same = len(ours) == len(theirs) and all(
        np.array_equal(one, other)
        for one, other in (
            (ours.rewards, theirs.rewards),
            (ours.propensities, theirs.propensities),
        )
    )
    if not same:
        raise InvalidInput(
            "The two policies were not asked about the same decisions.",
            todo="Give both the same logged decisions in the same order.",
        )
