"""The learner chooses, says with which probabilities, and why."""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Literal
from uuid import UUID

from uuid_utils.compat import uuid7

from learning.bandit.base import Policy
from learning.explanation import Told, explain
from learning.holdback import in_holdback, mixture
from learning.sampling import draw
from smartcontent.content import (
    Action,
    Decision,
    Features,
    Strategy,
)

Kind = Literal["post", "impression"]


class Learner:
    """Policy, context, actions -> Decision.

    `salt` decides who is held back: give each workspace its own.
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
        version: str | None = None,
        rewards_seen: int | None = None,
    ) -> Decision:
        """Draw one action with exact propensities.

        `unit` (the subject; for posts the decision) falls by hash into the holdback, which the
        uniform baseline serves, or is served by the policy.  `version` names the policy's state
        (default: its count of rewards).  Raises InvalidInput as the policy does.
        """
        choice = policy.pull(context, actions, seed=seed)
        held = in_holdback(unit, holdback, self.salt)
        baseline = dict.fromkeys(choice.propensities, 1.0 / len(actions))
        propensities = baseline if held else choice.propensities
        chosen = draw(propensities, seed)
        seen = policy.updates if rewards_seen is None else rewards_seen
        return Decision(
            id=uuid7(),
            kind=kind,
            context=context,
            actions=tuple(actions),
            chosen=chosen,
            propensities=propensities,
            mixture=mixture(choice.propensities, baseline, holdback),
            branch="holdback" if held else "learned",
            policy=policy.name,
            policy_version=version or str(policy.updates),
            seed=seed,
            explored=choice.scores[chosen] < max(choice.scores.values()),
            personalised=personalised,
            explanation=explain(policy, context, actions, choice, told=Told(chosen, seen, held)),
            campaign_id=campaign_id,
            subject=subject,
            created_at=now,
        )

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
