"""A campaign as it runs: server-sent events, steps first, then the state whenever it changes."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict

from api.bodies import Id
from api.callers import CurrentCaller
from api.deps import Services, Work
from api.door import Door
from api.parts import Using
from api.problems import answers
from smartcontent.content import Caller
from smartcontent.publishing import RunState
from store.runs import CHANNEL, Run, Runs, RunStep

SEEN = re.compile(r"[0-9]{1,6}")  # the id of the last event a browser got: a step's number
MOVING = frozenset({RunState.QUEUED, RunState.RUNNING})

router = APIRouter(prefix="/v1/campaigns", route_class=Door, tags=["campaigns"])


class Progress(BaseModel):
    """Where a run stands."""

    model_config = ConfigDict(extra="forbid")

    state: RunState
    problem: str | None = None


async def existing(campaign_id: Id, session: Work) -> UUID:
    """The campaign's id, once it is known to be the caller's.  Raises NotFound."""
    await Runs(session).of(campaign_id)
    return campaign_id


@router.get(
    "/{campaign_id:uuid}/events", response_class=EventSourceResponse, responses=answers(404)
)
async def watch_campaign(
    campaign_id: Annotated[UUID, Depends(existing)],
    caller: CurrentCaller,
    parts: Using,
    last_event_id: Annotated[str, Header(include_in_schema=False)] = "",
) -> AsyncIterator[ServerSentEvent]:
    """Events `step` and `state`, until the run ends or waits for a person.

    The connection holds no transaction; each look is a short one of its own.  After a lost
    connection the browser sends the last event's id and gets the later steps only.
    """
    told = Told(int(last_event_id) if SEEN.fullmatch(last_event_id) else 0)
    async with _patience(parts.stream_seconds), _notes(parts.services) as notes:
        async for note in notes:
            if note not in ("", str(campaign_id)):
                continue
            run, steps = await _look(parts.services, caller, campaign_id)
            for event in told.news(run, steps):
                yield event
            if run.state not in MOVING:
                return


@dataclass
class Told:
    """What one listener has heard: how many steps, and the last state."""

    steps: int
    state: RunState | None = None

    def news(self, run: Run, steps: list[RunStep]) -> Iterator[ServerSentEvent]:
        """Steps that are new, numbered from 1, and the state if it changed."""
        for number, step in enumerate(steps[self.steps :], start=self.steps + 1):
            yield ServerSentEvent(event="step", data=step, id=str(number))
        self.steps = max(self.steps, len(steps))
        if run.state != self.state:
            self.state = run.state
            yield ServerSentEvent(
                event="state", data=Progress(state=run.state, problem=run.problem)
            )


@asynccontextmanager
async def _patience(seconds: float) -> AsyncIterator[None]:
    """One connection is kept so long; a browser then connects again by itself."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            yield


@asynccontextmanager
async def _notes(services: Services) -> AsyncIterator[AsyncIterator[str]]:
    """What runs have to tell, until the block ends."""
    notes = services.database.listen(CHANNEL)
    try:
        yield notes
    finally:
        if isinstance(notes, AsyncGenerator):
            await notes.aclose()


async def _look(services: Services, caller: Caller, campaign_id: UUID) -> tuple[Run, list[RunStep]]:
    async with services.database.transaction(caller.workspace_id) as session:
        run = await Runs(session).of(campaign_id)
        return run, await Runs(session).steps(run.id)
