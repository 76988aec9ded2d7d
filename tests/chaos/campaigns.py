"""Campaigns whose workers are killed at random: none may be lost, nothing intended twice."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from random import Random
from uuid import UUID, uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.checkpoints import open_checkpoints
from graph.runner import Runner
from smartcontent.errors import LeaseLost, WrongState
from smartcontent.publishing import CampaignSettings, PostState
from store.database import Database
from store.posts import Posts
from store.runs import due_runs
from store.workspaces import Workspaces
from tests.chaos.forks import Child, die
from tests.chaos.world import World
from tests.graph.small_team import small_team, start

LEASE = 0.4  # seconds: how long a killed worker's run is left alone
LONGEST = 0.6  # seconds a child lives before it is killed
CHECKPOINTS = 10  # that a campaign writes; an aimed kill falls just before one of them
AT_ONCE = 4  # campaigns that are added at once
SETTLED = 0.05  # seconds in which a node's writes, kept in the background, arrive
PAUSE = 0.01  # seconds a worker waits when nothing is due
PATIENCE = 120.0  # seconds in which everything must have come to its end
COUNTS = """
    SELECT r.campaign_id, r.state,
           (SELECT count(*) FROM variants v WHERE v.campaign_id = r.campaign_id),
           (SELECT count(*) FROM decisions d WHERE d.campaign_id = r.campaign_id),
           (SELECT count(*) FROM posts p WHERE p.campaign_id = r.campaign_id),
           (SELECT count(*) FROM approvals a JOIN posts p ON p.id = a.post_id
             WHERE p.campaign_id = r.campaign_id),
           (SELECT count(*) FROM outbox o JOIN posts p ON p.id = o.post_id
             WHERE p.campaign_id = r.campaign_id),
           (SELECT count(*) FROM run_steps s WHERE s.run_id = r.id)
      FROM runs r WHERE r.workspace_id = %s"""


class AimedSaver(AsyncPostgresSaver):
    """Kills its process in place of the n-th checkpoint, once the node's writes are kept."""

    left = 0

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        self.left -= 1
        if self.left == 0:
            await asyncio.sleep(SETTLED)
            die()
        return await super().aput(config, checkpoint, metadata, new_versions)


@dataclass(frozen=True)
class Outcome:
    """What became of the campaigns.  `lost` and `doubled` count campaigns.

    `killed_after` says which step the killed worker's run had done last.
    """

    kills: int
    campaigns: int
    lost: int
    doubled: int
    killed_after: dict[str, int]


@dataclass(frozen=True)
class Trial:
    """One workspace in which campaigns run under a kind of runner."""

    world: World
    workspace_id: UUID
    make: Callable[..., Runner] = Runner

    async def settle(self) -> None:
        """Make the workspace."""
        database = Database(self.world.app_url, pool_size=1)
        async with database.transaction(self.workspace_id) as session:
            await Workspaces(session).create(
                "Chaos", id=self.workspace_id, pseudonym_key_sealed=b"sealed"
            )
        await database.close()

    async def add(self) -> None:
        """A few campaigns more: half publish by themselves, half wait for a person."""
        database = Database(self.world.app_url, pool_size=1)
        for number in range(AT_ONCE):
            settings = CampaignSettings(auto_approve=bool(number % 2))
            await start(database, self.workspace_id, settings)
        await database.close()

    async def work(self, dies_at: int = 0) -> None:
        """A worker's life: it takes whatever is due until everything is over."""
        database = Database(self.world.app_url, pool_size=2)
        async with open_checkpoints(self.world.app_url, pool_size=1) as healthy:
            saver = AimedSaver(healthy.conn, serde=healthy.serde)
            saver.left = dies_at
            runner = self.make(small_team(database), saver, lease_seconds=LEASE)
            while await self._take_due(database, runner) or self.unfinished():
                await asyncio.sleep(PAUSE)
        await database.close()

    def unfinished(self) -> int:
        """How many campaigns are not over, by the owner's count."""
        query = """SELECT count(*) FROM runs WHERE workspace_id = %s
                      AND state NOT IN ('finished', 'failed', 'cancelled')"""
        [(count,)] = self.world.rows(query, self.workspace_id)
        return int(str(count))

    def at_work(self) -> str:
        """The last step of the run whose worker just died."""
        query = """SELECT coalesce((SELECT s.name FROM run_steps s WHERE s.run_id = r.id
                                     ORDER BY s.at DESC LIMIT 1), 'nothing')
                     FROM runs r WHERE r.workspace_id = %s AND r.lease_until > clock_timestamp()
                    ORDER BY r.updated_at DESC LIMIT 1"""
        found = self.world.rows(query, self.workspace_id)
        return str(found[0][0]) if found else "no run held"

    def counts(self) -> list[tuple[object, ...]]:
        """Of each campaign: how its run ended, and how many rows of each kind it left."""
        return [row[1:] for row in self.world.rows(COUNTS, self.workspace_id)]

    async def _take_due(self, database: Database, runner: Runner) -> bool:
        async with database.definer() as session:
            due = [
                run for workspace, run in await due_runs(session) if workspace == self.workspace_id
            ]
        for run_id in due:
            await self._advance(database, runner, run_id)
        return bool(due)

    async def _advance(self, database: Database, runner: Runner, run_id: UUID) -> None:
        """One job, then the person who approves what it brought.

        Beside a worker that was paused there are two such persons: the second is told that the
        post is approved.
        """
        with suppress(LeaseLost):
            await runner.run(self.workspace_id, run_id, owner=str(uuid4()))
        with suppress(WrongState):
            async with database.transaction(self.workspace_id) as session:
                for post in await Posts(session).list(state=PostState.AWAITING_APPROVAL):
                    await Posts(session).approve(post.id, content_hash=post.content_hash, by=None)


