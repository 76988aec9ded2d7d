"""Several policies, each followed as much as it is likely to be the best.

A reward tells of every member what it would have earned in its place: the doubly robust score
Σ pᵢ r̂ + (pᵢ / p) (r - r̂) (Dudík, Langford and Li 2011, arXiv 1103.4601), with pᵢ the member's
probabilities before it learned of the reward, p the logged one and r̂ the first member's estimate.
Members are weighted by the chance that theirs is the highest mean (see `chances`), so a member
without context guards those with it: where context tells nothing it wins.  Weights are frozen
before the draw, and the action is drawn from, and logged with, Σ wᵢ pᵢ.

The first member is in charge until there is evidence: others start `behind` it.  When a member
notices that the world has changed, what was known of their scores fades as well.
"""

import json
import math
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

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
from learning.bandit.change import KEPT
from learning.bandit.envelope import seal, unseal
from learning.bandit.epsilon_greedy import EpsilonGreedy
from learning.bandit.linear import Linear
from learning.bandit.text_format import Key, known_as
from learning.bandit.thompson import Thompson
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from learning.exploration import chances
from smartcontent.content import Features
from smartcontent.decision import Action

KINDS: dict[str, type[Policy]] = {
    kind.name: kind for kind in (EpsilonGreedy, Linear, Thompson, Uniform, Vowpal)
}
LARGEST_RATIO = 20.0  # the rest of a larger importance weight is left to the estimate
LEAST_WEIGHT = 0.1  # a member less likely the best is not asked
OFTEN, SELDOM = 1000, 4  # rewards that members are compared by: at first all, then every so many
BEFORE = 200.0  # observations that the start counts for


class Asked(NamedTuple):
    """A question and what members answered, by their place."""

    context: Features
    actions: Key
    answers: dict[int, Weighed]

    def again(self, context: Features, actions: Sequence[Action]) -> bool:
        """Whether it is the same question, to the last bit of its answers."""
        same = self.context == context and [*self.context] == [*context]
        return same and self.actions == known_as(actions)


def usual() -> list[Policy]:
    """Two that know whom an action suits, and one that knows how strategies do with everybody."""
    return [Linear(), Vowpal(), Thompson(by="strategy")]


