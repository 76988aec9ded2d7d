"""A real PostgreSQL for everybody: one embedded server, a fresh database for each test session."""

import asyncio
import os
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from store import embedded
from store.database import Database
from store.members import Members
from store.migrate import upgrade
from store.rows import new_id
from store.urls import address, parts
from store.workspaces import Workspaces

APP_PASSWORD = "of the tests"
FORGOTTEN = 6 * 3600  # seconds after which a database of a killed session is dropped

NewWorkspace = Callable[[], Awaitable[UUID]]


@pytest.fixture(scope="session")
def server_url() -> str:
    """The embedded server that all test sessions of this user share; it stays up."""
    url = embedded.start(Path(tempfile.gettempdir()) / f"smartcontent-tests-{os.geteuid()}")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("ALTER SYSTEM SET fsync = off")  # what a power cut loses may be lost here
        server.execute("SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def owner_url(server_url: str) -> Iterator[str]:
    """The owner's address of an empty database of this run's own."""
    name = f"test_{int(time.time())}_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as server:
        _drop_forgotten(server)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        lazy = "ALTER DATABASE {} SET synchronous_commit = off"
        server.execute(sql.SQL(lazy).format(sql.Identifier(name)))
    yield address(parts(server_url), dbname=name)
    with psycopg.connect(server_url, autocommit=True) as server:
        _drop(server, name)


@pytest.fixture(scope="session")
async def database(owner_url: str) -> AsyncIterator[Database]:
    """A migrated database, entered as the application's role."""
    url = await asyncio.to_thread(upgrade, owner_url, app_password=APP_PASSWORD)
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
def new_workspace(database: Database) -> NewWorkspace:
    """Makes as many workspaces as a test needs, each with an owner."""

    async def make() -> UUID:
        id = new_id()
        async with database.transaction(id) as session:
            await Workspaces(session).create("Test", id=id, pseudonym_key_sealed=b"sealed")
            await Members(session).add(
                email=f"owner@{id}.test", name="Owner", role="owner", password_hash="none"
            )
        return id

    return make


@pytest.fixture
async def workspace(new_workspace: NewWorkspace) -> UUID:
    """The id of a fresh workspace with an owner."""
    return await new_workspace()


@pytest.fixture
async def second_workspace(new_workspace: NewWorkspace) -> UUID:
    """Somebody else's."""
    return await new_workspace()


def _drop_forgotten(server: psycopg.Connection) -> None:
    found = server.execute("SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+_'")
    for (name,) in found.fetchall():
        if int(name.split("_")[1]) < time.time() - FORGOTTEN:
            _drop(server, name)


def _drop(server: psycopg.Connection, name: str) -> None:
    drop = "DROP DATABASE IF EXISTS {} WITH (FORCE)"
    server.execute(sql.SQL(drop).format(sql.Identifier(name)))
