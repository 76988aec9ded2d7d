"""Decisions: which action for whom, why, and what came of it."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from api.bodies import STORABLE, Body, Id, Key, Number, Word
from api.callers import CurrentCaller
from api.deps import Serving, Work, after_commit
from api.door import Door
from api.paging import After, Limit, Page, page
from api.parts import Parts, Using
from api.problems import answers
from api.replies import Once
from graph.decide import DecisionRequest, decide
from smartcontent.consent import allows
from smartcontent.content import Action, Caller, Decision, Event, Features
from smartcontent.errors import Conflict
from store.campaigns import Campaigns
from store.consents import Consents
from store.database import Session
from store.decisions import Decisions
from store.events import Events
from tools.explain_decision import Explained, explained

PERSON = "person."  # features so named describe the person, and need their consent
router = APIRouter(prefix="/v1/decisions", route_class=Door, tags=["decisions"])

Said = Annotated[str, StringConstraints(max_length=500, pattern=STORABLE)]
# Written out: pydantic would describe names that break the pattern as taking any value.
FEATURES = {
    "type": "object",
    "maxProperties": 100,
    "propertyNames": {"minLength": 1, "maxLength": 100, "pattern": STORABLE},
    "additionalProperties": {
        "anyOf": [
            {"type": "string", "maxLength": 500, "pattern": STORABLE},
            {"type": "number", "minimum": -1e6, "maximum": 1e6},
        ]
    },
}
Given = Annotated[dict[Word, Said | Number], Field(max_length=100), WithJsonSchema(FEATURES)]


class Choosable(Body):
    """Something that can be chosen.  Its id is unique among the actions."""

    id: Key
    features: Given = {}


class Rank(Body):
    """Choose one of the actions in this context.

    `subject` is your own id of a person.  Without their consent to personalisation it is not
    stored and nothing of the person is used: features named `person.…` are left out.
    """

    context: Given = {}
    actions: Annotated[list[Choosable], Field(min_length=1, max_length=100)]
    subject: Key | None = None
    campaign_id: Id | None = None


class RankBatch(Body):
    requests: Annotated[list[Rank], Field(min_length=1, max_length=100)]


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


@router.post("/rank", status_code=201, responses=answers(404, 409), dependencies=[Once])
async def rank(
    body: Rank, caller: CurrentCaller, parts: Using, session: Work, response: Response
) -> Chosen:
    """Choose an action.  The choice and every propensity are stored before this is answered."""
    (decision,) = await _decide(session, parts, caller, [body])
    response.headers["Location"] = f"/v1/decisions/{decision.id}"
    return Chosen.of(decision)


@router.post("/rank/batch", status_code=201, responses=answers(404, 409), dependencies=[Once])
async def rank_batch(
    body: RankBatch, caller: CurrentCaller, parts: Using, session: Work
) -> Chosens:
    """Choose for up to 100 requests at once: all of them are stored, or none."""
    decided = await _decide(session, parts, caller, body.requests)
    return Chosens(items=[Chosen.of(decision) for decision in decided])


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


async def _decide(
    session: Session, parts: Parts, caller: Caller, asked: Sequence[Rank]
) -> list[Decision]:
    services = parts.services
    requests = [await _request(session, parts, caller, one) for one in asked]
    workspace = await parts.tenants.get(session, caller.workspace_id)
    decisions = await decide(
        session,
        requests,
        policies=services.policies,
        learner=services.learner,
        holdback=workspace.holdback,
        now=services.clock(),
        workspace_id=caller.workspace_id,
    )
    for decision in decisions:
        parts.metrics.decisions.labels(decision.policy, str(decision.explored).lower()).inc()
    return decisions


async def _request(session: Session, parts: Parts, caller: Caller, asked: Rank) -> DecisionRequest:
    """What the learner may see.  Only consent lets the person's own features and id through."""
    _require_distinct(asked.actions)
    if asked.campaign_id is not None:
        await Campaigns(session).get(asked.campaign_id)
    unit = subject = None
    if asked.subject is not None:
        unit = await parts.pseudonyms.of(session, caller.workspace_id, asked.subject)
        said = await Consents(session).of(unit)
        subject = unit if allows(said, "personalisation") else None
    return DecisionRequest(
        kind="impression",
        context=asked.context if subject else impersonal(asked.context),
        actions=[Action(id=action.id, features=action.features) for action in asked.actions],
        subject=subject,
        campaign_id=asked.campaign_id,
        unit=unit,
    )


def impersonal(context: Features) -> Features:
    """The context without what describes the person.

    >>> impersonal({"person.age": 40.0, "page": "home"})
    {'page': 'home'}
    """
    return {name: value for name, value in context.items() if not name.startswith(PERSON)}


def _require_distinct(actions: Sequence[Choosable]) -> None:
    count = Counter(action.id for action in actions)
    if twice := sorted(name for name, times in count.items() if times > 1):
        raise Conflict(
            "Two actions have the same id, so a choice between them could not be told.",
            todo="Give every action of a request an id of its own.",
            ids=twice,
        )
