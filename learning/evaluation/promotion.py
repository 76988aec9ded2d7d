"""Whether a candidate may take over."""

from dataclasses import dataclass

import numpy as np

from learning.evaluation.estimators import Log, dr, dr_terms, reach, strangers
from learning.evaluation.samples import Samples, refusal
from learning.evaluation.verdicts import rounded
from smartcontent.decision import Estimate
from smartcontent.errors import InvalidInput


@dataclass(frozen=True)
class Promotion:
    """`promote` says whether; `difference` how much more the candidate earns a decision, and
    why not when it may not; `current` and `candidate` what each earns by itself.

    `effective`: how many decisions, each for somebody else, the difference rests on; None where
    there is none.  `people`: for how many they were made, where that is known.
    """

    promote: bool
    difference: Estimate
    current: Estimate
    candidate: Estimate
    effective: int | None = None
    people: int | None = None


def better(current: Log, candidate: Log, *, alpha: float = 0.05) -> Promotion:
    """A candidate is promoted when the lower bound of the paired difference is above 0.

    Both are the same logged decisions in the same order: the same rewards and propensities, with
    `target` (and `expected`) of the policy in charge and of the candidate.  The difference is
    that of DR, decision by decision, so what moves both policies alike falls out; without a
    reward model it is taken around the mean.  The interval is a confidence sequence: asking
    after every retraining until the answer is yes does not make a worse policy pass; asking
    for many candidates does, so divide alpha by their number.  It is as wide as people differ:
    whoever decides a hundred times is one witness.

    Raises InvalidInput when the two are not the same decisions.
    """
    ours, theirs = Samples.of(candidate), Samples.of(current)
    _check_paired(ours, theirs)
    refused = refusal(ours) or refusal(theirs)
    difference, effective = (refused, None) if refused else _difference(ours, theirs, alpha)
    won = difference.low is not None and difference.low > 0.0
    people = None if ours.people is None else len(np.unique(ours.people))
    alone = dr(theirs, alpha=alpha), dr(ours, alpha=alpha)
    return Promotion(won, difference, *alone, effective=effective, people=people)


def _difference(ours: Samples, theirs: Samples, alpha: float) -> tuple[Estimate, int]:
    """And how many decisions, each for somebody else, it rests on."""
    if not (ours.modelled and theirs.modelled):
        level = float(ours.rewards.mean())
        ours, theirs = ours.around(level), theirs.around(level)
    new, old = dr_terms(ours), dr_terms(theirs)
    value, moves = new.value - old.value, new.influence - old.influence
    n, effective = len(moves), strangers(moves, ours.people)
    far = reach(moves, ours.people, alpha)
    low, high = value - far, value + far
    worth = "" if effective == n else f", worth {effective:,} of as many people"
    figures = f"{value:+.4f} a decision [{low:+.4f}, {high:+.4f}], n {n:,}{worth}"
    verdict = f"{_claim(low, high)} ({figures})"
    more = None if low > 0.0 or high < 0.0 else _more(value, far, n)
    return Estimate(
        value=value, low=low, high=high, n=n, verdict=verdict, more_needed=more
    ), effective


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
