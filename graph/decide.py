"""Decisions, logged before they are told.  No graph here: this is the path of every request."""

from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import randbits
from typing import Literal
from uuid import UUID

from agents.learner import Learner
from graph.serving import Policies, Serving
from smartcontent.content import Features
from smartcontent.decision import Action, Decision
from store.database import Session
from store.decisions import Decisions
from store.workspaces import Workspaces

SEED_BITS = 53  # what every reader of JSON keeps exactly
AT_ONCE = 4  # more requests than these are chosen for in a thread: a choice takes about 0.4 ms


@dataclass(frozen=True)
class DecisionRequest:
    """What to choose from.  Whatever forbids an action has been left out before.

    `subject` only of a person who allows personalisation.  `unit` falls into the holdback or
    not (default: the subject, else this very decision by its seed).  With `id` and `seed` a
    node that runs twice decides once.
    """

    kind: Literal["post", "impression"]
    context: Features
    actions: Sequence[Action]
    subject: str | None = None
    campaign_id: UUID | None = None
    unit: str | None = None
    seed: int | None = None
    id: UUID | None = None


async def decide(
    session: Session,
    requests: Sequence[DecisionRequest],
    *,
    policies: Policies,
    learner: Learner,
    holdback: float,
    now: datetime,
    workspace_id: UUID | None = None,
) -> list[Decision]:
    """Draw an action for each request and log them all in one insert.

    They are decided once the caller's transaction commits.  Raises InvalidInput for requests
    without actions, with two of one id, or with numbers no model can take.
    """
    if workspace_id is None:
        workspace_id = (await Workspaces(session).get()).id
    serving = await policies.in_charge(session, workspace_id)
    work = (learner, serving, requests, holdback, now)
    decisions = _choose(*work) if len(requests) <= AT_ONCE else await to_thread(_choose, *work)
    await Decisions(session).add(decisions)
    return decisions


def _choose(
    learner: Learner,
    serving: Serving,
    requests: Sequence[DecisionRequest],
    holdback: float,
    now: datetime,
) -> list[Decision]:
    return [_one(learner, serving, request, holdback, now) for request in requests]


def _one(
    learner: Learner, serving: Serving, request: DecisionRequest, holdback: float, now: datetime
) -> Decision:
    seed = randbits(SEED_BITS) if request.seed is None else request.seed
    decision = learner.choose(
        serving.policy,
        request.context,
        request.actions,
        kind=request.kind,
        seed=seed,
        unit=request.unit or request.subject or str(seed),
        holdback=holdback,
        campaign_id=request.campaign_id,
        subject=request.subject,
        personalised=request.subject is not None,
        now=now,
        version=serving.version,
        rewards_seen=serving.rewards_seen,
    )
    return decision.model_copy(update={"id": request.id}) if request.id else decision
