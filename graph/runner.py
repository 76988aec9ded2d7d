"""Runs a campaign as far as it can go, by one worker at a time, whatever died before.

Three words decide, in this order: the run row's lease (may this worker write at all?), our own
rows (is it over?), and only then the checkpoint (where to go on).  A checkpoint's `next` is never
asked: it is empty before the first checkpoint, and again between a node's writes and the next one,
so an empty `next` after a crash proves nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.types import Command

from graph.campaign import campaign_graph
from graph.checkpoints import prune, thread_of, threads
from graph.state import Uploaded
from graph.team import Team
from smartcontent.errors import LeaseLost, NotFound, SetupProblem, SmartContentError
from smartcontent.publishing import PostState, RunState
from store.campaigns import Campaigns
from store.posts import Posts
from store.runs import OVER, Lease, Runs

MOST_LEASES = 100  # a run that so many workers began and none ended is broken, not unlucky
UNDECIDED = {PostState.DRAFT, PostState.AWAITING_APPROVAL}


@dataclass(frozen=True)
class Held:
    """A run of a workspace, and the lease that says it is ours for now."""

    workspace_id: UUID
    lease: Lease

    @property
    def thread(self) -> RunnableConfig:
        return thread_of(self.workspace_id, self.lease.run_id)


class Runner:
    """Takes a run's lease, goes on from where it stopped, and writes what became of it."""

    def __init__(
        self, team: Team, checkpointer: AsyncPostgresSaver, *, lease_seconds: float = 60.0
    ) -> None:
        self._team = team
        self._checkpointer = checkpointer
        self._graph = campaign_graph(checkpointer)
        self._seconds = lease_seconds

    async def run(self, workspace_id: UUID, run_id: UUID, *, owner: str) -> RunState:
        """Go on until the run is over or waits for a person.

        `owner` names this attempt, not this process.  Raises NotFound when the run is not this
        workspace's, LeaseLost when another worker holds it or takes it over.  A problem of our
        error tree is written to the run, which has failed; what is wrong with this machine, and
        any other error, leaves the run to the sweep, which starts it again.
        """
        held = await self._take(workspace_id, run_id, owner)
        try:
            return await self._advance(held)
        except (LeaseLost, SetupProblem):
            raise
        except SmartContentError as problem:
            return await self._end(held, RunState.FAILED, str(problem))

    async def tidy(self) -> int:
        """Remove the threads of runs that are over or gone; how many that were.

        A run may be cancelled, or deleted with its content, while nobody works on it.
        """
        over = [
            run_id
            for of, run_id in await threads(self._checkpointer)
            if await self._over(of, run_id)
        ]
        await prune(self._checkpointer, over)
        return len(over)

    async def _over(self, workspace_id: UUID, run_id: UUID) -> bool:
        async with self._team.database.transaction(workspace_id) as session:
            try:
                return (await Runs(session).get(run_id)).state in OVER
            except NotFound:
                return True

    async def _take(self, workspace_id: UUID, run_id: UUID, owner: str) -> Held:
        """The run's row is read through the workspace's eyes, and only then its thread."""
        async with self._team.database.transaction(workspace_id) as session:
            runs = Runs(session)
            lease = await runs.lease(run_id, owner=owner, seconds=self._seconds)
            if lease.state is RunState.QUEUED:
                await runs.move(lease, RunState.RUNNING)
        return Held(workspace_id, lease)

    async def _advance(self, held: Held) -> RunState:
        lease = held.lease
        if lease.state in OVER:
            await prune(self._checkpointer, [lease.run_id])
            return lease.state
        if lease.fence > MOST_LEASES:
            gave_up = f"{MOST_LEASES} workers began this campaign and none came to its end."
            return await self._end(held, RunState.FAILED, gave_up)
        stands = await self._stands(held)
        waits = lease.state is stands is RunState.AWAITING_APPROVAL
        if not waits and stands is not RunState.FINISHED:
            stands = await self._go_on(held)
        if stands is RunState.FINISHED:
            await prune(self._checkpointer, [lease.run_id])
        return await self._end(held, stands)

    async def _go_on(self, held: Held) -> RunState:
        async with self._renewing(held):
            await self._graph.ainvoke(
                await self._entrance(held),
                held.thread,
                context=self._team.holding(held.lease),
                durability="sync",
            )
        reached = await self._stands(held)
        return RunState.AWAITING_APPROVAL if reached is RunState.RUNNING else reached

    async def _stands(self, held: Held) -> RunState:
        """What our own rows say: it is over when every post is past its approval."""
        async with self._team.database.transaction(held.workspace_id) as session:
            posts = await Posts(session).list(campaign_id=held.lease.campaign_id)
        states = {post.state for post in posts}
        if states & UNDECIDED:
            return RunState.AWAITING_APPROVAL
        if not states or PostState.APPROVED in states:
            return RunState.RUNNING
        return RunState.FINISHED

    async def _entrance(self, held: Held) -> Uploaded | Command[str] | None:
        """Where to go on: at the start, at the interrupt, or wherever the thread stopped."""
        if await self._checkpointer.aget_tuple(held.thread) is None:
            return await self._uploaded(held)
        if held.lease.state is not RunState.AWAITING_APPROVAL:
            return None
        async with self._team.database.transaction(held.workspace_id) as session:
            said = await Posts(session).approvals(held.lease.campaign_id)
        return Command(resume=[str(approval.id) for approval in said])

    async def _uploaded(self, held: Held) -> Uploaded:
        async with self._team.database.transaction(held.workspace_id) as session:
            campaign = await Campaigns(session).get(held.lease.campaign_id)
        return Uploaded(
            workspace_id=held.workspace_id,
            campaign_id=campaign.id,
            run_id=held.lease.run_id,
            content_id=campaign.content_id,
            settings=campaign.settings,
        )

    async def _end(self, held: Held, state: RunState, problem: str | None = None) -> RunState:
        """Write the state and let go of the run."""
        async with self._team.database.transaction(held.workspace_id) as session:
            await Runs(session).move(held.lease, state, problem=problem)
        return state

    @asynccontextmanager
    async def _renewing(self, held: Held) -> AsyncIterator[None]:
        """Hold the lease while work goes on.  If renewing fails the fence still protects."""
        renewal = asyncio.create_task(self._renew(held))
        try:
            yield
        finally:
            renewal.cancel()
            await asyncio.gather(renewal, return_exceptions=True)

    async def _renew(self, held: Held) -> None:
        while True:
            await asyncio.sleep(self._seconds / 3)
            async with self._team.database.transaction(held.workspace_id) as session:
                await Runs(session).renew(held.lease)
