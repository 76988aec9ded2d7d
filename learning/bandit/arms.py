"""What each arm earned, whoever saw it: counts and means that forget, bounded in number.

An arm is what an action's texts say of it (its strategy, platform, ...); numbers, such as an
embedding's, are left out, and an action without texts is known by its id.
"""

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from learning.bandit.base import Numbers
from smartcontent.decision import Action

NEVER = (0.0, 0.0)
MOST = 4096  # arms kept; the one not shown for longest makes room


class Arms:
    """`memory` is how many observations the past is worth.

    >>> arms = Arms(memory=1e6)
    >>> for reward in (1.0, 0.0, 0.0):
    ...     arms.learn("story", reward)
    >>> counts, means = arms.read(["story", "quote"])
    >>> counts.round(2).tolist(), means.round(2).tolist()
    ([3.0, 0.0], [0.33, 0.0])
    """

    def __init__(self, *, memory: float) -> None:
        self.memory = memory
        self._arms: dict[str, tuple[float, float]] = {}  # count and sum; the one shown last is last
        self._all = [0.0, 0.0, 0.0]  # count, sum, sum of squares
        self._weight = 1.0  # of an observation now: the past is not touched, the new weighs more

    def learn(self, arm: str, reward: float) -> None:
        count, total = self._arms.pop(arm, NEVER)
        self._arms[arm] = (count + self._weight, total + self._weight * reward)
        if len(self._arms) > MOST:
            del self._arms[next(iter(self._arms))]
        count, total, squares = self._all
        self._all = [
            count + self._weight,
            total + self._weight * reward,
            squares + self._weight * (reward * reward),
        ]
        self._weight *= 1.0 + 1.0 / self.memory
        if self._weight > 2.0:
            self._renew()

    def read(self, arms: Sequence[str]) -> tuple[Numbers, Numbers]:
        """How often each was seen of late, and its mean reward (0 when never)."""
        found = np.array([self.of(arm) for arm in arms])
        return found[:, 0], found[:, 1]

    def of(self, arm: str) -> tuple[float, float]:
        """As `read`, of one arm."""
        count, total = self._arms.get(arm, NEVER)
        return count / self._weight, total / count if count else 0.0

    def forget(self, kept: float) -> None:
        """Of what was seen only this share counts on; means stay."""
        self._weight /= kept
        self._renew()

    @property
    def mean(self) -> float:
        """Of all arms together."""
        return self._all[1] / self._all[0] if self._all[0] else 0.0

    @property
    def deviation(self) -> float:
        """Of one reward, of all arms together."""
        if not self._all[0]:
            return 0.0
        return math.sqrt(max(self._all[2] / self._all[0] - self.mean**2, 0.0))

    @property
    def state(self) -> dict[str, Any]:
        kept = {"arms": [[arm, *sums] for arm, sums in self._arms.items()]}
        return {**kept, "all": self._all, "weight": self._weight}

    def load(self, state: dict[str, Any]) -> Self:
        self._arms = {arm: (count, total) for arm, count, total in state["arms"]}
        self._all, self._weight = list(state["all"]), state["weight"]
        return self

    def _renew(self) -> None:
        for arm, (count, total) in self._arms.items():
            self._arms[arm] = (count / self._weight, total / self._weight)
        self._all = [amount / self._weight for amount in self._all]
        self._weight = 1.0


def arm_of(action: Action, by: str | None = None) -> str:
    """What all its texts say, or only the one named `by` where it has it.

    >>> arm_of(Action(id="7", features={"strategy": "story", "platform": "rss", "hour": 9.0}))
    'strategy=story platform=rss'
    >>> arm_of(Action(id="7", features={"strategy": "story", "platform": "rss"}), by="strategy")
    'strategy=story'
    >>> arm_of(Action(id="banner 7"))
    'banner 7'
    """
    if not action.features:
        return action.id
    texts = {name: value for name, value in action.features.items() if isinstance(value, str)}
    if by in texts:
        return f"{by}={texts[by]}"
    return " ".join([f"{name}={value}" for name, value in texts.items()]) or action.id
