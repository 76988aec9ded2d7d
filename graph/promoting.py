"""Who learns, who decides, and by what they are paid: the changes a person may ask for.

A policy is put in charge only by evidence: an evaluation of the last days, against the one in
charge now and under the rewards of today, whose lower bound is above nothing.  Going back needs
none.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from graph.serving import Policies
from graph.trials import PROMOTION
from learning.rewards import RewardSpec
from smartcontent.errors import WrongState
from store.database import Database, Session
from store.evaluations import Evaluation, Evaluations
from store.queue import Queue
from store.registry import RegisteredPolicy, Registry
from store.rewards import Rewards, RewardVersion

LEARN, EVALUATE = "learn", "evaluate"  # the worker's tasks
FRESH = timedelta(days=7)  # how long an evaluation is evidence
AGAIN = timedelta(days=1)  # between two evaluations of a shadow
MOST_SHADOWS = 3


async def shadow(
    session: Session,
    policies: Policies,
    workspace_id: UUID,
    *,
    name: str,
    kind: str,
    settings: Mapping[str, Any],
    since: int = 0,
) -> RegisteredPolicy:
    """Register a policy that learns from the log after `since` and decides nothing.

    Raises InvalidInput for what cannot be made, AlreadyExists, WrongState beside three others.
    """
    policies.kinds.make(kind, settings)
    registry = Registry(session)
    await registry.ensure(policies.charges.name)
    made = await registry.shadow(
        name=name, kind=kind, settings=dict(settings), since=since, most=MOST_SHADOWS
    )
    await ask_to_learn(session, workspace_id)
    return made


async def promote(
    session: Session,
    policies: Policies,
    policy_id: UUID,
    *,
    now: datetime,
    by: UUID | None = None,
) -> RegisteredPolicy:
    """Put a shadow in charge, if its latest evaluation says that it earns more.

    Raises NotFound, and WrongState with what is missing.
    """
    registry = Registry(session)
    before = await registry.ensure(policies.charges.name)
    policy = await registry.get(policy_id)
    evidence = await Evaluations(session).latest(PROMOTION, about=policy_id)
    paid = policies.charges.paid((await registry.setup()).rewards).digest
    if policy.state == "shadow":
        _require(evidence, policy, before, paid, now)
    return await registry.promote(policy_id, evaluation_id=evidence.id if evidence else None, by=by)


async def pay(
    session: Session,
    policies: Policies,
    workspace_id: UUID,
    spec: RewardSpec,
    *,
    by: UUID | None = None,
) -> RewardVersion:
    """Have the learner paid by this from now on, and for the past as well: its state is made
    again from the log.  The same spec again is no new version.  Raises InvalidInput.
    """
    rewards, wanted = Rewards(session), spec.checked()
    current = await rewards.current()
    if current is not None and policies.charges.paid(current).digest == wanted.digest:
        return current
    version = await rewards.add(wanted.as_json(), by=by)
    await Registry(session).tell()
    await ask_to_learn(session, workspace_id)
    return version


async def ask_to_learn(session: Session, workspace_id: UUID) -> None:
    """Have a worker fold what the log holds; saying it twice is one job."""
    ids = {"workspace_id": str(workspace_id)}
    await Queue(session).defer(LEARN, ids, key=f"{LEARN}:{workspace_id}")


async def ask_to_evaluate(session: Session, workspace_id: UUID, policy_id: UUID) -> None:
    """Have a worker play the log to a shadow and to the policy in charge."""
    ids = {"workspace_id": str(workspace_id), "policy_id": str(policy_id)}
    await Queue(session).defer(EVALUATE, ids, key=f"{EVALUATE}:{policy_id}")


async def look_at_shadows(database: Database, workspace_id: UUID, now: datetime) -> int:
    """Ask for an evaluation of every shadow that has had none for a day; how many."""
    async with database.transaction(workspace_id) as session:
        due = []
        for policy in await Registry(session).shadows():
            last = await Evaluations(session).latest(PROMOTION, about=policy.id)
            if last is None or now - last.created_at > AGAIN:
                due.append(policy.id)
                await ask_to_evaluate(session, workspace_id, policy.id)
    return len(due)


def _require(
    evidence: Evaluation | None,
    policy: RegisteredPolicy,
    before: RegisteredPolicy,
    paid: str,
    now: datetime,
) -> None:
    """Raises WrongState for evidence that is missing, old, of something else, or not enough."""
    todo = "Evaluate it, then ask again: POST /v1/evaluations"
    if evidence is None or evidence.details["against_id"] != str(before.id):
        raise WrongState(f"{policy.name} was not evaluated against {before.name}.", todo=todo)
    if evidence.details["rewards"] != paid:
        raise WrongState(f"{policy.name} was evaluated under other rewards.", todo=todo)
    if now - evidence.created_at > FRESH:
        raise WrongState(f"The evaluation of {policy.name} is over a week old.", todo=todo)
    if not evidence.details["promote"]:
        raise WrongState(
            f"{policy.name} does not surely earn more than {before.name}.",
            todo="Let it learn on; its evaluations are listed at GET /v1/evaluations",
            verdict=evidence.estimate.verdict,
        )