class BestOf(Policy):
    """`memory` is how many observations of the members' scores the past is worth; `behind` by how
    many deviations of a reward all but the first start behind it.

    >>> actions = [Action(id="story"), Action(id="quote")]
    >>> policy = BestOf([Linear(), Thompson()])
    >>> policy.pull({}, actions, seed=1).propensities
    {'story': 0.5, 'quote': 0.5}
    >>> for reward, action in [(1.0, "story"), (0.0, "quote")] * 50:
    ...     policy.update({}, actions, action=action, reward=reward, propensity=0.5)
    >>> policy.pull({}, actions, seed=1).propensities["story"] > 0.9
    True
    """

    name: ClassVar[str] = "best_of"

    def __init__(
        self,
        members: Sequence[Policy] | None = None,
        *,
        memory: float = 5000.0,
        behind: float = 0.3,
    ) -> None:
        self.members = usual() if members is None else list(members)
        self.memory = memory
        self.behind = behind
        self._updates = 0
        self._rewards = np.zeros(3)  # count, sum, sum of squares: of late
        self._leads = np.zeros((2, len(self.members)))  # sums and squares of scores over the mean
        self._weights: dict[int, float] | None = None  # of members that are asked
        self._latest: Asked | None = None

    @property
    def updates(self) -> int:
        return self._updates

    @property
    def floor(self) -> float:
        return min(member.floor for member in self.members)

    @property
    def changes(self) -> int:
        return sum([member.changes for member in self.members])

    @property
    def weights(self) -> list[float]:
        """How much each member is followed, in their order."""
        followed = self._followed()
        return [followed.get(at, 0.0) for at in range(len(self.members))]

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
        weights = self._followed()
        answers = {at: self.members[at].weigh(context, actions) for at in weights}
        self._latest = Asked(dict(context), known_as(actions), answers)
        if len(answers) == 1:
            return next(iter(answers.values()))
        propensities, scores = np.zeros(len(actions)), np.zeros(len(actions))
        for at, weighed in answers.items():
            propensities += weights[at] * weighed.propensities
            scores += weights[at] * weighed.scores
        return Weighed(propensities / propensities.sum(), scores)

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
        for each in actions:
            if each.features:
                check_features(each.features)
        self.learn(context, actions, ids.index(action), reward, propensity)

    def learn(
        self,
        context: Features,
        actions: Sequence[Action],
        at: int,
        reward: float,
        propensity: float,
    ) -> None:
        if self._updates < OFTEN or self._updates % SELDOM == 0:
            self._score(self._answers(context, actions), at, reward, propensity)
        before = self.changes
        for member in self.members:
            member.learn(context, actions, at, reward, propensity)
        self._updates += 1
        self._latest = None
        if self.changes > before:
            self._leads, self._rewards = KEPT * self._leads, KEPT * self._rewards
            self._weights = None

    def explain(
        self, context: Features, actions: Sequence[Action], action: str
    ) -> dict[str, float]:
        """The members' contributions, each member by its weight."""
        parts: dict[str, float] = {}
        for at, weight in self._followed().items():
            for name, value in self.members[at].explain(context, actions, action).items():
                parts[name] = parts.get(name, 0.0) + weight * value
        return parts

    def clone(self) -> Self:
        twin = type(self)([member.clone() for member in self.members], **self._settings)
        twin._updates = self._updates
        twin._rewards, twin._leads = self._rewards.copy(), self._leads.copy()
        return twin

    def snapshot(self) -> bytes:
        models = [member.snapshot() for member in self.members]
        state = {**self._state(), "lengths": [len(model) for model in models]}
        return seal(self.name, state, b"".join(models))

    @classmethod
    def from_snapshot(cls, snapshot: bytes) -> Self:
        state, models = unseal(cls.name, snapshot)
        members, start = [], 0
        for name, length in zip(state["members"], state["lengths"], strict=True):
            members.append(KINDS[name].from_snapshot(models[start : start + length]))
            start += length
        policy = cls(members, **state["settings"])
        policy._updates = state["updates"]
        policy._rewards, policy._leads = np.array(state["rewards"]), np.array(state["leads"])
        return policy

    def fingerprint(self) -> bytes:
        known = [member.fingerprint() for member in self.members]
        return json.dumps(self._state()).encode() + b"".join(known)

    @property
    def _settings(self) -> dict[str, float]:
        """The constructor's, but for the members."""
        return {"memory": self.memory, "behind": self.behind}

    def _state(self) -> dict[str, Any]:
        return {
            "settings": self._settings,
            "members": [member.name for member in self.members],
            "updates": self._updates,
            "rewards": self._rewards.tolist(),
            "leads": self._leads.tolist(),
        }

    def _score(self, weighed: Sequence[Weighed], at: int, reward: float, propensity: float) -> None:
        """What each member would have earned, over their mean."""
        shares = np.array([each.propensities for each in weighed])
        expected = weighed[0].scores
        ratios = np.minimum(shares[:, at] / propensity, LARGEST_RATIO)
        scores = shares @ expected + ratios * (reward - expected[at])
        leads = scores - scores.mean()
        kept = 1.0 - 1.0 / self.memory
        self._leads = kept * self._leads + np.array([leads, leads * leads])
        self._rewards = kept * self._rewards + np.array([1.0, reward, reward * reward])
        self._weights = None

    def _answers(self, context: Features, actions: Sequence[Action]) -> list[Weighed]:
        """Every member's; what was drawn for is learned next, and not weighed twice."""
        latest = self._latest
        known = latest.answers if latest and latest.again(context, actions) else {}
        return [
            known[at] if at in known else member.weigh(context, actions)
            for at, member in enumerate(self.members)
        ]

    def _followed(self) -> dict[int, float]:
        if self._weights is None:
            likely: list[float] = self._likely().tolist()
            self._weights = {at: weight for at, weight in enumerate(likely) if weight > 0.0}
        return self._weights

    def _likely(self) -> Numbers:
        """The chance of each member to be the best, small ones left out."""
        count, total, squares = self._rewards
        first = np.arange(len(self.members)) == 0
        variance = squares / count - (total / count) ** 2 if count else 0.0
        if variance <= 0.0:
            return np.where(first, 1.0, 0.0)
        start = np.where(first, 0.0, -self.behind * math.sqrt(variance))
        seen = count + BEFORE
        means = (self._leads[0] + BEFORE * start) / seen
        variances = (self._leads[1] + BEFORE * variance) / seen
        likely = chances(means, np.sqrt(variances / seen))
        likely[likely < LEAST_WEIGHT] = 0.0
        whole: Numbers = likely / likely.sum()
        return whole
