"""The workspace itself, remembered for a moment: every decision asks it for the same few words."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from smartcontent.content import Workspace
from store.database import Session
from store.workspaces import Workspaces

MEMORY = 5.0  # seconds; how long a change may take to be noticed here
MOST = 10_000


@dataclass(frozen=True)
class Remembered:
    workspace: Workspace
    until: float


class Tenants:
    """Workspaces by id, read again every five seconds.  `clock` counts seconds."""

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._known: dict[UUID, Remembered] = {}

    async def get(self, session: Session, workspace_id: UUID) -> Workspace:
        """The workspace; `session` is a transaction in it."""
        known = self._known.get(workspace_id)
        if known is None or known.until < self._clock():
            if len(self._known) >= MOST:
                self._known.clear()
            known = Remembered(await Workspaces(session).get(), self._clock() + MEMORY)
            self._known[workspace_id] = known
        return known.workspace
