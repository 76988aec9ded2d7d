"""The application's way into PostgreSQL: transactions that know whose they are.

>>> Database("postgresql://app@/shop?host=/run/pg").url
'postgresql://app@/shop?host=/run/pg'
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from smartcontent.errors import DatabaseUnreachable, InvalidInput
from store.listening import Channel
from store.urls import parts

Session: TypeAlias = AsyncSession

SET_WORKSPACE = text("SELECT set_config('app.workspace', :workspace, true)")


class Database:
    """A pool of connections as the application's role.  Nothing is opened before it is needed."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = url
        self._engine = create_async_engine(
            "postgresql+psycopg://",
            connect_args=parts(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            json_serializer=_to_json,
            json_deserializer=orjson.loads,
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._channels: dict[str, Channel] = {}

    @asynccontextmanager
    async def transaction(self, workspace_id: UUID) -> AsyncIterator[Session]:
        """One workspace's transaction: commits at the end, rolls back on any error."""
        async with self._transaction(str(workspace_id)) as session:
            yield session

    @asynccontextmanager
    async def definer(self) -> AsyncIterator[Session]:
        """A transaction of no workspace: it sees no rows, only the look-ups answer."""
        async with self._transaction("") as session:
            yield session

    async def ready(self) -> None:
        """Raises DatabaseUnreachable when nothing answers."""
        async with self.definer():
            pass

    def listen(self, channel: str) -> AsyncIterator[str]:
        """Payloads of a channel as they are notified, whatever the workspace.

        An empty payload comes first, and again after a lost connection: from here on nothing is
        missed, so this is the moment to look at the state itself.
        """
        if channel not in self._channels:
            self._channels[channel] = Channel(self.url, channel)
        return self._channels[channel].follow()

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
        await self._engine.dispose()

    @asynccontextmanager
    async def _transaction(self, workspace: str) -> AsyncIterator[Session]:
        try:
            async with await self._open(workspace) as session:
                yield session
                await session.commit()
        except (DataError, psycopg.DataError, UnicodeEncodeError) as refused:
            raise InvalidInput(
                f"PostgreSQL cannot store a value: {_first_line(refused)}",
                todo="Remove NUL characters and half characters, and keep numbers in range.",
            ) from refused

    async def _open(self, workspace: str) -> Session:
        """A session in its transaction.

        Naming the workspace is also the test whether a pooled connection still lives: after a
        restart of the server the first try throws the dead ones away, the second connects.
        """
        try:
            return await self._begin(workspace)
        except OperationalError:
            pass
        try:
            return await self._begin(workspace)
        except OperationalError as gone:
            raise DatabaseUnreachable(
                f"PostgreSQL does not answer: {_first_line(gone)}",
                todo="Check that the server runs: smartcontent doctor",
            ) from gone

    async def _begin(self, workspace: str) -> Session:
        session = self._sessions()
        try:
            await session.execute(SET_WORKSPACE, {"workspace": workspace})
        except BaseException:
            await session.close()
            raise
        return session


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
