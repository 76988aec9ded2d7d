"""What policies without context share: a table of arms, and one step from it to shares."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from typing import Self

from learning.bandit.arms import Arms, arm_of
from learning.bandit.base import (
    Choice,
    Numbers,
    Policy,
    Weighed,
    check_actions,
    check_features,
    check_feedback,
    drawn,
)
from learning.bandit.change import KEPT, Watch
from learning.bandit.envelope import seal, unseal
from learning.exploration import floored
from smartcontent.content import Features
from smartcontent.decision import Action

PRIOR = 1.0  # an arm starts at the mean of all arms, as sure of it as after one observation


class ContextFree(Policy):
    """`epsilon` is the floor's share, `memory` how many observations the past is worth.

    With `by` an arm is one feature of an action, such as its strategy: then what is learned in
    one campaign holds for the next, whose actions are others.
    """

    def __init__(self, *, epsilon: float, memory: float, by: str | None = None) -> None:
        self.epsilon = epsilon
        self.memory = memory
        self.by = by
        self._updates = 0
        self._arms = Arms(memory=memory)
        self._watch = Watch()

    @property
    def updates(self) -> int:
        return self._updates

    @property
    def floor(self) -> float:
        return self.epsilon

    @property
    def changes(self) -> int:
        return self._watch.changes

    @abstractmethod
    def _preferred(self, scores: Numbers, counts: Numbers) -> Numbers:
        """Shares before the floor, from mean rewards and what they rest on."""

    def pull(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        seed: int,
        budget: int | None = None,
    ) -> Choice:
        return drawn(check_actions(actions), self.weigh(context, actions), seed)

    def weigh(self, context: Features, actions: Sequence[Action]) -> Weighed:
        counts, means = self._arms.read([arm_of(action, self.by) for action in actions])
        scores = (counts * means + PRIOR * self._arms.mean) / (counts + PRIOR)
        return Weighed(floored(self._preferred(scores, counts + PRIOR), self.epsilon), scores)

    def update(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        action: str,
        reward: float,
        propensity: float,
    ) -> None:
        ids = check_actions(actions)
        check_feedback(ids, action, reward, propensity)
        check_features(context)
        self.learn(context, actions, ids.index(action), reward, propensity)

    def learn(
        self,
        context: Features,
        actions: Sequence[Action],
        at: int,
        reward: float,
        propensity: float,
    ) -> None:
        arm = arm_of(actions[at], self.by)
        count, mean = self._arms.of(arm)
        expected = (count * mean + PRIOR * self._arms.mean) / (count + PRIOR)
        unsure = self._arms.deviation * math.sqrt(1.0 + 1.0 / (count + PRIOR))
        self._arms.learn(arm, reward)
        self._updates += 1
        if unsure and self._watch.tells((reward - expected) / unsure):
            self._arms.forget(KEPT)

    def explain(
        self, context: Features, actions: Sequence[Action], action: str
    ) -> dict[str, float]:
        """What all arms earn, and what this one adds to it."""
        at = check_actions(actions).index(action)
        score = float(self.weigh(context, actions).scores[at])
        usual = self._arms.mean
        return {"base": usual, f"action {arm_of(actions[at], self.by)}": score - usual}

    def snapshot(self) -> bytes:
        settings = {"epsilon": self.epsilon, "memory": self.memory, "by": self.by}
        state = {"settings": settings, "updates": self._updates, "watch": asdict(self._watch)}
        return seal(self.name, {**state, **self._arms.state})

    @classmethod
    def from_snapshot(cls, snapshot: bytes) -> Self:
        state, _ = unseal(cls.name, snapshot)
        policy = cls(**state["settings"])
        policy._updates = state["updates"]
        policy._watch = Watch(**state["watch"])
        policy._arms.load(state)
        return policy

    def fingerprint(self) -> bytes:
        return self.snapshot()
