"""Explores with probability epsilon, else takes the arm that has earned most, without context."""

from typing import ClassVar

from learning.bandit.base import Numbers
from learning.bandit.context_free import ContextFree
from learning.exploration import greedy


class EpsilonGreedy(ContextFree):
    """`epsilon` is shared by all arms alike; `memory` is how many observations the past is worth.

    >>> from smartcontent.decision import Action
    >>> actions = [Action(id="story"), Action(id="quote")]
    >>> policy = EpsilonGreedy(epsilon=0.2)
    >>> for reward, action in [(1.0, "story"), (0.0, "quote")]:
    ...     policy.update({}, actions, action=action, reward=reward, propensity=0.5)
    >>> policy.pull({}, actions, seed=1).propensities
    {'story': 0.9, 'quote': 0.1}
    """

    name: ClassVar[str] = "epsilon_greedy"

    def __init__(
        self, *, epsilon: float = 0.1, memory: float = 3000.0, by: str | None = None
    ) -> None:
        super().__init__(epsilon=epsilon, memory=memory, by=by)

    def _preferred(self, scores: Numbers, counts: Numbers) -> Numbers:
        return greedy(scores)
