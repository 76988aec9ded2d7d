"""What the application is made of, and how a route asks for it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends
from starlette.requests import Request

from agents.learner import Learner
from graph.assistant import ChatReply
from graph.expecting import TextLifts
from graph.proposing import Drafting
from graph.serving import Policies
from memory.base import Memory
from smartcontent.content import Caller
from smartcontent.plugins import Analysing, Checking, Connector
from smartcontent.settings import Settings
from store.budgets import Limits
from store.database import Database, Session
from store.media import MediaStore
from store.secrets import Vault
from tools.fetch_page import fetch_page
from tools.read_link import Fetch
from tools.toolbox import Toolbox


class Assistant(Protocol):
    """Answers one turn of a conversation, and forgets conversations."""

    async def __call__(self, caller: Caller, thread_id: UUID | None, text: str) -> ChatReply: ...

    async def forget(self, caller: Caller, thread_id: UUID) -> None: ...


@dataclass(frozen=True)
class Services:
    """Everything a request may use, chosen once by bootstrap."""

    settings: Settings
    database: Database
    vault: Vault
    memory: Memory
    media: MediaStore
    connectors: Mapping[str, Connector]
    toolbox: Toolbox
    policies: Policies
    learner: Learner
    expecting: TextLifts
    analysing: Analysing
    checking: Checking
    drafting: Drafting
    assistant: Assistant
    clock: Callable[[], datetime]
    fetch: Fetch = fetch_page
    budget: Limits = Limits()
    model: str | None = None  # that writes; None: the embedded writer does


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def transaction(request: Request) -> AsyncIterator[Session]:
    """The request's one transaction, in the caller's workspace.

    It commits when the route has returned and before a byte of the answer is sent, so what a
    caller is told has happened has happened.  An error rolls everything of the request back.
    """
    workspace_id = request.state.caller.workspace_id
    request.state.afterwards = []
    async with services_of(request).database.transaction(workspace_id) as session:
        yield session
    for work in request.state.afterwards:
        work()


open_transaction = asynccontextmanager(transaction)


def after_commit(request: Request, work: Callable[[], object]) -> None:
    """Do something quick once the transaction has committed, still before the answer is sent."""
    request.state.afterwards.append(work)


async def _services(request: Request) -> Services:
    """A coroutine, for FastAPI sends plain functions to a thread."""
    return services_of(request)


Serving = Annotated[Services, Depends(_services)]
Work = Annotated[Session, Depends(transaction, scope="function")]
