"""Who may run what, what a death leaves behind, and why an empty `next` proves nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.campaign import campaign_graph
from graph.checkpoints import threads
from graph.progress import step
from graph.runner import MOST_LEASES, Runner
from smartcontent.content import Analysis, Content, SimilarPost
from smartcontent.errors import InvalidContent, LeaseLost, NotFound
from smartcontent.publishing import CampaignSettings, PostState, RunState
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Database
from store.posts import Posts
from store.runs import Lease, Runs
from store.segments import Segments
from tests.graph.small_team import SmallAnalyst, SmallSegmenter, small_team, start

AUTO = CampaignSettings(auto_approve=True)
CHECKPOINTS = 10  # the input, and one after each of the nodes and their entrance


class Died(BaseException):
    """Stands for a kill: nothing may catch it."""


class MortalSaver(AsyncPostgresSaver):
    """Dies instead of keeping its n-th checkpoint, when the node's writes are already kept."""

    def __init__(self, healthy: AsyncPostgresSaver, *, dies_at: int) -> None:
        super().__init__(healthy.conn, serde=healthy.serde)
        self._left = dies_at

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        self._left -= 1
        if self._left <= 0:
            raise Died
        return await super().aput(config, checkpoint, metadata, new_versions)


class Troubled(SmallAnalyst):
    """Raises what it is given."""

    def __init__(self, trouble: Exception) -> None:
        self._trouble = trouble

    def analyse(self, content: Content, similar: Sequence[SimilarPost] = ()) -> Analysis:
        raise self._trouble


async def lease(
    database: Database, workspace: UUID, run: UUID, owner: str, seconds: float
) -> Lease:
    async with database.transaction(workspace) as session:
        return await Runs(session).lease(run, owner=owner, seconds=seconds)


async def state_of(database: Database, workspace: UUID, run: UUID) -> RunState:
    async with database.transaction(workspace) as session:
        return (await Runs(session).get(run)).state


async def scheduled(database: Database, workspace: UUID, campaign: UUID) -> int:
    async with database.transaction(workspace) as session:
        posts = await Posts(session).list(campaign_id=campaign, state=PostState.SCHEDULED)
    return len(posts)


def thread_of(run: UUID) -> RunnableConfig:
    return {"configurable": {"thread_id": str(run)}}


async def test_another_workspaces_run_does_not_exist(
    database: Database,
    workspace: UUID,
    second_workspace: UUID,
    checkpointer: AsyncPostgresSaver,
) -> None:
    _, run = await start(database, workspace)
    with pytest.raises(NotFound):
        await Runner(small_team(database), checkpointer).run(second_workspace, run, owner="a")
    assert await state_of(database, workspace, run) is RunState.QUEUED


