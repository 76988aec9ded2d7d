"""What every contextual bandit answers to.

A policy turns a context and some actions into a vector of probabilities, draws one action from
exactly that vector with the seed it is given, and learns from (action, reward, propensity).
Whatever forbids an action does so before: a policy sees allowed actions only.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from learning.sampling import draw
from smartcontent.content import Features
from smartcontent.decision import Action
from smartcontent.errors import InvalidInput

Numbers: TypeAlias = NDArray[np.float64]
LARGEST_FEATURE = 1e6
LARGEST_REWARD = 10.0


@dataclass(frozen=True)
class Choice:
    """What was drawn, from which probabilities, with which seed.

    `scores` are estimated rewards (higher is better); `explored` says that the action drawn is
    not the one with the highest score.
    """

    action: str
    propensities: dict[str, float]
    explored: bool
    seed: int
    scores: dict[str, float]


class Pull(NamedTuple):
    """One question to a policy, for `pull_many`."""

    context: Features
    actions: Sequence[Action]
    seed: int


class Weighed(NamedTuple):
    """What a policy draws from, and estimated rewards, in the order of the actions."""

    propensities: Numbers
    scores: Numbers


class Policy(ABC):
    """A contextual bandit.  Same state, same question, same seed: the same choice bit for bit.

    `budget` is how many decisions are left, for policies that plan their exploration; others
    do not read it.
    """

    name: ClassVar[str]
    by_campaign: ClassVar[bool] = False  # whether the context is to name the campaign

    @property
    @abstractmethod
    def updates(self) -> int:
        """How many rewards it has learned from."""

    @property
    @abstractmethod
    def floor(self) -> float:
        """Exploration share ε: no allowed action's probability is below ε / K."""

    @property
    def changes(self) -> int:
        """How often the world seemed to have changed, for those who watch out for it."""
        return 0

    @abstractmethod
    def pull(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        seed: int,
        budget: int | None = None,
    ) -> Choice:
        """Draw one of the actions.  InvalidInput when there is none or two share an id."""

    @abstractmethod
    def update(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        action: str,
        reward: float,
        propensity: float,
    ) -> None:
        """Learn one reward of the action that was drawn with this probability."""

    def learn(
        self,
        context: Features,
        actions: Sequence[Action],
        at: int,
        reward: float,
        propensity: float,
    ) -> None:
        """As `update`, of what has been checked; `at` says which of the actions it was."""
        action = actions[at].id
        self.update(context, actions, action=action, reward=reward, propensity=propensity)

    @abstractmethod
    def explain(
        self, context: Features, actions: Sequence[Action], action: str
    ) -> dict[str, float]:
        """Contributions by feature; they sum to the action's score within 1e-6."""

    @abstractmethod
    def snapshot(self) -> bytes:
        """All of its state, sealed: `from_snapshot` goes on bit for bit as this one would."""

    @classmethod
    @abstractmethod
    def from_snapshot(cls, snapshot: bytes) -> Self:
        """Raises SnapshotDamaged when a single bit is not as it was."""

    @abstractmethod
    def fingerprint(self) -> bytes:
        """What it knows, as bytes: equal after the same updates, whatever was pulled between."""

    def weigh(self, context: Features, actions: Sequence[Action]) -> Weighed:
        """What `pull` draws from, without the draw."""
        choice = self.pull(context, actions, seed=0)
        propensities, scores = choice.propensities.values(), choice.scores.values()
        return Weighed(np.array([*propensities]), np.array([*scores]))

    def clone(self) -> Self:
        """An independent copy."""
        return self.from_snapshot(self.snapshot())

    def pull_many(self, pulls: Sequence[Pull]) -> list[Choice]:
        """The same choices as one by one."""
        return [self.pull(pull.context, pull.actions, seed=pull.seed) for pull in pulls]


def drawn(ids: Sequence[str], weighed: Weighed, seed: int) -> Choice:
    """One of the actions, drawn with this seed.

    >>> drawn(["a", "b"], Weighed(np.array([0.0, 1.0]), np.array([0.5, 0.1])), seed=1)
    Choice(action='b', propensities={'a': 0.0, 'b': 1.0}, explored=True, seed=1, \
scores={'a': 0.5, 'b': 0.1})
    """
    propensities = dict(zip(ids, weighed.propensities.tolist(), strict=True))
    scores = dict(zip(ids, weighed.scores.tolist(), strict=True))
    action = draw(propensities, seed)
    return Choice(action, propensities, scores[action] < max(scores.values()), seed, scores)


def check_actions(actions: Sequence[Action]) -> list[str]:
    """The ids, in order."""
    ids = [action.id for action in actions]
    if not ids:
        raise InvalidInput("There is no action to choose from.", todo="Offer at least one action.")
    if len(set(ids)) < len(ids):
        twice = sorted(id for id in set(ids) if ids.count(id) > 1)
        raise InvalidInput(
            f"Two actions share the id {twice[0]}.",
            todo="Give every action of a decision an id of its own.",
            ids=twice,
        )
    return ids


def check_features(features: Features) -> None:
    """Refuse numbers that would poison a linear model: not finite, or beyond ±1e6."""
    if _fit([value for value in features.values() if not isinstance(value, str)]):
        return
    for name, value in features.items():
        if not (isinstance(value, str) or abs(value) <= LARGEST_FEATURE):
            raise InvalidInput(
                f"The feature {name} is {value}.",
                todo="Send finite numbers between -1e6 and 1e6, or a text.",
                feature=name,
            )


def _fit(numbers: Sequence[float]) -> bool:
    """No more than a first look: their length is within the bounds of each, and not NaN."""
    try:
        return math.hypot(*numbers) <= LARGEST_FEATURE
    except OverflowError:  # a whole number too large for a float
        return False


def check_feedback(ids: Sequence[str], action: str, reward: float, propensity: float) -> None:
    """Refuse what Vowpal Wabbit and others would silently accept."""
    if action not in ids:
        raise InvalidInput(
            f"The action {action} was not among those offered.",
            todo="Give the actions exactly as they were logged.",
        )
    if not (math.isfinite(reward) and abs(reward) <= LARGEST_REWARD):
        raise InvalidInput(
            f"A reward of {reward} cannot be learned from.",
            todo=f"Send a finite number between -{LARGEST_REWARD:g} and {LARGEST_REWARD:g}.",
        )
    if not 0.0 < propensity <= 1.0:
        raise InvalidInput(
            f"A propensity of {propensity} is no probability of something that happened.",
            todo="Give the probability the action was drawn with, above 0 and at most 1.",
        )
