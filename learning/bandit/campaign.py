"""A campaign with little traffic: tens to thousands of impressions for each variant.

At rates of 1 % a hundred impressions tell almost nothing, and plain bandits do worse than an A/B
test that stops half way.  So this policy starts from what is known: what the text lets expect
(action features `expected`, the log of relative engagement, and `expected.sd`, how sure that is:
half believed, the other half is the usual, which did better on later tests than either alone),
how far texts and images usually lie apart, and what the workspace's other campaigns earned.  It
knows how many decisions are left, explores only where that pays before the end, and commits.  See
`allocation` for the reckoning.  LOLA (Ye, Yoganarasimhan and Zheng 2025, Marketing Science, arXiv
2406.02611) is the published relative: text prior as pseudo-counts, then upper confidence bounds.

Actions that share a `text`, an `image` or another text feature learn from each other; an action
without a `text` is a text of its own.  What a segment earned counts for the whole campaign.  Rates
are not negative: an action whose penalties outweigh its rewards counts as one that earns nothing.
"""

import math
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias

import numpy as np

from learning.bandit.allocation import (
    Belief,
    Counts,
    Exploration,
    Prior,
    allocate,
    believe,
    expected_rates,
)
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
from learning.bandit.campaigns import CAMPAIGN, Campaigns
from learning.bandit.envelope import seal, unseal
from learning.bandit.spreads import Spreads, same, settings
from smartcontent.content import Features
from smartcontent.decision import Action

EXPECTED, DEVIATION, TEXT, IMAGE = "expected", "expected.sd", "text", "image"
LARGEST_LIFT = 3.0  # of an expected log relative engagement, either way
LARGEST_DEVIATION = 1.0
USUAL, LOW = Spreads(), Exploration()
AHEAD = 1_000  # decisions left when nobody says, or as many as there were


_Question: TypeAlias = tuple[int, str, int | None, tuple[tuple[object, ...], ...]]


class _State(NamedTuple):
    """One campaign as it stands, in arrays of one row."""

    prior: Prior
    counts: Counts
    belief: Belief


