"""What a worker is handed to do its work with.  Bootstrap fills it; tests fill it with fakes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from memory.base import Memory
from smartcontent.content import Platform
from smartcontent.plugins import Connector
from smartcontent.publishing import RunState
from store.database import Database
from store.media import MediaStore


class Running(Protocol):
    """Takes a campaign's run as far as it can go.  `graph.runner.Runner` is one."""

    async def run(self, workspace_id: UUID, run_id: UUID, *, owner: str) -> RunState: ...

    async def tidy(self) -> int: ...


@dataclass(frozen=True)
class Duties:
    """`learn` closes reward windows and folds what is new into a workspace's policies;
    `look_for_drift` sees, once a day, whether the world has moved; `train` makes the workspace's
    own model of what its posts earn; `evaluate` compares one of them with the one in charge.
    `window` is how long a decision waits for its reward where a workspace has not said."""

    database: Database
    connectors: Mapping[Platform, Connector]
    media: MediaStore
    memory: Memory
    runner: Running
    learn: Callable[[UUID], Awaitable[object]]
    look_for_drift: Callable[[UUID], Awaitable[object]]
    train: Callable[[UUID], Awaitable[object]]
    evaluate: Callable[[UUID, UUID], Awaitable[object]]
    window: timedelta
    clock: Callable[[], datetime]
