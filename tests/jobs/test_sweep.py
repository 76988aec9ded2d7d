"""Work that no job speaks of is found, once, and only when it is due."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg

from jobs.sweep import sweep, sweep_learning
from smartcontent.publishing import RunState
from store.database import Database
from store.outbox import Outbox
from store.posts import Posts
from store.runs import Runs
from tests.graph.small_team import start
from tests.jobs.rows import ready


async def jobs_with(database: Database, key: str) -> list[tuple[str, dict[str, str]]]:
    async with await psycopg.AsyncConnection.connect(database.url) as connection:
        found = await connection.execute(
            "SELECT task_name, args FROM jobs.procrastinate_jobs WHERE queueing_lock = %s", [key]
        )
        return [(task, args) for task, args in await found.fetchall()]


async def test_a_queued_campaign_is_said_again_once(database: Database, workspace: UUID) -> None:
    _, run = await start(database, workspace)
    await sweep(database)
    await sweep(database)
    ids = {"workspace_id": str(workspace), "run_id": str(run)}
    assert await jobs_with(database, f"run:{run}") == [("run_campaign", ids)]


async def test_a_dead_workers_campaign_is_found_when_its_lease_ran_out(
    database: Database, workspace: UUID
) -> None:
    _, run = await start(database, workspace)
    async with database.transaction(workspace) as session:
        lease = await Runs(session).lease(run, owner="dead", seconds=0.2)
        await Runs(session).move(lease, RunState.RUNNING)
    await sweep(database)
    assert await jobs_with(database, f"run:{run}") == []
    await asyncio.sleep(0.25)
    await sweep(database)
    assert len(await jobs_with(database, f"run:{run}")) == 1


async def test_a_campaign_that_waits_for_a_person_is_left_alone(
    database: Database, workspace: UUID
) -> None:
    row = await ready(database, workspace)
    async with database.transaction(workspace) as session:
        run = await Runs(session).of(row.campaign_id)
        lease = await Runs(session).lease(run.id, owner="a", seconds=60.0)
        waiting = row.post.model_copy(update={"id": UUID(int=workspace.int ^ 1)})
        await Posts(session).add([waiting])
        await Runs(session).move(lease, RunState.AWAITING_APPROVAL)
    await sweep(database)
    assert await jobs_with(database, f"run:{run.id}") == []
    async with database.transaction(workspace) as session:
        await Posts(session).reject(waiting.id, by=None)
    await sweep(database)
    assert len(await jobs_with(database, f"run:{run.id}")) == 1


async def test_a_due_post_is_said_again_and_a_later_one_is_not(
    database: Database, workspace: UUID
) -> None:
    due = await ready(database, workspace)
    later = await ready(database, workspace, at=datetime.now(UTC) + timedelta(hours=1))
    await sweep(database)
    ids = {"workspace_id": str(workspace), "outbox_id": str(due.outbox_id)}
    assert await jobs_with(database, f"publish:{due.outbox_id}") == [("publish_due", ids)]
    assert await jobs_with(database, f"publish:{later.outbox_id}") == []


async def test_a_post_that_is_being_sent_is_left_alone(database: Database, workspace: UUID) -> None:
    row = await ready(database, workspace)
    async with database.transaction(workspace) as session:
        await Outbox(session).claim(row.outbox_id, owner="busy", seconds=60.0)
    await sweep(database)
    assert await jobs_with(database, f"publish:{row.outbox_id}") == []


async def test_a_workspace_is_asked_to_learn_when_a_decision_has_had_its_time(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    await ready(database, workspace)
    now, window = datetime.now(UTC), timedelta(days=1)
    await sweep_learning(database, now=now, window=window)
    assert await jobs_with(database, f"learn:{workspace}") == []
    await sweep_learning(database, now=now + window, window=window)
    assert len(await jobs_with(database, f"learn:{workspace}")) == 1
    assert await jobs_with(database, f"learn:{second_workspace}") == []
