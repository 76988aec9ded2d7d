"""The learner chooses, says with which probabilities, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any, Literal
from uuid import UUID

from uuid_utils.compat import uuid7

from learning.bandit.base import Choice, Policy
from learning.bandit.campaigns import within
from learning.explanation import Told, explain
from learning.holdback import in_holdback, mixture
from learning.sampling import draw
from smartcontent.content import Features, Strategy
from smartcontent.decision import Action, Decision

Kind = Literal["post", "impression"]


@dataclass(frozen=True)
class Drawn:
    """What a unit is served: the learned choice or, held back, one of the baseline."""

    choice: Choice
    held: bool
    propensities: dict[str, float]
    mixture: dict[str, float]
    chosen: str

    def logged(self) -> dict[str, Any]:
        """As the decision keeps it."""
        return {
            "chosen": self.chosen,
            "propensities": self.propensities,
            "mixture": self.mixture,
            "branch": "holdback" if self.held else "learned",
        }


class Learner:
    """Policy, context, actions -> Decision.

    `salt` decides who is held back, together with the salt of each workspace: the same person
    may be held back in one and not in another.
    """

    def __init__(self, *, salt: str = "holdback") -> None:
        self.salt = salt

    def choose(
        self,
        policy: Policy,
        context: Features,
        actions: Sequence[Action],
        *,
        kind: Kind,
        seed: int,
        unit: str,
        holdback: float,
        campaign_id: UUID | None = None,
        subject: str | None = None,
        personalised: bool = False,
        now: datetime,
        id: UUID | None = None,
        salt: str = "",
        budget: int | None = None,
        version: str | None = None,
        rewards_seen: int | None = None,
    ) -> Decision:
        """Draw one action with exact propensities.

        `unit` (the subject; for posts the decision) falls by hash with the workspace's `salt` into
        the holdback, which the uniform baseline serves, or is served by the policy.  `version`
        names the policy's state (default: its count of rewards); `budget` is how many decisions
        are left, where that is known; `id` makes a step that runs twice decide once.  Raises
        InvalidInput as the policy does.
        """
        held = in_holdback(unit, holdback, f"{self.salt}{salt}")
        told_of = within(campaign_id, policy, context)
        drawn = self._draw(policy.pull(told_of, actions, seed=seed, budget=budget), held, holdback)
        seen = policy.updates if rewards_seen is None else rewards_seen
        told = Told(drawn.chosen, seen, drawn.held)
        explanation = explain(policy, told_of, actions, drawn.choice, told=told)
        return Decision(
            id=id or uuid7(),
            kind=kind,
            context=context,
            actions=tuple(actions),
            **drawn.logged(),
            policy=policy.name,
            policy_version=version or str(policy.updates),
            seed=seed,
            explored=explanation.explored,
            personalised=personalised,
            explanation=explanation,
            campaign_id=campaign_id,
            subject=subject,
            created_at=now,
        )

    def _draw(self, choice: Choice, held: bool, share: float) -> Drawn:
        """The policy's choice, or for a unit in the holdback one of the baseline's."""
        baseline = dict.fromkeys(choice.propensities, 1.0 / len(choice.propensities))
        propensities = baseline if held else choice.propensities
        mixed = mixture(choice.propensities, baseline, share)
        return Drawn(choice, held, propensities, mixed, draw(propensities, choice.seed))

    def strategies(
        self,
        policy: Policy,
        context: Features,
        strategies: Sequence[Strategy],
        *,
        count: int,
        seed: int,
    ) -> list[Strategy]:
        """Up to `count` different strategies, drawn one after another without replacement."""
        left = {strategy.name: strategy for strategy in strategies}
        seeds = Random(seed)
        drawn: list[Strategy] = []
        while left and len(drawn) < count:
            actions = [strategy_action(strategy) for strategy in left.values()]
            choice = policy.pull(context, actions, seed=seeds.getrandbits(63))
            drawn.append(left.pop(choice.action))
        return drawn


def strategy_action(strategy: Strategy) -> Action:
    """A strategy as an arm: its name and its parts are its features."""
    features: Features = {
        "strategy": strategy.name,
        "form": strategy.form,
        "tone": strategy.tone,
        "length": strategy.length,
        "call_to_action": strategy.call_to_action,
    }
    return Action(id=strategy.name, features=features)
