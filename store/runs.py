"""The ledger of runs: our own word on how far each campaign came, written only under a lease."""

from dataclasses import dataclass
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from smartcontent.content import Noun
from smartcontent.errors import WrongState
from smartcontent.publishing import RunState
from store import leases
from store.database import Session
from store.posts import cancel_unsent
from store.rows import as_noun, many, one
from store.tables import RUN_STEPS, RUNS

CHANNEL = "smartcontent_runs"
NEXT_STEP = "List campaigns: GET /v1/campaigns"
OVER = (RunState.FINISHED, RunState.FAILED, RunState.CANCELLED)
NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', :campaign)")
DUE = text("SELECT workspace_id, run_id FROM due_runs(:most)")


class Run(Noun):
    """Where a campaign's run is."""

    id: UUID
    campaign_id: UUID
    state: RunState
    problem: str | None = None
    fence: int
    updated_at: AwareDatetime


class RunStep(Noun):
    """One node's work, in words, and how long it took."""

    name: str
    summary: str
    seconds: float
    at: AwareDatetime


@dataclass(frozen=True)
class Lease:
    """The right to write to a run, until it runs out or another fence is given."""

    run_id: UUID
    campaign_id: UUID
    state: RunState
    owner: str
    fence: int
    seconds: float


class Runs:
    """Reading is free; writing takes a lease and names its fence."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, id: UUID) -> Run:
        return await one(self._session, Run, select(RUNS).where(RUNS.c.id == id), todo=NEXT_STEP)

    async def of(self, campaign_id: UUID) -> Run:
        found = select(RUNS).where(RUNS.c.campaign_id == campaign_id)
        return await one(self._session, Run, found, todo=NEXT_STEP)

    async def steps(self, run_id: UUID) -> list[RunStep]:
        """In the order they were first done."""
        done = select(RUN_STEPS).where(RUN_STEPS.c.run_id == run_id).order_by(RUN_STEPS.c.at)
        return await many(self._session, RunStep, done)

    async def lease(self, run_id: UUID, *, owner: str, seconds: float) -> Lease:
        """Raises NotFound, and LeaseLost while a lease runs."""
        taken = (
            update(RUNS)
            .where(RUNS.c.id == run_id, leases.free(RUNS))
            .values(lease_owner=owner, lease_until=leases.until(seconds), fence=RUNS.c.fence + 1)
            .returning(RUNS)
        )
        row = (await self._session.execute(taken)).one_or_none()
        if row is None:
            await self.get(run_id)
            raise leases.lost("run")
        run = as_noun(Run, row)
        return Lease(run.id, run.campaign_id, run.state, owner, run.fence, seconds)

    async def renew(self, lease: Lease) -> None:
        """Hold it for as long again, from now.  Raises LeaseLost."""
        await self._write(lease, lease_until=leases.until(lease.seconds))

    async def release(self, lease: Lease) -> None:
        """Let others have it at once.  Raises LeaseLost."""
        await self._write(lease, lease_owner=None, lease_until=None)

    async def move(self, lease: Lease, state: RunState, *, problem: str | None = None) -> None:
        """Raises LeaseLost, and WrongState when the run is over.

        A run that is over or waits for a person is held by nobody.
        """
        if (await self.get(lease.run_id)).state in OVER:
            raise WrongState("This run is over.", todo="Start a new campaign.")
        held = {} if state == RunState.RUNNING else {"lease_owner": None, "lease_until": None}
        await self._write(lease, state=state.value, problem=problem, **held)
        await self._tell(lease.campaign_id)

    async def step(self, lease: Lease, name: str, summary: str, seconds: float) -> None:
        """Note a step; doing it again replaces what was noted.  Raises LeaseLost."""
        await self._write(lease)
        row = {"summary": summary, "seconds": seconds}
        noted = upsert(RUN_STEPS).values(run_id=lease.run_id, name=name, **row)
        again = noted.on_conflict_do_update(
            index_elements=["workspace_id", "run_id", "name"], set_=row
        )
        await self._session.execute(again)
        await self._tell(lease.campaign_id)

    async def cancel(self, campaign_id: UUID) -> None:
        """Stop the run and take back every post of it that has not begun to be sent.

        Whoever holds the run loses it.  Cancelling twice is fine; WrongState when there is
        nothing left to stop.
        """
        run = await self.of(campaign_id)
        if run.state == RunState.CANCELLED:
            return
        taken_back = await cancel_unsent(self._session, campaign_id)
        if run.state in OVER and not taken_back:
            raise WrongState(
                "Everything of this campaign has been sent, or has failed.",
                todo="Delete what was published at the platform.",
            )
        await self._session.execute(
            update(RUNS)
            .where(RUNS.c.campaign_id == campaign_id)
            .values(state="cancelled", fence=RUNS.c.fence + 1, lease_until=None, **_touched())
        )
        await self._tell(campaign_id)

    async def _write(self, lease: Lease, **values: object) -> None:
        """Also locks the row, so that all of this transaction stands or falls with the lease."""
        written = (
            update(RUNS)
            .where(RUNS.c.id == lease.run_id, RUNS.c.fence == lease.fence)
            .values(**values, **_touched())
            .returning(RUNS.c.id)
        )
        if (await self._session.execute(written)).one_or_none() is None:
            raise leases.lost("run")

    async def _tell(self, campaign_id: UUID) -> None:
        await self._session.execute(NOTIFY, {"campaign": str(campaign_id)})


async def due_runs(session: Session, limit: int = 100) -> list[tuple[UUID, UUID]]:
    """(workspace, run) of those that wait for a worker; in `Database.definer()`."""
    return [(row[0], row[1]) for row in await session.execute(DUE, {"most": limit})]


def _touched() -> dict[str, object]:
    return {"updated_at": func.clock_timestamp()}
