"""LISTEN, once per process and channel, for any number of listeners."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from psycopg import AsyncConnection, OperationalError, sql

PAUSE = 1.0  # seconds before connecting again


class Channel:
    """One connection hears a channel and passes each payload to everybody who follows."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._followers: set[asyncio.Queue[str | None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._listening = False

    async def follow(self) -> AsyncIterator[str]:
        """Payloads from now on; ends when the channel is closed."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._followers.add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._hear())
        elif self._listening:
            queue.put_nowait("")
        try:
            while (payload := await queue.get()) is not None:
                yield payload
        finally:
            self._followers.discard(queue)

    async def close(self) -> None:
        for queue in self._followers:
            queue.put_nowait(None)
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _hear(self) -> None:
        while self._followers:
            with suppress(OperationalError):
                await self._hear_until_lost()
            self._listening = False
            await asyncio.sleep(PAUSE)

    async def _hear_until_lost(self) -> None:
        async with await AsyncConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._name)))
            self._listening = True
            self._tell("")
            async for notified in connection.notifies():
                self._tell(notified.payload)

    def _tell(self, payload: str) -> None:
        for queue in self._followers:
            queue.put_nowait(payload)