def undisturbed(world: World) -> tuple[object, ...]:
    """What every campaign leaves behind when nobody is killed."""
    trial = Trial(world, uuid4())
    Child(trial.settle).finish(within=PATIENCE)
    Child(trial.add).finish(within=PATIENCE)
    Child(trial.work).finish(within=PATIENCE)
    [same] = set(trial.counts())
    return same


def disturbed(
    world: World,
    usual: Sequence[object],
    kills: int,
    rng: Random,
    *,
    make: Callable[..., Runner] = Runner,
    late: bool = False,
) -> Outcome:
    """Kill workers so many times, let a last one finish, and compare with what is `usual`.

    Two in five kills come from outside at any time, two fall just before a checkpoint, and one
    is of a worker that was stopped, replaced and woken up.  For controls, `late` aims all of
    them at what follows the scheduler.
    """
    trial = Trial(world, uuid4(), make)
    Child(trial.settle).finish(within=PATIENCE)
    killed_after: Counter[str] = Counter()
    while killed_after.total() < kills:
        if trial.unfinished() < AT_ONCE // 2:
            Child(trial.add).finish(within=PATIENCE)
        if _kill_one(trial, rng, late=late):
            killed_after[trial.at_work()] += 1
    Child(trial.work).finish(within=PATIENCE)
    found = trial.counts()
    return Outcome(
        kills=kills,
        campaigns=len(found),
        lost=sum(row[0] != usual[0] or _any(int.__lt__, row, usual) for row in found),
        doubled=sum(_any(int.__gt__, row, usual) for row in found),
        killed_after=dict(killed_after),
    )


def _kill_one(trial: Trial, rng: Random, *, late: bool) -> bool:
    kind = "aimed" if late else rng.choice(("outside", "outside", "aimed", "aimed", "replaced"))
    if kind == "outside":
        return Child(trial.work).killed(after=rng.uniform(0.02, LONGEST))
    if kind == "replaced":
        return _replace_one(trial, rng)
    dies_at = rng.randint(8, 9) if late else rng.randint(1, CHECKPOINTS)
    return Child(partial(trial.work, dies_at)).killed(after=PATIENCE)


def _replace_one(trial: Trial, rng: Random) -> bool:
    """A worker sleeps through its lease and wakes up beside the one that took its place."""
    sleeper = Child(trial.work)
    sleeper.pause(after=rng.uniform(0.02, LONGEST))
    other = Child(trial.work)
    time.sleep(LEASE + rng.uniform(0.0, LONGEST))
    sleeper.wake()
    one = sleeper.killed(after=rng.uniform(0.02, LONGEST))
    return other.killed(after=rng.uniform(0.02, LONGEST)) or one


def _any(
    compare: Callable[[int, int], bool], row: Sequence[object], usual: Sequence[object]
) -> bool:
    """Whether a count of the row, its state aside, compares so with the usual one."""
    pairs = zip(row[1:], usual[1:], strict=True)
    return any(compare(int(str(count)), int(str(wanted))) for count, wanted in pairs)
