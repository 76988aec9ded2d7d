"""Where threads are kept: LangGraph's PostgreSQL saver in the schema `checkpoints`.

What comes out of the database is data until the allow-list says otherwise: only the nouns are
rebuilt, and nothing is ever unpickled.  A thread has no workspace of its own, so whoever opens one
asks the store first whether its run belongs to the caller.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from inspect import getmembers, isclass
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from smartcontent import content, decision, publishing
from smartcontent.content import Noun
from smartcontent.publishing import PostState, RunState

SCHEMA = "checkpoints"
INSTALL_LOCK = 0x736D_6368  # any number, the same for every process that installs
OPTIONS = f"-c search_path={SCHEMA}"


def nouns() -> list[type]:
    """The types a thread may hold.

    >>> content.Analysis in nouns() and publishing.Post in nouns()
    True
    """
    rooms = (content, decision, publishing)
    kinds = {kind for room in rooms for _, kind in getmembers(room, isclass)}
    named = sorted(
        (kind for kind in kinds if issubclass(kind, Noun)), key=lambda kind: kind.__name__
    )
    return [*named, PostState, RunState]


def serializer() -> JsonPlusSerializer:
    """Strict: an unknown type comes back as plain data, its class is never imported."""
    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=nouns())


async def install(owner_url: str) -> None:
    """Bring the tables of the schema `checkpoints` to this version; safe from two processes.

    The saver builds indexes concurrently, which waits for other transactions: so the lock is
    tried and released between tries instead of waited for.
    """
    async with await _connect(owner_url) as connection:
        while not await _locked(connection):
            await asyncio.sleep(0.1)
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        await AsyncPostgresSaver(connection, serde=serializer()).setup()


async def _connect(url: str) -> AsyncConnection[DictRow]:
    return await AsyncConnection[DictRow].connect(
        url, autocommit=True, prepare_threshold=0, row_factory=dict_row, options=OPTIONS
    )


async def _locked(connection: AsyncConnection[DictRow]) -> bool:
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s) AS got", (INSTALL_LOCK,))
    row = await cursor.fetchone()
    return bool(row and row["got"])


@asynccontextmanager
async def open_checkpoints(
    app_url: str, *, pool_size: int = 2
) -> AsyncIterator[AsyncPostgresSaver]:
    """A saver for many runs of one process, connecting as the application's own role."""
    pool = AsyncConnectionPool[AsyncConnection[DictRow]](
        app_url,
        min_size=1,
        max_size=pool_size,
        open=False,
        kwargs={
            "autocommit": True,
            "prepare_threshold": 0,
            "row_factory": dict_row,
            "options": OPTIONS,
        },
    )
    async with pool:
        yield AsyncPostgresSaver(pool, serde=serializer())


async def threads(checkpointer: AsyncPostgresSaver) -> list[tuple[UUID, UUID]]:
    """(workspace, run) of every campaign that has a thread; chats are not campaigns."""
    query = """SELECT DISTINCT metadata->>'campaign_of' AS workspace_id, thread_id
                 FROM checkpoints WHERE metadata ? 'campaign_of'"""
    pool = checkpointer.conn
    assert isinstance(pool, AsyncConnectionPool)  # as `open_checkpoints` makes it
    async with pool.connection() as connection:
        found = await (await connection.execute(query)).fetchall()
    return [(UUID(row["workspace_id"]), UUID(row["thread_id"])) for row in found]


def thread_of(workspace_id: UUID, run_id: UUID) -> RunnableConfig:
    """The thread of a run, marked with whose it is."""
    return {
        "configurable": {"thread_id": str(run_id)},
        "metadata": {"campaign_of": str(workspace_id)},
    }


async def prune(checkpointer: AsyncPostgresSaver, run_ids: Sequence[UUID]) -> None:
    """Remove the threads of runs that are over: what they did is in our own tables."""
    await checkpointer.aprune([str(run_id) for run_id in run_ids], strategy="delete")
