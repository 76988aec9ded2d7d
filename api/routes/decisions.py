"""Decisions: which action for whom, why, and what came of it."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict

from api.bodies import Body, Id, Key, Number
from api.callers import CurrentCaller
from api.deps import Serving, Work, after_commit
from api.door import Door
from api.paging import After, Limit, Page, page
from api.parts import Using
from api.problems import answers
from api.ranking import Rank, RankBatch, RankSlots, require_distinct, require_fitting
from api.replies import KeyedOnce, KeyedWork, Once
from smartcontent.decision import Decision, Event
from store.decisions import Decisions
from store.events import Events
from tools.explain_decision import Explained, explained

router = APIRouter(prefix="/v1/decisions", route_class=Door, tags=["decisions"])


class Chosen(BaseModel):
    """What was decided, with everything that evaluating it later needs."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    chosen: str
    propensities: dict[str, float]
    explored: bool
    branch: str
    policy: str
    policy_version: str
    personalised: bool
    created_at: AwareDatetime

    @classmethod
    def of(cls, decision: Decision) -> "Chosen":
        return cls.model_validate({name: getattr(decision, name) for name in cls.model_fields})


class Chosens(BaseModel):
    """Decisions in the order of the requests."""

    model_config = ConfigDict(extra="forbid")

    items: list[Chosen]


class Filled(BaseModel):
    """The decision for one slot; its propensities are among what the slots before it left."""

    model_config = ConfigDict(extra="forbid")

    slot: str
    decision: Chosen


class FilledSlots(BaseModel):
    """Decisions in the order of the slots."""

    model_config = ConfigDict(extra="forbid")

    items: list[Filled]


class NewReward(Body):
    """What a decision earned.  `event_id` makes it count once; one reward per decision without."""

    value: Number
    event_id: Key | None = None


class Rewarded(BaseModel):
    """`counted` is false when this reward had been counted before."""

    model_config = ConfigDict(extra="forbid")

    decision_id: UUID
    event_id: str
    counted: bool


@router.post("/rank", status_code=201, responses=answers(404, 409), dependencies=[KeyedOnce])
async def rank(
    body: Rank, caller: CurrentCaller, parts: Using, session: KeyedWork, response: Response
) -> Chosen:
    """Choose an action.  The choice and every propensity are stored before this is answered.

    Requests that arrive together share a transaction; one with a key has its own.
    """
    require_distinct(body.actions)
    if session is None:
        decision = await parts.ranked.do(caller.workspace_id, body)
    else:
        (decision,) = await parts.ranking.decide(session, caller.workspace_id, [body])
    response.headers["Location"] = f"/v1/decisions/{decision.id}"
    return Chosen.of(decision)


@router.post("/rank/batch", status_code=201, responses=answers(404, 409), dependencies=[Once])
async def rank_batch(
    body: RankBatch, caller: CurrentCaller, parts: Using, session: Work
) -> Chosens:
    """Choose for up to 100 requests at once: all of them are stored, or none."""
    for one in body.requests:
        require_distinct(one.actions)
    decided = await parts.ranking.decide(session, caller.workspace_id, body.requests)
    return Chosens(items=[Chosen.of(decision) for decision in decided])


@router.post("/rank/slots", status_code=201, responses=answers(404, 409), dependencies=[Once])
async def rank_slots(
    body: RankSlots, caller: CurrentCaller, parts: Using, session: Work
) -> FilledSlots:
    """Fill several places with different actions.

    Each place is a decision of its own with exact propensities, to be rewarded on its own; all
    are stored, or none.
    """
    require_fitting(body)
    decided = await parts.ranking.decide(session, caller.workspace_id, [body])
    filled = zip(body.slots, decided, strict=True)
    return FilledSlots(
        items=[Filled(slot=slot.id, decision=Chosen.of(one)) for slot, one in filled]
    )


@router.get("")
async def list_decisions(
    session: Work,
    campaign_id: Annotated[Id | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[Chosen]:
    """Decisions, newest first."""
    rows = await Decisions(session).list(campaign_id=campaign_id, after=after, limit=limit + 1)
    return page([Chosen.of(decision) for decision in rows], limit)


@router.get("/{decision_id:uuid}", responses=answers(404))
async def get_decision(decision_id: Id, session: Work) -> Decision:
    """Everything that reproduces a decision: context, actions, propensities, policy, seed."""
    return await Decisions(session).get(decision_id)


@router.get("/{decision_id:uuid}/explanation", responses=answers(404))
async def explain_decision(decision_id: Id, session: Work) -> Explained:
    """Why: contributions that sum to the score, the runner-up, and a sentence."""
    return explained(await Decisions(session).get(decision_id))


@router.post(
    "/{decision_id:uuid}/reward", status_code=201, responses=answers(404), dependencies=[Once]
)
async def reward_decision(
    decision_id: Id,
    body: NewReward,
    request: Request,
    caller: CurrentCaller,
    services: Serving,
    session: Work,
) -> Rewarded:
    """Report what a decision earned.  It is an event like any other, and moves the learner."""
    await Decisions(session).get(decision_id)
    event = Event(
        id=body.event_id or f"reward:{decision_id}",
        kind="reward",
        occurred_at=services.clock(),
        decision_id=decision_id,
        value=body.value,
    )
    result = await Events(session).ingest([event])
    after_commit(request, partial(services.policies.stale, caller.workspace_id))
    return Rewarded(decision_id=decision_id, event_id=event.id, counted=result.accepted == 1)
