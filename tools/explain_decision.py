"""Why a decision came out as it did."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from smartcontent import Given, tool
from smartcontent.content import Noun
from smartcontent.decision import Contribution, Decision
from smartcontent.errors import NotFound
from store.database import Session
from store.decisions import Decisions
from store.posts import Posts


class Explained(Noun):
    """A decision in words and numbers; contributions sum to `score`."""

    sentence: str
    decision_id: UUID
    chosen: str
    probability: float
    branch: Literal["learned", "holdback"]
    explored: bool
    personalised: bool
    overridden: bool
    score: float
    contributions: tuple[Contribution, ...]
    runner_up: str | None
    gap: float | None
    rewards_seen: int
    policy: str
    policy_version: str
    created_at: AwareDatetime


@tool(scope="decisions:read")
async def explain_decision(
    decision_id: UUID | None = None,
    post_id: UUID | None = None,
    *,
    session: Given[Session],
) -> Explained:
    """Explain why a strategy, platform and time were chosen; without an id, the last decision.

    Examples: "why did you choose this?", "explain the last decision",
    "why this platform and time?", "what was the reason for that choice?"
    """
    if decision_id is None and post_id is not None:
        decision_id = (await Posts(session).get(post_id)).decision_id
    if decision_id is None:
        return explained(await _latest(session))
    return explained(await Decisions(session).get(decision_id))


async def _latest(session: Session) -> Decision:
    latest = await Decisions(session).list(limit=1)
    if not latest:
        raise NotFound(
            "Nothing has been decided yet.", todo="Start a campaign or ask for a ranking first."
        )
    return latest[0]


def explained(decision: Decision) -> Explained:
    """The same words and numbers wherever a decision is explained."""
    why = decision.explanation
    return Explained(
        sentence=why.sentence or f"{decision.chosen} was drawn among {len(decision.actions)}.",
        decision_id=decision.id,
        chosen=decision.chosen,
        probability=decision.propensities[decision.chosen],
        branch=decision.branch,
        explored=decision.explored,
        personalised=decision.personalised,
        overridden=decision.overridden,
        score=why.score,
        contributions=why.contributions,
        runner_up=why.runner_up,
        gap=why.gap,
        rewards_seen=why.rewards_seen,
        policy=decision.policy,
        policy_version=decision.policy_version,
        created_at=decision.created_at,
    )
