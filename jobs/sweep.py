"""Finds what was never said: work that is due although no job speaks of it.

A job is a messenger and may be lost; these look-ups read the rows themselves.  Asking twice is
harmless: jobs carry a key, and whoever comes second finds the lease taken or the work done.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from graph.intending import look
from graph.promoting import ask_to_learn
from store.database import Database, Session
from store.decisions import due_learning
from store.outbox import due
from store.queue import Queue
from store.runs import due_runs

RUN = "run_campaign"
MOST = 200


@dataclass(frozen=True)
class Swept:
    """How many campaigns and posts were found waiting."""

    runs: int
    posts: int


async def sweep(database: Database) -> Swept:
    """Say again every campaign that waits for a worker and every post that is due."""
    async with database.definer() as session:
        runs, posts = await due_runs(session, MOST), await due(session, MOST)
    for workspace_id, run_id in runs:
        async with database.transaction(workspace_id) as session:
            await go_on(session, workspace_id, run_id)
    for workspace_id, outbox_id in posts:
        async with database.transaction(workspace_id) as session:
            await look(session, workspace_id, outbox_id)
    return Swept(len(runs), len(posts))


async def sweep_learning(database: Database, *, now: datetime, window: timedelta) -> int:
    """Ask every workspace with something new to learn; how many there are."""
    async with database.definer() as session:
        workspaces = await due_learning(session, now=now, window=window, limit=MOST)
    for workspace_id in workspaces:
        async with database.transaction(workspace_id) as session:
            await ask_to_learn(session, workspace_id)
    return len(workspaces)


async def go_on(session: Session, workspace_id: UUID, run_id: UUID) -> None:
    """Have a worker take a run as far as it can go."""
    ids = {"workspace_id": str(workspace_id), "run_id": str(run_id)}
    await Queue(session).defer(RUN, ids, key=f"run:{run_id}")
