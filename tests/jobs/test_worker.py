"""A whole worker over a real queue: from a queued campaign to posts that went out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from graph.checkpoints import install, open_checkpoints
from graph.promoting import shadow
from graph.runner import Runner
from graph.serving import Policies
from jobs.app import job_app, recover_stalled
from jobs.duties import Duties, Running
from jobs.worker import run_worker
from learning.bandit.uniform import Uniform
from memory.embedding import HashedEmbedder
from memory.in_memory import InMemory
from smartcontent.publishing import CampaignSettings, Post, PostState, RunState
from store.database import Database
from store.media import MediaFolder
from store.posts import Posts
from store.queue import Queue
from tests.graph.small_team import small_team, start
from tests.jobs.targets import Target

LONG_AGO = timedelta(days=1)  # the team's clock is late, so that its slots are due at once


def now() -> datetime:
    return datetime.now(UTC)


def yesterday() -> datetime:
    return now() - LONG_AGO


@dataclass
class Idle:
    """A runner that takes its time and remembers what it was asked."""

    seconds: float = 0.0
    began: list[UUID] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)

    async def run(self, workspace_id: UUID, run_id: UUID, *, owner: str) -> RunState:
        self.began.append(run_id)
        await asyncio.sleep(self.seconds)
        self.ended.append(run_id)
        return RunState.FINISHED

    async def tidy(self) -> int:
        return 0


MakeDuties = Callable[..., Duties]


@pytest.fixture
def learned() -> list[UUID]:
    return []


@pytest.fixture
def make(database: Database, tmp_path: Path, learned: list[UUID]) -> MakeDuties:
    async def learn(workspace_id: UUID) -> None:
        learned.append(workspace_id)

    async def look_for_drift(workspace_id: UUID) -> None:
        assert learned[-1] == workspace_id

    async def train(workspace_id: UUID) -> None:
        learned.append(workspace_id)

    async def evaluate(workspace_id: UUID, policy_id: UUID) -> None:
        learned.append(policy_id)

    def duties(runner: Running, target: Target | None = None) -> Duties:
        return Duties(
            database=database,
            connectors={"target": target or Target()},
            media=MediaFolder(tmp_path),
            memory=InMemory(HashedEmbedder()),
            runner=runner,
            learn=learn,
            look_for_drift=look_for_drift,
            train=train,
            evaluate=evaluate,
            window=timedelta(days=1),
            clock=now,
        )

    return duties


@pytest.fixture(autouse=True)
async def empty_queue(database: Database) -> AsyncIterator[None]:
    """Other tests' jobs are not this worker's business."""
    async with await psycopg.AsyncConnection.connect(database.url) as connection:
        await connection.execute("DELETE FROM jobs.procrastinate_jobs")
    yield


async def defer(database: Database, workspace: UUID, task: str, **ids: UUID) -> None:
    async with database.transaction(workspace) as session:
        told = {"workspace_id": str(workspace), **{name: str(id) for name, id in ids.items()}}
        await Queue(session).defer(task, told)


async def posts_of(database: Database, workspace: UUID, campaign: UUID) -> list[Post]:
    async with database.transaction(workspace) as session:
        return await Posts(session).list(campaign_id=campaign)


async def test_a_campaign_goes_out_and_is_remembered(
    database: Database, workspace: UUID, owner_url: str, make: MakeDuties
) -> None:
    await install(owner_url)
    target = Target()
    async with open_checkpoints(database.url) as saver:
        team = small_team(database, platforms=["target"], clock=yesterday)
        duties = make(Runner(team, saver), target)
        settings = CampaignSettings(platforms=("target",), auto_approve=True)
        campaign, run = await start(database, workspace, settings)
        await defer(database, workspace, "run_campaign", run_id=run)
        await run_worker(database.url, duties, until_idle=True)
    posts = await posts_of(database, workspace, campaign)
    assert [post.state for post in posts] == [PostState.PUBLISHED] * 3
    sent = [outgoing.text for outgoing in target.received if outgoing.workspace_id == workspace]
    assert sorted(sent) == sorted(post.text for post in posts)
    assert duties.memory.count(workspace) == 3


async def test_it_learns_when_asked(
    database: Database, workspace: UUID, make: MakeDuties, learned: list[UUID]
) -> None:
    await defer(database, workspace, "learn")
    await run_worker(database.url, make(Idle()), until_idle=True)
    assert workspace in learned


async def test_a_job_about_nothing_ends_quietly(
    database: Database, workspace: UUID, make: MakeDuties
) -> None:
    await defer(database, workspace, "publish_due", outbox_id=UUID(int=5))
    await run_worker(database.url, make(Idle()), until_idle=True)
    assert await unfinished(database) == []


async def test_stopping_lets_a_running_job_end(
    database: Database, workspace: UUID, make: MakeDuties
) -> None:
    runner = Idle(seconds=0.5)
    await defer(database, workspace, "run_campaign", run_id=UUID(int=9))
    working = asyncio.create_task(run_worker(database.url, make(runner)))
    while UUID(int=9) not in runner.began:
        await asyncio.sleep(0.01)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    assert UUID(int=9) in runner.ended


async def test_a_dead_workers_job_goes_back_in_line_unless_another_waits(
    database: Database, workspace: UUID, make: MakeDuties
) -> None:
    app = job_app(database.url, make(Idle()))
    async with database.transaction(workspace) as session:
        await Queue(session).defer("learn", {"workspace_id": str(workspace)}, key="one")
        await Queue(session).defer("learn", {"workspace_id": str(workspace)}, key="two")
    async with await psycopg.AsyncConnection.connect(database.url) as connection:
        await connection.execute("UPDATE jobs.procrastinate_jobs SET status = 'doing'")
    async with database.transaction(workspace) as session:
        await Queue(session).defer("learn", {"workspace_id": str(workspace)}, key="two")
    async with app.open_async():
        await recover_stalled(app)
    assert sorted(await unfinished(database)) == [("one", "todo"), ("two", "todo")]


async def test_what_happens_periodically_is_registered(
    database: Database, make: MakeDuties
) -> None:
    app = job_app(database.url, make(Idle()))
    names = {name for name, _ in app.periodic_registry.periodic_tasks}
    assert names == {"sweep", "sweep_learning", "recover_stalled", "tidy"}


async def unfinished(database: Database) -> list[tuple[str, str]]:
    async with await psycopg.AsyncConnection.connect(database.url) as connection:
        found = await connection.execute(
            """SELECT coalesce(queueing_lock, ''), status::text FROM jobs.procrastinate_jobs
                WHERE status IN ('todo', 'doing', 'failed')
                  AND task_name NOT IN ('sweep', 'sweep_learning', 'recover_stalled', 'tidy')"""
        )
        return [(str(key), str(status)) for key, status in await found.fetchall()]


async def test_a_shadow_is_learned_and_evaluated(
    database: Database, workspace: UUID, make: MakeDuties, learned: list[UUID]
) -> None:
    """Registering one has it learn; the pass that learns asks for its evaluation."""
    policies = Policies(Uniform)
    async with database.transaction(workspace) as session:
        made = await shadow(
            session, policies, workspace, name="second", kind="uniform", settings={}
        )
    await run_worker(database.url, make(Idle()), until_idle=True)
    assert learned == [workspace, made.id]