class Campaign(Policy):
    """`base` is the mean campaign's reward per decision, worth `weight` decisions; `spreads` say
    how far actions lie apart; ε falls from `first` to `least` as the budget is used.

    >>> actions = [Action(id="a", features={"expected": 0.1}),
    ...            Action(id="b", features={"expected": -0.1})]
    >>> policy = Campaign()
    >>> round(policy.pull({"campaign": "spring"}, actions, seed=1, budget=100).propensities["a"], 9)
    0.995
    >>> spring: Features = {"campaign": "spring"}
    >>> for reward, action in [(0.0, "a"), (0.04, "b")] * 300:
    ...     policy.update(spring, actions, action=action, reward=reward, propensity=0.5)
    >>> policy.pull(spring, actions, seed=1, budget=100).propensities["b"] > 0.9
    True
    """

    name: ClassVar[str] = "campaign"
    by_campaign: ClassVar[bool] = True

    def __init__(
        self,
        *,
        base: float = 0.016,
        weight: float = 1_000.0,
        spreads: Spreads = USUAL,
        exploration: Exploration = LOW,
    ) -> None:
        self.base = base
        self.weight = weight
        self.spreads = spreads
        self.exploration = exploration
        self._updates = 0
        self._campaigns = Campaigns()
        self._answered: tuple[_Question, Weighed] | None = None

    @property
    def updates(self) -> int:
        return self._updates

    @property
    def floor(self) -> float:
        return self.exploration.least

    def pull(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        seed: int,
        budget: int | None = None,
    ) -> Choice:
        return drawn(check_actions(actions), self._weighed(context, actions, budget), seed)

    def weigh(self, context: Features, actions: Sequence[Action]) -> Weighed:
        return self._weighed(context, actions, None)

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
        self._campaigns.learn(_campaign(context), action, reward)
        self._updates += 1

    def prior(self, context: Features, actions: Sequence[Action]) -> Prior:
        """Of the actions' log rates before the campaign's own rewards, in one row."""
        spread = self._differences(actions)
        between = self.spreads.campaign**2
        usual = math.log(self._usual(context)) - (between + float(spread.diagonal().mean())) / 2.0
        mean = usual + _numbers(actions, EXPECTED, 0.0, LARGEST_LIFT)
        return Prior(mean[None], (between + spread)[None], between)

    def explain(
        self, context: Features, actions: Sequence[Action], action: str
    ) -> dict[str, float]:
        """Step by step: usual rate, expected lift, this campaign's level, what tells them apart."""
        at = check_actions(actions).index(action)
        prior, counts, belief = self._state(context, actions)
        lift = _numbers(actions, EXPECTED, 0.0, LARGEST_LIFT)
        level = (belief.mean - prior.mean).mean()
        means = (prior.mean - lift, prior.mean, prior.mean + level)
        steps = [float(expected_rates(mean, prior.covariance)[0, at]) for mean in means]
        score = float(belief.rates[0, at])
        return {
            "base": steps[0],
            f"action {EXPECTED}": steps[1] - steps[0],
            "this campaign's level": steps[2] - steps[1],
            f"rewards in this campaign ({counts.seen[0, at]:.0f} decisions)": score - steps[2],
        }

    def snapshot(self) -> bytes:
        kept = {
            "base": self.base,
            "weight": self.weight,
            "spreads": settings(self.spreads),
            "exploration": list(self.exploration),
        }
        state = {"settings": kept, "updates": self._updates, **self._campaigns.state}
        return seal(self.name, state)

    @classmethod
    def from_snapshot(cls, snapshot: bytes) -> Self:
        state, _ = unseal(cls.name, snapshot)
        kept: dict[str, Any] = state["settings"]
        policy = cls(
            base=kept["base"],
            weight=kept["weight"],
            spreads=Spreads(*kept["spreads"]),
            exploration=Exploration(*kept["exploration"]),
        )
        policy._updates = state["updates"]
        policy._campaigns.load(state)
        return policy

    def fingerprint(self) -> bytes:
        return self.snapshot()

    def _weighed(self, context: Features, actions: Sequence[Action], budget: int | None) -> Weighed:
        """A batch asks the same again and again: it is answered once."""
        asked = tuple((action.id, *action.features.items()) for action in actions)
        question = (self._updates, _campaign(context), budget, asked)
        check_features(context)
        if self._answered is None or self._answered[0] != question:
            self._answered = question, self._answer(context, actions, budget)
        return self._answered[1]

    def _answer(self, context: Features, actions: Sequence[Action], budget: int | None) -> Weighed:
        _, counts, belief = self._state(context, actions)
        left = np.array([max(AHEAD, counts.seen.sum()) if budget is None else max(budget, 1)])
        offered = np.ones(counts.seen.shape, dtype=bool)
        propensities = allocate(belief, counts, offered, left.astype(float), self.exploration)
        return Weighed(propensities[0] / propensities.sum(), belief.rates[0])

    def _state(self, context: Features, actions: Sequence[Action]) -> _State:
        check_features(context)
        own = self._campaigns.read(_campaign(context), check_actions(actions))
        earned = np.maximum(own.earned, 0.0)  # or one action's losses would be all actions' level
        counts = Counts(own.seen[None], earned[None], self._campaigns.dispersion())
        prior = self.prior(context, actions)
        return _State(prior, counts, believe(prior, counts))

    def _usual(self, context: Features) -> float:
        """Reward per decision in other campaigns."""
        seen, earned = self._campaigns.others(_campaign(context))
        return (self.base * self.weight + earned) / (self.weight + seen)

    def _differences(self, actions: Sequence[Action]) -> Numbers:
        """Covariance of log rates within a campaign."""
        spreads = self.spreads
        texts = [str(action.features.get(TEXT, f"action {action.id}")) for action in actions]
        told = _numbers(actions, DEVIATION, spreads.text, LARGEST_DEVIATION)
        deviation = np.sqrt((told**2 + spreads.text**2) / 2.0)
        covariance = np.outer(deviation, deviation) * same(texts)
        covariance = covariance + spreads.own**2 * np.eye(len(actions))
        for name in sorted({name for action in actions for name in _others(action)}):
            values = [str(action.features.get(name, "")) for action in actions]
            spread = spreads.image if name == IMAGE else spreads.feature
            covariance = covariance + spread**2 * same(values)
        return covariance


def _campaign(context: Features) -> str:
    return str(context.get(CAMPAIGN, ""))


def _others(action: Action) -> list[str]:
    """Names of its text features but the text itself."""
    return [n for n, value in action.features.items() if isinstance(value, str) and n != TEXT]


def _numbers(actions: Sequence[Action], name: str, missing: float, largest: float) -> Numbers:
    """A feature of each action, cut to ±largest."""
    for action in actions:
        check_features(action.features)
    values = [action.features.get(name, missing) for action in actions]
    numbers = [missing if isinstance(value, str) else value for value in values]
    return np.clip(np.array(numbers, dtype=np.float64), -largest, largest)
