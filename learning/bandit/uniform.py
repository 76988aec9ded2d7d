"""Every action alike: the baseline that serves the holdback."""

from collections.abc import Sequence
from typing import ClassVar, Self

from learning.bandit.base import Choice, Policy, check_actions, check_features, check_feedback
from learning.bandit.envelope import seal, unseal
from learning.sampling import draw
from smartcontent.content import Features
from smartcontent.decision import Action


class Uniform(Policy):
    """Draws each action with probability 1 / K and only counts what it is told.

    >>> actions = [Action(id="story"), Action(id="quote")]
    >>> Uniform().pull({}, actions, seed=1).propensities
    {'story': 0.5, 'quote': 0.5}
    """

    name: ClassVar[str] = "uniform"

    def __init__(self) -> None:
        self._updates = 0

    @property
    def updates(self) -> int:
        return self._updates

    @property
    def floor(self) -> float:
        return 1.0

    def pull(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        seed: int,
        budget: int | None = None,
    ) -> Choice:
        ids = check_actions(actions)
        propensities = dict.fromkeys(ids, 1.0 / len(ids))
        scores = dict.fromkeys(ids, 0.0)
        return Choice(draw(propensities, seed), propensities, False, seed, scores)

    def update(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        action: str,
        reward: float,
        propensity: float,
    ) -> None:
        check_feedback(check_actions(actions), action, reward, propensity)
        check_features(context)
        self._updates += 1

    def explain(
        self, context: Features, actions: Sequence[Action], action: str
    ) -> dict[str, float]:
        return {"base": 0.0}

    def snapshot(self) -> bytes:
        return seal(self.name, {"updates": self._updates})

    @classmethod
    def from_snapshot(cls, snapshot: bytes) -> Self:
        header, _ = unseal(cls.name, snapshot)
        policy = cls()
        policy._updates = header["updates"]
        return policy

    def fingerprint(self) -> bytes:
        return self.snapshot()
