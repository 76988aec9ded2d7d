"""The fold of the log: the same whatever order events came in, late ones included."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from random import Random
from uuid import UUID

import pytest

from graph.feedback import EVERY, Learned, Learning, feedback_graph, learn
from learning.rewards import RewardSpec
from smartcontent.decision import Decision, Event
from store.database import Database
from store.decisions import Decisions, due_learning
from store.evaluations import Evaluations
from store.fold_lock import fold_alone
from store.snapshots import Snapshots
from tests.conftest import NewWorkspace
from tests.graph.world import (
    DAY,
    NOW,
    decided,
    event,
    ingest,
    kept,
    knowledge,
    log,
    policies,
    request,
)


def learning(database: Database, *, every: int = 5, after: timedelta = 2 * DAY) -> Learning:
    return Learning(database, policies(), window=DAY, every=every, clock=lambda: NOW + after)


async def folded(database: Database, workspace: UUID, *, every: int = 5) -> Learned:
    learned = await learn(learning(database, every=every), workspace)
    assert learned is not None
    return learned


async def twenty(database: Database, workspace: UUID) -> tuple[list[Decision], list[Event]]:
    """Decisions, and events for most of them."""
    asked = [request(context={"page": f"p{n % 3}"}) for n in range(20)]
    decisions = await decided(database, workspace, policies(), asked, holdback=0.3)
    shown = [event(decision, "impression") for decision in decisions[:15]]
    clicks = [event(decision, "click") for decision in decisions[:15:2]]
    rewards = [event(decision, "reward", 0.5) for decision in decisions[5:8]]
    return decisions, [*shown, *clicks, *rewards]


def shuffled(events: Sequence[Event], seed: int) -> list[list[Event]]:
    """The same events in another order, some twice, in batches of several sizes."""
    random = Random(seed)
    again = [*events, *random.sample(events, 10)]
    random.shuffle(again)
    batches = []
    while again:
        size = random.randint(1, 9)
        batches.append(list({one.id: one for one in again[:size]}.values()))
        again = again[size:]
    return batches


def test_the_graph_reads_as_the_plan() -> None:
    edges = feedback_graph().get_graph().edges
    then = {edge.source: edge.target for edge in edges if not edge.conditional}
    order = ["__start__", "collect", "reward", "learn", "evaluate", "snapshot"]
    assert then == dict(pairwise(order))
    assert {edge.target for edge in edges if edge.conditional} == {"collect", "__end__"}
    assert EVERY >= 100


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_order_and_duplicates_do_not_matter(
    database: Database, new_workspace: NewWorkspace, seed: int
) -> None:
    first, second = await new_workspace(), await new_workspace()
    decisions, events = await twenty(database, first)
    await log(database, second, decisions)
    await ingest(database, first, events)
    for batch in shuffled(events, seed):
        await ingest(database, second, batch)
    for workspace in (first, second):
        assert (await folded(database, workspace))["folded"] == 20
    assert knowledge(await kept(database, first)) == knowledge(await kept(database, second))


async def test_one_event_less_is_another_state(
    database: Database, new_workspace: NewWorkspace
) -> None:
    """The control: the comparison above can tell two states apart."""
    first, second = await new_workspace(), await new_workspace()
    decisions, events = await twenty(database, first)
    await log(database, second, decisions)
    await ingest(database, first, events)
    await ingest(database, second, events[:-1])
    for workspace in (first, second):
        await folded(database, workspace)
    assert knowledge(await kept(database, first)) != knowledge(await kept(database, second))


@pytest.mark.parametrize("seed", [4, 5])
async def test_late_events_end_in_the_same_state(
    database: Database, new_workspace: NewWorkspace, seed: int
) -> None:
    """Some events in time, then a fold, the rest late and in any order, with folds between."""
    first, second = await new_workspace(), await new_workspace()
    decisions, events = await twenty(database, first)
    await log(database, second, decisions)
    await ingest(database, first, events)
    await folded(database, first)
    batches = shuffled(events, seed)
    await ingest(database, second, batches[0])
    before = await folded(database, second)
    stale = knowledge(await kept(database, second))
    for batch in batches[1:]:
        await ingest(database, second, batch)
        again = await folded(database, second)
    assert (before["revised_from"], before["snapshots"]) == (None, 4)
    assert again["revised_from"] is None or again["folded"] >= 1
    assert knowledge(await kept(database, first)) == knowledge(await kept(database, second))
    assert stale != knowledge(await kept(database, second))


async def test_snapshots_stand_at_fixed_places_however_often_one_folds(
    database: Database, workspace: UUID
) -> None:
    _, events = await twenty(database, workspace)
    await ingest(database, workspace, events)
    assert (await folded(database, workspace))["snapshots"] == 4
    hashes = (await kept(database, workspace)).hash
    again = await folded(database, workspace)
    assert (again["folded"], again["snapshots"], again["canonical"].hash) == (0, 0, hashes)


async def test_a_rebuild_starts_at_the_last_snapshot_before_the_revision(
    database: Database, workspace: UUID
) -> None:
    decisions, events = await twenty(database, workspace)
    await ingest(database, workspace, events)
    await folded(database, workspace)
    await ingest(database, workspace, [event(decisions[12], "conversion")])
    again = await folded(database, workspace)
    assert (again["folded"], again["snapshots"]) == (10, 2)  # from the tenth entry on
    assert again["revised_from"] is not None
    assert (await folded(database, workspace))["revised_from"] is None


async def test_what_is_open_holds_the_watermark(database: Database, workspace: UUID) -> None:
    decisions, events = await twenty(database, workspace)
    await decided(database, workspace, policies(), [request()], now=NOW + 2 * DAY)
    await decided(database, workspace, policies(), [request()], now=NOW)
    await ingest(database, workspace, events)
    learned = await folded(database, workspace)
    assert learned["canonical"].taken == len(decisions)


async def test_silence_is_nothing_for_an_impression_and_unknown_for_a_post(
    database: Database, workspace: UUID
) -> None:
    asked = [request(), request(kind="post")]
    impression, post = await decided(database, workspace, policies(), asked)
    state = (await folded(database, workspace))["canonical"]
    assert state.policy.updates == 1
    assert state.tally["learned"] == {"0.0000": 1}
    await ingest(database, workspace, [event(post, "like")])
    state = (await folded(database, workspace))["canonical"]
    assert (state.policy.updates, state.usual) == (2, {"sandbox": [1.0, 0.5]})
    assert impression.chosen in {"story", "quote", "question"}


async def test_what_a_person_changed_teaches_nothing(database: Database, workspace: UUID) -> None:
    (decision,) = await decided(database, workspace, policies(), [request()])
    await ingest(database, workspace, [event(decision)])
    assert (await folded(database, workspace))["canonical"].policy.updates == 1
    async with database.transaction(workspace) as session:
        await Decisions(session).override(decision.id)
    assert (await folded(database, workspace))["canonical"].policy.updates == 0


async def test_lift_is_said_with_what_it_rests_on(database: Database, workspace: UUID) -> None:
    asked = [request() for _ in range(200)]
    decisions = await decided(database, workspace, policies(), asked, holdback=0.5)
    shown = [event(decision, "impression") for decision in decisions]
    clicks = [event(one) for one in decisions if one.branch == "learned"]
    clicks += [event(one) for one in decisions if one.branch == "holdback"][:20]
    await ingest(database, workspace, [*shown, *clicks])
    learned = await folded(database, workspace, every=100)
    async with database.transaction(workspace) as session:
        said = await Evaluations(session).latest("lift")
        assert said and said.estimate == learned["lift"]
    assert (said.estimate.low or 0.0) > 0.0 and said.estimate.n == 200
    await folded(database, workspace, every=100)
    async with database.transaction(workspace) as session:
        assert len(await Evaluations(session).list()) == 1  # nothing new, nothing said


async def test_a_damaged_snapshot_is_folded_again(
    database: Database, workspace: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    _, events = await twenty(database, workspace)
    await ingest(database, workspace, events)
    await folded(database, workspace)
    whole = knowledge(await kept(database, workspace))
    async with database.transaction(workspace) as session:
        snapshots, rewards = Snapshots(session), RewardSpec().digest
        latest = await snapshots.latest("vowpal", rewards=rewards)
        assert latest is not None
        flipped = latest.state[:-1] + bytes([latest.state[-1] ^ 1])
        await snapshots.drop_from(latest.position)
        await snapshots.add(latest.model_copy(update={"state": flipped}), rewards=rewards)
    learned = await folded(database, workspace)
    assert learned["folded"] == 20 and knowledge(learned["canonical"]) == whole
    assert "damaged" in caplog.text


async def test_one_fold_at_a_time(database: Database, workspace: UUID) -> None:
    await twenty(database, workspace)
    async with database.transaction(workspace) as session:
        assert await fold_alone(session)
        assert await learn(learning(database), workspace) is None
    assert (await folded(database, workspace))["folded"] == 20


async def test_what_is_learned_is_not_due_again_even_when_the_window_grows(
    database: Database, workspace: UUID
) -> None:
    """What a shorter window closed stays closed, and was learned."""
    await twenty(database, workspace)
    await folded(database, workspace)
    now = NOW + 2 * DAY
    async with database.transaction(workspace) as session:
        await Decisions(session).close(before=now)
    async with database.definer() as session:
        assert workspace in await due_learning(session, now=now, window=DAY, limit=10_000)
    await folded(database, workspace)
    async with database.definer() as session:
        assert workspace not in await due_learning(session, now=now, window=DAY, limit=10_000)
