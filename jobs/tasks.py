"""What the worker does when a job says "look now".  Arguments are ids; the rows say the rest.

A task ends quietly when there is nothing to do: somebody else is at it, or it was done.  Any
other error fails the job, is logged with its traceback, and the sweep says it again.
"""

import logging
import os
import socket
from asyncio import to_thread
from uuid import UUID, uuid4

from graph.engagement import look_at_model
from graph.promoting import look_at_shadows
from jobs.duties import Duties
from jobs.publish_due import publish
from jobs.sweep import sweep, sweep_learning
from memory.recall import post_item
from smartcontent.errors import Conflict, NotFound
from smartcontent.publishing import Post, PostState
from store.contents import Contents
from tools.search_content import as_memory

log = logging.getLogger(__name__)


def new_owner() -> str:
    """Who holds a lease: this attempt, of this process, on this machine."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


class Tasks:
    """The duties as functions of ids, ready to be registered."""

    def __init__(self, duties: Duties) -> None:
        self._duties = duties

    async def run_campaign(self, workspace_id: str, run_id: str) -> None:
        """Take a campaign as far as it can go."""
        try:
            state = await self._duties.runner.run(
                UUID(workspace_id), UUID(run_id), owner=new_owner()
            )
        except (Conflict, NotFound) as nothing:
            log.info("run %s: %s", run_id, nothing)
        else:
            log.info("run %s is %s", run_id, state)

    async def publish_due(self, workspace_id: str, outbox_id: str) -> None:
        """Send one post, if it is still to be sent."""
        duties = self._duties
        try:
            post = await publish(
                duties.database,
                duties.connectors,
                UUID(workspace_id),
                UUID(outbox_id),
                new_owner(),
                media=duties.media,
                clock=duties.clock,
            )
        except (Conflict, NotFound) as nothing:
            log.info("intent %s: %s", outbox_id, nothing)
        else:
            log.info("post %s is %s", post.id, post.state)
            await self._remember(UUID(workspace_id), post)

    async def remember_content(self, workspace_id: str, content_id: str) -> None:
        """Have memory say of a content what its row says: its text, or nothing any more."""
        workspace, memory = UUID(workspace_id), self._duties.memory
        async with self._duties.database.transaction(workspace) as session:
            try:
                content = await Contents(session).get(UUID(content_id))
            except NotFound:
                content = None
        if content is None:
            await to_thread(memory.forget, workspace, [content_id])
        else:
            await to_thread(memory.remember, workspace, [as_memory(content)])

    async def learn(self, workspace_id: str) -> None:
        """Close windows, fold what is new, keep snapshots; see what is due once a day."""
        workspace, duties = UUID(workspace_id), self._duties
        await duties.learn(workspace)
        await duties.look_for_drift(workspace)
        await look_at_shadows(duties.database, workspace, duties.clock())
        await look_at_model(duties.database, workspace, duties.clock())

    async def train_engagement(self, workspace_id: str) -> None:
        """Train the workspace's own model of what its posts earn, if there is something new."""
        said = await self._duties.train(UUID(workspace_id))
        log.info("workspace %s: %s", workspace_id, said)

    async def evaluate(self, workspace_id: str, policy_id: str) -> None:
        """Compare a shadow with the policy in charge, if it is one still."""
        try:
            await self._duties.evaluate(UUID(workspace_id), UUID(policy_id))
        except (Conflict, NotFound) as nothing:
            log.info("policy %s: %s", policy_id, nothing)

    async def sweep(self, timestamp: int) -> None:
        """Find campaigns and posts that wait although no job speaks of them."""
        await sweep(self._duties.database)

    async def sweep_learning(self, timestamp: int) -> None:
        """Find workspaces with something to learn from."""
        duties = self._duties
        await sweep_learning(duties.database, now=duties.clock(), window=duties.window)

    async def tidy(self, timestamp: int) -> None:
        """Remove what runs that are over have left behind."""
        await self._duties.runner.tidy()

    async def _remember(self, workspace_id: UUID, post: Post) -> None:
        """So that the analyst finds it; the memory can be rebuilt from the posts at any time."""
        if post.state is PostState.PUBLISHED:
            await to_thread(self._duties.memory.remember, workspace_id, [post_item(post)])
