"""A checkpointer over the session's database, its tables installed."""

from collections.abc import AsyncIterator

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.checkpoints import install, open_checkpoints
from store.database import Database


@pytest.fixture(scope="session")
async def checkpointer(database: Database, owner_url: str) -> AsyncIterator[AsyncPostgresSaver]:
    await install(owner_url)
    async with open_checkpoints(database.url) as saver:
        yield saver
