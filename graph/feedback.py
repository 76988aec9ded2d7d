"""What came of decisions becomes what the policy knows, in log order, up to a watermark.

    collect -> reward -> learn -> evaluate -> snapshot

One pass of the graph takes the log to the next snapshot's place: every so many entries from its
beginning, wherever the passes before it ended, so that the same log has the same snapshots.

A reward that comes after its decision's window is a revision: taking events in notes the
position in the same transaction (`store.events`), and `Decisions.revised` tells it here.  Then
every snapshot that had read that position is dropped and the log is folded again from the last
one before it, all in one transaction with the new snapshots.
"""

import hashlib
from asyncio import to_thread
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any, TypeAlias, TypedDict
from uuid import UUID

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from graph.canonical import Canonical, Earned
from graph.serving import Policies, restored
from smartcontent.decision import Estimate, PolicySnapshot
from store.database import Database, Session
from store.decisions import Decisions, Logged
from store.evaluations import Evaluations
from store.fold_lock import fold_alone
from store.rows import new_id
from store.snapshots import Snapshots

EVERY = 500  # entries of the log between two snapshots
KEPT = 50  # snapshots; a revision before all of them folds the log from its beginning
LIFT = "lift"
ENDLESS = 1_000_000_000  # passes end with the log, not with LangGraph's count of steps


@dataclass(frozen=True)
class Learning:
    """What learning needs: `window` is how long a decision waits for its reward."""

    database: Database
    policies: Policies
    window: timedelta
    every: int = EVERY
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True)
class Fold:
    """The runtime context: one transaction, in which nobody else folds this workspace."""

    session: Session
    learning: Learning


class Begun(TypedDict):
    workspace_id: UUID


class Collected(Begun):
    """`canonical` is what was known before `log`; `ends`: the watermark is reached."""

    canonical: Canonical
    log: list[Logged]
    revised_from: int | None
    ends: bool


class Rewarded(Collected):
    earned: list[Earned]


class Evaluated(Rewarded):
    lift: Estimate


class Learned(Evaluated):
    """`folded` entries in all passes, `snapshots` stored, `position` is the watermark."""

    folded: int
    snapshots: int


Update: TypeAlias = dict[str, Any]
Feedback: TypeAlias = CompiledStateGraph[Learned, Fold, Begun, Learned]


async def collect(state: Learned, runtime: Runtime[Fold]) -> Update:
    """The entries up to the next snapshot's place, as far as their time is over.

    Of its state only the workspace is there at the first pass.
    """
    fold = runtime.context
    begun: Update = {} if "canonical" in state else await _begin(fold)
    canonical: Canonical = begun.get("canonical") or state["canonical"]
    room = fold.learning.every - canonical.taken % fold.learning.every
    page = await Decisions(fold.session).log(after_position=canonical.position, limit=room)
    closed = list(takewhile(lambda logged: logged.closed, page))
    return {**begun, "log": closed, "ends": len(closed) < room}


async def reward(state: Collected) -> Update:
    """What each of them earned."""
    return {"earned": await to_thread(state["canonical"].earned, state["log"])}


async def learn_rewards(state: Rewarded) -> Update:
    """The policy learns them in decision order."""
    return {"canonical": await to_thread(state["canonical"].learn, state["earned"])}


async def evaluate(state: Rewarded) -> Update:
    """What learning has earned over the holdback, or that nobody can tell yet."""
    return {"lift": await to_thread(state["canonical"].lift)}


async def snapshot(state: Learned, runtime: Runtime[Fold]) -> Update:
    """Keep the state where a snapshot is due, and at the end what was found out."""
    fold, canonical = runtime.context, state["canonical"]
    due = bool(state["log"]) and canonical.taken % fold.learning.every == 0
    if due:
        await Snapshots(fold.session).add(await to_thread(_snapshot, canonical, fold.learning))
    if state["ends"]:
        await Snapshots(fold.session).keep(canonical.policy.name, newest=KEPT)
        await _say(fold.session, state["lift"])
    folded = state.get("folded", 0) + len(state["log"])
    return {"folded": folded, "snapshots": state.get("snapshots", 0) + int(due)}


def _again(state: Collected) -> str:
    return END if state["ends"] else "collect"


async def _begin(fold: Fold) -> Update:
    """The last snapshot that no revision touches.  Later ones are wrong now, and dropped."""
    revised = await Decisions(fold.session).forget_revisions()
    snapshots = Snapshots(fold.session)
    if revised is not None:
        await snapshots.drop_from(revised)
    latest = await snapshots.latest(fold.learning.policies.name)
    canonical = await to_thread(restored, fold.learning.policies, latest)
    return {"canonical": canonical, "revised_from": revised}


def _snapshot(canonical: Canonical, learning: Learning) -> PolicySnapshot:
    state = canonical.seal()
    return PolicySnapshot(
        id=new_id(),
        policy=canonical.policy.name,
        position=canonical.position,
        sha256=hashlib.sha256(state).hexdigest(),
        state=state,
        created_at=learning.clock(),
    )


async def _say(session: Session, lift: Estimate) -> None:
    """Store the lift when it rests on at least one percent more than what was said last."""
    last = await Evaluations(session).latest(LIFT)
    if last is None or abs(lift.n - last.estimate.n) * 100 > last.estimate.n:
        await Evaluations(session).add(LIFT, lift)


def feedback_graph() -> Feedback:
    """The five steps, again and again until the watermark."""
    graph = StateGraph(Learned, context_schema=Fold, input_schema=Begun)
    for name, node in STEPS.items():
        graph.add_node(name, node)
    names = [START, *STEPS]
    for before, after in zip(names, names[1:], strict=False):
        graph.add_edge(before, after)
    graph.add_conditional_edges("snapshot", _again, ["collect", END])
    return graph.compile()


STEPS: dict[str, Any] = {
    "collect": collect,
    "reward": reward,
    "learn": learn_rewards,
    "evaluate": evaluate,
    "snapshot": snapshot,
}


async def learn(learning: Learning, workspace_id: UUID) -> Learned | None:
    """Close the windows that are over and fold what they closed.

    Returns where it got to; None when another process is folding this workspace right now.
    """
    database = learning.database
    async with database.transaction(workspace_id) as session:
        await Decisions(session).close(before=learning.clock() - learning.window)
    async with database.transaction(workspace_id) as session:
        if not await fold_alone(session):
            return None
        learned = await feedback_graph().ainvoke(
            {"workspace_id": workspace_id},
            {"recursion_limit": ENDLESS},
            context=Fold(session, learning),
        )
    learning.policies.stale(workspace_id)
    return learned  # type: ignore[return-value]