async def test_a_run_that_is_held_is_left_alone(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    _, run = await start(database, workspace)
    await lease(database, workspace, run, "other", 60.0)
    with pytest.raises(LeaseLost):
        await Runner(small_team(database), checkpointer).run(workspace, run, owner="a")


async def test_a_worker_that_was_replaced_writes_nothing(
    database: Database, workspace: UUID
) -> None:
    _, run = await start(database, workspace)
    old = await lease(database, workspace, run, "old", 0.001)
    await asyncio.sleep(0.01)
    await lease(database, workspace, run, "new", 60.0)
    team = small_team(database).holding(old)
    with pytest.raises(LeaseLost):
        async with step(team, workspace, "segmenter", since=0.0) as work:
            await Segments(work.session).replace(SmallSegmenter().segment([]))
    async with database.transaction(workspace) as session:
        assert await Segments(session).list() == [] and await Runs(session).steps(run) == []


async def test_a_team_without_a_lease_writes_nothing(database: Database, workspace: UUID) -> None:
    with pytest.raises(LeaseLost):
        async with step(small_team(database), workspace, "segmenter", since=0.0):
            pass


async def test_the_lease_is_renewed_while_work_goes_on(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    class Slow(SmallSegmenter):
        def segment(self, behaviours: Sequence[Any], previous: object = None) -> Any:
            asyncio.run(asyncio.sleep(0.6))
            return super().segment(behaviours)

    _, run = await start(database, workspace, AUTO)
    team = replace(small_team(database), segmenter=Slow())
    working = asyncio.create_task(
        Runner(team, checkpointer, lease_seconds=0.3).run(workspace, run, owner="a")
    )
    await asyncio.sleep(0.5)
    with pytest.raises(LeaseLost):
        await lease(database, workspace, run, "other", 60.0)
    assert await working is RunState.FINISHED


async def test_a_known_problem_fails_the_run_and_says_what_to_do(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    _, run = await start(database, workspace)
    trouble = InvalidContent("There is no sentence in this text.", todo="Write one.")
    team = replace(small_team(database), analyst=Troubled(trouble))
    state = await Runner(team, checkpointer).run(workspace, run, owner="a")
    async with database.transaction(workspace) as session:
        ended = await Runs(session).get(run)
    assert state is ended.state is RunState.FAILED
    assert ended.problem == "There is no sentence in this text. Write one."


async def test_our_own_bug_is_raised_and_the_run_can_go_on_later(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    _, run = await start(database, workspace, AUTO)
    team = replace(small_team(database), analyst=Troubled(TypeError("a bug")))
    with pytest.raises(TypeError):
        await Runner(team, checkpointer, lease_seconds=0.01).run(workspace, run, owner="a")
    assert await state_of(database, workspace, run) is RunState.RUNNING
    await asyncio.sleep(0.02)
    healthy = Runner(small_team(database), checkpointer)
    assert await healthy.run(workspace, run, owner="b") is RunState.FINISHED


async def test_a_cancelled_run_stays_cancelled_and_its_thread_goes(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    campaign, run = await start(database, workspace)
    runner = Runner(small_team(database), checkpointer)
    await runner.run(workspace, run, owner="a")
    async with database.transaction(workspace) as session:
        await Runs(session).cancel(campaign)
    assert await runner.run(workspace, run, owner="b") is RunState.CANCELLED
    assert await checkpointer.aget_tuple(thread_of(run)) is None


async def test_threads_of_runs_that_are_over_or_gone_are_removed(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    runner = Runner(small_team(database), checkpointer)
    started = [await start(database, workspace) for _ in range(3)]
    for _, run in started:
        await runner.run(workspace, run, owner="a")
    (cancelled, _), (deleted, _), (_, waiting) = started
    async with database.transaction(workspace) as session:
        await Runs(session).cancel(cancelled)
        await Contents(session).delete((await Campaigns(session).get(deleted)).content_id)
    assert await runner.tidy() >= 2
    left = [await checkpointer.aget_tuple(thread_of(run)) for _, run in started]
    assert [thread is not None for thread in left] == [False, False, True]
    assert (workspace, waiting) in await threads(checkpointer)


async def test_a_run_that_nobody_can_end_fails_at_last(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    _, run = await start(database, workspace)
    for _ in range(MOST_LEASES):
        await lease(database, workspace, run, "unlucky", 0.0)
    runner = Runner(small_team(database), checkpointer)
    assert await runner.run(workspace, run, owner="a") is RunState.FAILED


async def test_a_finished_run_leaves_no_thread(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    _, run = await start(database, workspace, AUTO)
    runner = Runner(small_team(database), checkpointer)
    assert await runner.run(workspace, run, owner="a") is RunState.FINISHED
    assert await checkpointer.aget_tuple(thread_of(run)) is None
    assert await runner.run(workspace, run, owner="b") is RunState.FINISHED


@pytest.mark.parametrize("dies_at", range(1, CHECKPOINTS + 1))
async def test_dying_before_any_checkpoint_changes_nothing(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver, dies_at: int
) -> None:
    campaign, run = await start(database, workspace, AUTO)
    mortal = Runner(
        small_team(database), MortalSaver(checkpointer, dies_at=dies_at), lease_seconds=0.01
    )
    with pytest.raises(Died):
        await mortal.run(workspace, run, owner="a")
    await asyncio.sleep(0.02)
    healthy = Runner(small_team(database), checkpointer)
    assert await healthy.run(workspace, run, owner="b") is RunState.FINISHED
    assert await scheduled(database, workspace, campaign) == 3


async def test_control_an_empty_next_is_seen_while_work_is_left(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    """Whoever took `next` for the truth would have called this run finished, and lost it."""
    campaign, run = await start(database, workspace, AUTO)
    mortal = Runner(small_team(database), MortalSaver(checkpointer, dies_at=4))
    with pytest.raises(Died):
        await mortal.run(workspace, run, owner="a")
    snapshot = await campaign_graph(checkpointer).aget_state(thread_of(run))
    assert snapshot.values and snapshot.next == ()
    assert await scheduled(database, workspace, campaign) == 0
