"""What came of decisions becomes what the policy knows, in log order, up to a watermark.

    collect -> reward -> learn -> evaluate -> snapshot

One pass of the graph takes the log to the next snapshot's place: every so many entries from its
beginning, wherever the passes before it ended, so that the same log has the same snapshots.

The same is done for the policy in charge and, in transactions of their own, for those that learn
in the shadow; each has snapshots of its own.

A reward that comes after its decision's window is a revision: taking events in notes the
position in the same transaction (`store.events`), and `Decisions.revised` tells it here.  Then
every snapshot that had read that position is dropped and the log is folded again from the last
one before it, all in one transaction with the new snapshots.
"""

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
from graph.cards import card, metrics, snapshot_of
from graph.charge import Charge
from graph.promoting import ask_to_learn
from graph.serving import Policies
from smartcontent.decision import Estimate
from store.database import Database, Session
from store.decisions import Decisions, Logged
from store.evaluations import Evaluations
from store.fold_lock import fold_alone
from store.registry import Registry
from store.snapshots import Snapshots

EVERY = 500  # entries of the log between two snapshots
PASS = 20_000  # entries that a shadow reads in one transaction
KEPT = 50  # snapshots; a revision before all of them folds the log from its beginning
MILESTONES = (10_000, 12)  # beyond them one every so many entries: as far as evaluations look back
LIFT = "lift"
ENDLESS = 1_000_000_000  # passes end with the log, not with LangGraph's count of steps


@dataclass(frozen=True)
class Learning:
    """What learning needs: `window` is how long a decision waits for its reward where the
    workspace's own rewards do not say, `most` how many entries a shadow reads at a time."""

    database: Database
    policies: Policies
    window: timedelta
    every: int = EVERY
    most: int = PASS
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True)
class Fold:
    """The runtime context: one transaction, in which nobody else folds this workspace.

    `shadow`: the charge decides nothing, so there is no lift to tell of, and it ends at the first
    snapshot's place after `most` entries.
    """

    session: Session
    learning: Learning
    charge: Charge
    shadow: bool = False
    most: int = ENDLESS


class Begun(TypedDict):
    workspace_id: UUID


class Collected(Begun):
    """`canonical` is what was known before `log`; `ends`: the watermark is reached.  `parent` is
    the snapshot that the fold went on from."""

    canonical: Canonical
    parent: UUID | None
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
    enough = state.get("folded", 0) + len(closed) >= fold.most
    return {**begun, "log": closed, "ends": len(closed) < room or enough}


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
    fold, canonical, parent = runtime.context, state["canonical"], state["parent"]
    due = bool(state["log"]) and canonical.taken % fold.learning.every == 0
    if due:
        parent = await _keep(fold, canonical, parent)
    if state["ends"]:
        await _tidy(fold)
    if state["ends"] and not fold.shadow:
        await _say(fold.session, state["lift"])
    folded = state.get("folded", 0) + len(state["log"])
    made = state.get("snapshots", 0) + int(due)
    return {"folded": folded, "snapshots": made, "parent": parent}


def _again(state: Collected) -> str:
    return END if state["ends"] else "collect"


async def _begin(fold: Fold) -> Update:
    """The last snapshot that no revision touches.  Later ones are wrong now, and dropped."""
    revised = await Decisions(fold.session).forget_revisions()
    snapshots = Snapshots(fold.session)
    if revised is not None:
        await snapshots.drop_from(revised)
    latest = await fold.charge.latest(fold.session)
    canonical = await to_thread(fold.charge.restored, latest)
    return {
        "canonical": canonical,
        "revised_from": revised,
        "parent": latest.id if latest else None,
    }


async def _keep(fold: Fold, canonical: Canonical, parent: UUID | None) -> UUID:
    """Store the state with what it rests on; its id."""
    snapshot = await to_thread(snapshot_of, fold.charge, canonical, fold.learning.clock())
    await Snapshots(fold.session).add(
        snapshot,
        rewards=canonical.rewards.digest,
        since=fold.charge.since,
        taken=canonical.taken,
        parent=parent,
        metrics=metrics(canonical),
        card=card(fold.charge, canonical),
    )
    return snapshot.id


async def _tidy(fold: Fold) -> None:
    name, rewards = fold.charge.name, fold.charge.rewards.digest
    snapshots = Snapshots(fold.session)
    await snapshots.keep(name, rewards=rewards, newest=KEPT, milestones=MILESTONES)


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

    Returns where the policy in charge got to; None when another process is folding this
    workspace right now.
    """
    database = learning.database
    async with database.transaction(workspace_id) as session:
        charge = await learning.policies.charges.in_charge(session)
        minutes = charge.rewards.window_minutes
        window = learning.window if minutes is None else timedelta(minutes=minutes)
        await Decisions(session).close(before=learning.clock() - window)
    async with database.transaction(workspace_id) as session:
        if not await fold_alone(session):
            return None
        before = await Decisions(session).closed_before()  # a shorter window may have closed more
        charges = learning.policies.charges
        await Registry(session).ensure(charges.name)
        fold = Fold(session, learning, await charges.in_charge(session))
        learned = await _fold(fold, workspace_id)
        await Decisions(session).learned(before=before)
    await _learn_shadows(learning, workspace_id)
    learning.policies.stale(workspace_id)
    return learned


async def _learn_shadows(learning: Learning, workspace_id: UUID) -> None:
    """Those that learn beside, up to `most` entries at a time: who is new has a long way to go.

    Where something was revised meanwhile the policy in charge comes first: its pass drops every
    snapshot that the revision concerns.
    """
    charges = learning.policies.charges
    async with learning.database.transaction(workspace_id) as session:
        shadows = await Registry(session).shadows()
    for policy in shadows:
        async with learning.database.transaction(workspace_id) as session:
            revised = await Decisions(session).revised() is not None
            if revised or not await fold_alone(session):
                return
            charge = charges.of(policy, (await charges.in_charge(session)).rewards)
            fold = Fold(session, learning, charge, shadow=True, most=learning.most)
            if (await _fold(fold, workspace_id))["folded"] >= learning.most:
                await ask_to_learn(session, workspace_id)


async def _fold(fold: Fold, workspace_id: UUID) -> Learned:
    learned: Learned = await feedback_graph().ainvoke(  # type: ignore[assignment]
        {"workspace_id": workspace_id}, {"recursion_limit": ENDLESS}, context=fold
    )
    return learned
