"""Logged decisions as off-policy evaluation reads them: arrays, one entry a decision."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from learning.confidence import Numbers
from learning.evaluation.lift import FEWEST_PEOPLE
from learning.evaluation.verdicts import FEWEST, too_thin
from smartcontent.decision import Estimate
from smartcontent.errors import InvalidInput

TELLING = 100  # rewards other than the usual one: with fewer, a rate is wrong by 10 % or more
Propensity = Literal["conditional p", "mixture p"]
Codes = NDArray[np.int64]


class Sample(NamedTuple):
    """A logged decision that is closed.

    `propensity` is the conditional p: what the action was drawn with in its branch.  `mixture`
    is the probability it had in the whole policy, holdback included.  `target` is what the
    policy in question would draw it with.  A reward model that was not fitted to this decision
    says what the action drawn would earn (`predicted`), and what the policy in question would
    on average (`expected`).  What a person `overridden` is left out of every figure.  `person`
    is whom it was made for, where that is known.
    """

    reward: float
    propensity: float
    target: float
    predicted: float = 0.0
    expected: float = 0.0
    mixture: float | None = None
    overridden: bool = False
    person: str | None = None


@dataclass(frozen=True)
class Samples:
    """The same, vectorised.  `propensity_used` names which of the two probabilities these are.

    `implied` is the weight each reward has in the model's own answer, where the model tells
    (`reward_model.cross_fitted`); with it the direct method knows its standard error.  `people`
    numbers, from 0, whom each decision was made for; without it each is for somebody else.
    """

    rewards: Numbers
    propensities: Numbers
    targets: Numbers
    predicted: Numbers
    expected: Numbers
    implied: Numbers
    propensity_used: Propensity = "conditional p"
    people: Codes | None = None

    @classmethod
    def of(
        cls, samples: "Sequence[Sample] | Samples", *, by: Propensity = "conditional p"
    ) -> "Samples":
        """Without what was overridden.

        The conditional p is right however the branch was drawn.  The mixture p spreads the
        weights less (Veach and Guibas 1995, the balance heuristic); it is right where each
        decision had its own chance to be held back, not where a subject's decisions share one.

        Raises InvalidInput for a propensity of 0 and for what is no number.
        """
        if isinstance(samples, Samples):
            return samples
        kept = [sample for sample in samples if not sample.overridden]
        read = np.array([_numbers(sample, by) for sample in kept], dtype=np.float64)
        rewards, propensities, targets, predicted, expected = read.reshape(len(kept), 5).T
        if not np.isfinite(read).all() or (propensities <= 0.0).any():
            raise InvalidInput(
                "A logged decision has a propensity of 0 or a value that is no number.",
                todo="Give the propensities as they were logged, and finite rewards.",
            )
        nothing = np.zeros(len(kept))
        people = _numbered(kept)
        return cls(rewards, propensities, targets, predicted, expected, nothing, by, people)

    @property
    def weights(self) -> Numbers:
        return self.targets / self.propensities

    @property
    def modelled(self) -> bool:
        """Whether a reward model has spoken."""
        return bool(self.predicted.any() or self.expected.any())

    def __len__(self) -> int:
        return len(self.rewards)

    def take(self, which: NDArray[Any]) -> "Samples":
        """Some of them, by a mask or by their places."""
        return replace(self, **{name: values[which] for name, values in self._arrays()})

    def around(self, level: float) -> "Samples":
        """With a model that expects the same of every action."""
        same = np.full(len(self), level)
        return replace(self, predicted=same, expected=same, implied=np.zeros(len(self)))

    def _arrays(self) -> Iterator[tuple[str, Numbers]]:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                yield field.name, value


def effective_size(samples: Sequence[Sample] | Samples) -> float:
    """(Σw)² / Σw² (Kish 1965): how many rewards these weighted ones are worth.

    >>> effective_size([Sample(1.0, 0.5, 0.5)] * 10)
    10.0
    """
    return _kish(Samples.of(samples).weights)


def refusal(samples: Samples) -> Estimate | None:
    """Why there can be no figure: too few rewards, or too few that tell anything.

    Of 10,000 decisions with 40 clicks it is the 40 that tell; how often they would come under
    another policy is known to a sixth of it at best.
    """
    effective = int(_kish(samples.weights))
    if effective < FEWEST:
        return too_thin(effective, "effective rewards")
    values, counts = np.unique(samples.rewards, return_counts=True)
    usual = values[counts.argmax()]
    telling = int(_kish(samples.weights[samples.rewards != usual]))
    if telling < TELLING:
        return too_thin(telling, f"effective rewards other than {usual:g}", TELLING)
    if samples.people is not None:
        people = int(_kish(np.bincount(samples.people).astype(np.float64)))
        if people < FEWEST_PEOPLE:
            return too_thin(people, "effective people", FEWEST_PEOPLE)
    return None


def by_person(influence: Numbers, people: Codes | None) -> Numbers:
    """What people moved a mean by, where that is what decisions did: (n,) -> (people,).

    >>> by_person(np.array([0.2, 0.2, -0.4, 0.0]), np.array([0, 0, 1, 1])).tolist()
    [0.2, -0.2]
    """
    if people is None:
        return influence
    sums = np.bincount(people, influence)[np.bincount(people) > 0]
    return np.asarray(sums * (len(sums) / len(influence)), dtype=np.float64)


def _numbers(sample: Sample, by: Propensity) -> tuple[float, float, float, float, float]:
    mixed = sample.mixture if by == "mixture p" else sample.propensity
    propensity = 0.0 if mixed is None else mixed
    return sample.reward, propensity, sample.target, sample.predicted, sample.expected


def _numbered(samples: Sequence[Sample]) -> Codes | None:
    """Who is not known is somebody else each time."""
    if all(sample.person is None for sample in samples):
        return None
    numbers: dict[object, int] = {}
    names = (
        number if sample.person is None else sample.person for number, sample in enumerate(samples)
    )
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)


def _kish(weights: Numbers) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0
