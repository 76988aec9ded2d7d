"""Thompson sampling without context: each arm by the chance that it is the best.

The chance is computed from normal posteriors of the arms' means and not counted from draws, so
that equal arms are equal and the same log gives the same chances.
"""

from typing import ClassVar

import numpy as np

from learning.bandit.base import Numbers
from learning.bandit.context_free import ContextFree
from learning.exploration import chances


class Thompson(ContextFree):
    """
    >>> from smartcontent.decision import Action
    >>> actions = [Action(id="story"), Action(id="quote")]
    >>> policy = Thompson()
    >>> policy.pull({}, actions, seed=1).propensities
    {'story': 0.5, 'quote': 0.5}
    >>> for reward, action in [(1.0, "story"), (0.0, "quote")] * 50:
    ...     policy.update({}, actions, action=action, reward=reward, propensity=0.5)
    >>> policy.pull({}, actions, seed=1).propensities["story"] > 0.99
    True
    """

    name: ClassVar[str] = "thompson"

    def __init__(
        self, *, epsilon: float = 0.01, memory: float = 3000.0, by: str | None = None
    ) -> None:
        super().__init__(epsilon=epsilon, memory=memory, by=by)

    def _preferred(self, scores: Numbers, counts: Numbers) -> Numbers:
        return chances(scores, self._arms.deviation / np.sqrt(counts))
