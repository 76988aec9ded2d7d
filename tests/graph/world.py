"""A small world for the learner's tests: decisions to log and events that answer them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from agents.learner import Learner
from graph.canonical import Canonical
from graph.decide import DecisionRequest, decide
from graph.serving import Policies
from learning.bandit.vowpal import Vowpal
from learning.fold import state_hash
from smartcontent.content import EventKind
from smartcontent.decision import Action, Decision, Event
from store.database import Database
from store.decisions import Decisions
from store.events import Events, Ingested

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ACTIONS = tuple(
    Action(id=name, features={"strategy": name, "platform": "sandbox"})
    for name in ("story", "quote", "question")
)


def policies() -> Policies:
    return Policies(Vowpal)


def request(**more: object) -> DecisionRequest:
    asked: dict[str, object] = {"kind": "impression", "context": {"page": "home"}}
    return DecisionRequest(**{**asked, "actions": ACTIONS, **more})  # type: ignore[arg-type]


async def decided(
    database: Database,
    workspace: UUID,
    policies: Policies,
    requests: Sequence[DecisionRequest],
    *,
    holdback: float = 0.0,
    now: datetime = NOW,
) -> list[Decision]:
    async with database.transaction(workspace) as session:
        return await decide(
            session, requests, policies=policies, learner=Learner(), holdback=holdback, now=now
        )


def event(decision: Decision, kind: EventKind = "click", value: float | None = None) -> Event:
    return Event(
        id=f"{kind}:{decision.id}",
        kind=kind,
        occurred_at=NOW,
        decision_id=decision.id,
        value=value,
    )


async def ingest(database: Database, workspace: UUID, events: Sequence[Event]) -> Ingested:
    async with database.transaction(workspace) as session:
        return await Events(session).ingest(events)


async def log(database: Database, workspace: UUID, decisions: Sequence[Decision]) -> None:
    """The same decisions again, in another workspace."""
    async with database.transaction(workspace) as session:
        await Decisions(session).add(decisions)


async def kept(database: Database, workspace: UUID) -> Canonical:
    """The state in the latest snapshot."""
    async with database.transaction(workspace) as session:
        charge = await policies().charges.in_charge(session)
        latest = await charge.latest(session)
    assert latest is not None
    return charge.restored(latest)


def knowledge(state: Canonical) -> tuple[object, ...]:
    """All that is known, without the positions, which differ between workspaces."""
    return state_hash(state.policy), state.taken, state.usual, state.tally
