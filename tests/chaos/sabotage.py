"""Runners that must not be trusted: the controls of the trials."""

from typing import Any
from uuid import uuid4

from langgraph.types import Command

from graph.runner import Held, Runner
from graph.state import Uploaded
from smartcontent.publishing import RunState


class NextIsProof(Runner):
    """Sabotaged: takes a checkpoint's empty `next` for the end of the run."""

    async def _go_on(self, held: Held) -> RunState:
        snapshot = await self._graph.aget_state(held.thread)
        if held.lease.state is RunState.RUNNING and not snapshot.next:
            return RunState.FINISHED
        return await super()._go_on(held)


class RandomIds(Runner):
    """Sabotaged: whoever takes over a run starts it again under ids of its own."""

    async def _entrance(self, held: Held) -> Uploaded | Command[Any] | None:
        if held.lease.state is RunState.RUNNING:
            return await self._uploaded(held)
        return await super()._entrance(held)

    async def _uploaded(self, held: Held) -> Uploaded:
        uploaded = await super()._uploaded(held)
        return Uploaded(**{**uploaded, "run_id": uuid4()})
