"""The learner's own affairs: what it is paid by, who is in charge, and on what evidence."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.bodies import CLOSED, INTEGRAL, Body, Id, Line
from api.callers import CurrentCaller
from api.deps import Serving, Work
from api.door import Door
from api.paging import After, Limit, Page, page
from api.payment import NewRewards, Paid
from api.problems import answers
from api.replies import Once
from graph.promoting import ask_to_evaluate, pay, promote, shadow
from smartcontent.errors import Conflict
from store.evaluations import Evaluation, Evaluations
from store.registry import Promotion, RegisteredPolicy, Registry
from store.rewards import Rewards
from store.snapshots import SnapshotCard, Snapshots

router = APIRouter(prefix="/v1", route_class=Door, tags=["learning"])
MOST = 20  # snapshots and evaluations shown with one policy

Kind = Annotated[str, Field(min_length=1, max_length=100, json_schema_extra={CLOSED: "policies"})]
Position = Annotated[int, Field(ge=0, le=2**53 - 1), INTEGRAL]
Setting = Annotated[float, Field(allow_inf_nan=False)]


class PolicySettings(Body):
    """What may be set from outside; which kind takes what is told when it does not."""

    epsilon: Annotated[Setting, Field(ge=0.001, le=1)] | None = None
    gamma: Annotated[Setting, Field(ge=0.01, le=1000)] | None = None
    learning_rate: Annotated[Setting, Field(ge=0.0001, le=10)] | None = None
    ridge: Annotated[Setting, Field(ge=0.0001, le=1000)] | None = None
    breadth: Annotated[Setting, Field(ge=0.01, le=100)] | None = None
    memory: Annotated[Setting, Field(ge=10, le=1e9)] | None = None
    behind: Annotated[Setting, Field(ge=0, le=10)] | None = None
    base: Annotated[Setting, Field(ge=1e-6, le=10)] | None = None
    weight: Annotated[Setting, Field(ge=1, le=1e6)] | None = None


class NewPolicy(Body):
    """A policy that learns in the shadow, from the log after position `since`."""

    name: Line
    kind: Kind
    settings: PolicySettings = PolicySettings()
    since: Position = 0


class WholePolicy(BaseModel):
    """A policy with its latest snapshots (their cards) and evaluations."""

    model_config = ConfigDict(extra="forbid")

    policy: RegisteredPolicy
    snapshots: list[SnapshotCard]
    evaluations: list[Evaluation]


class NewEvaluation(Body):
    """Which policy to compare with the one in charge."""

    policy_id: Id


class Asked(BaseModel):
    """A worker will do it; its answer is listed at GET /v1/evaluations."""

    model_config = ConfigDict(extra="forbid")

    policy_id: UUID


@router.get("/rewards")
async def get_rewards(services: Serving, session: Work) -> Paid:
    """What the learner is paid by."""
    version = await Rewards(session).current()
    spec = services.policies.charges.paid(version)
    return Paid.of(spec, version.version, version.created_at) if version else Paid.of(spec)


@router.put("/rewards")
async def set_rewards(
    body: NewRewards, caller: CurrentCaller, services: Serving, session: Work
) -> Paid:
    """Pay it otherwise from now on: a new version, by which the whole log is learned again."""
    spec, by = body.as_spec(), caller.member_id
    version = await pay(session, services.policies, caller.workspace_id, spec, by=by)
    return Paid.of(spec, version.version, version.created_at)


@router.get("/policies")
async def list_policies(
    services: Serving, session: Work, after: After = None, limit: Limit = 50
) -> Page[RegisteredPolicy]:
    """Who is in charge, who learns in the shadow and who is retired, newest first."""
    await Registry(session).ensure(services.policies.charges.name)
    return page(await Registry(session).list(after=after, limit=limit + 1), limit)


@router.post("/policies", status_code=201, responses=answers(409), dependencies=[Once])
async def shadow_policy(
    body: NewPolicy,
    caller: CurrentCaller,
    services: Serving,
    session: Work,
    response: Response,
) -> RegisteredPolicy:
    """Let another policy learn in the shadow: it decides nothing, and is evaluated every day."""
    settings = _fitting(services, body)
    made = await shadow(
        session,
        services.policies,
        caller.workspace_id,
        name=body.name,
        kind=body.kind,
        settings=settings,
        since=body.since,
    )
    response.headers["Location"] = f"/v1/policies/{made.id}"
    return made


@router.get("/policies/{policy_id:uuid}", responses=answers(404))
async def get_policy(policy_id: Id, session: Work) -> WholePolicy:
    """A policy with the cards of its snapshots and what its evaluations said."""
    policy = await Registry(session).get(policy_id)
    return WholePolicy(
        policy=policy,
        snapshots=await Snapshots(session).cards(policy.name, limit=MOST),
        evaluations=await Evaluations(session).list(about=policy.id, limit=MOST),
    )


@router.post("/policies/{policy_id:uuid}/promote", responses=answers(404, 409), dependencies=[Once])
async def promote_policy(
    policy_id: Id, caller: CurrentCaller, services: Serving, session: Work
) -> RegisteredPolicy:
    """Put it in charge, if its evaluation says that it earns more, at the lower bound.

    The policy before it learns on in the shadow.
    """
    now, by = services.clock(), caller.member_id
    return await promote(session, services.policies, policy_id, now=now, by=by)


@router.post("/policies/rollback", responses=answers(409), dependencies=[Once])
async def roll_back_policy(session: Work) -> RegisteredPolicy:
    """Undo the latest promotion: whoever was in charge before is so again, up to date."""
    return await Registry(session).roll_back()


@router.post("/policies/{policy_id:uuid}/retire", responses=answers(404, 409), dependencies=[Once])
async def retire_policy(policy_id: Id, session: Work) -> RegisteredPolicy:
    """Let a shadow learn no more."""
    return await Registry(session).retire(policy_id)


@router.get("/promotions")
async def list_promotions(session: Work, after: After = None, limit: Limit = 50) -> Page[Promotion]:
    """Who took over from whom, on which evaluation, and what was undone; newest first."""
    return page(await Registry(session).promotions(after=after, limit=limit + 1), limit)


@router.get("/evaluations")
async def list_evaluations(
    session: Work,
    kind: Annotated[str | None, Query(max_length=100, pattern=r"^[a-z ]*$")] = None,
    policy_id: Annotated[Id | None, Query()] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[Evaluation]:
    """Everything that was measured of the learning, newest first; nothing is ever removed."""
    found = await Evaluations(session).list(
        kind=kind, about=policy_id, after=after, limit=limit + 1
    )
    return page(found, limit)


@router.post("/evaluations", status_code=202, responses=answers(404, 409), dependencies=[Once])
async def evaluate_policy(body: NewEvaluation, caller: CurrentCaller, session: Work) -> Asked:
    """Have a worker play the log to a policy and to the one in charge, and compare."""
    policy = await Registry(session).get(body.policy_id)
    if policy.state == "in_charge":
        raise Conflict(f"{policy.name} is in charge.", todo="Evaluate another one against it.")
    await ask_to_evaluate(session, caller.workspace_id, policy.id)
    return Asked(policy_id=policy.id)


def _fitting(services: Serving, body: NewPolicy) -> dict[str, Any]:
    """The settings that were given.  Raises Conflict for one that this kind does not have."""
    given: dict[str, Any] = body.settings.model_dump(exclude_none=True)
    allowed = services.policies.kinds.settings(body.kind)
    if unfit := sorted(given.keys() - allowed.keys()):
        raise Conflict(
            f"{body.kind} has no setting {unfit[0]}.",
            todo=f"What may be set: {', '.join(allowed) or 'nothing'}.",
        )
    return given
