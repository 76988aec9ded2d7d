"""A node's rows and its line in the run's ledger: both or neither, and only under the lease."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

from graph.team import Team
from store.database import Session
from store.runs import Runs


@dataclass
class Step:
    """One node at work: its transaction, and what it wants said about it."""

    session: Session
    summary: str = ""


@asynccontextmanager
async def step(team: Team, workspace_id: UUID, name: str, *, since: float) -> AsyncIterator[Step]:
    """Open a transaction that commits together with the step's summary and seconds.

    The ledger's write is fenced: a worker whose lease was taken over raises LeaseLost here,
    and everything its node wrote is rolled back with it.
    """
    async with team.database.transaction(workspace_id) as session:
        entry = Step(session)
        yield entry
        seconds = perf_counter() - since
        await Runs(session).step(team.held, name, entry.summary, seconds)
