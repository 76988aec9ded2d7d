"""A database of its own to kill in, and what is counted there afterwards."""

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from store import embedded
from store.migrate import upgrade
from store.urls import address, parts


@dataclass(frozen=True)
class World:
    """The owner counts, the application works."""

    owner_url: str
    app_url: str

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the owner reads, past every row-level policy."""
        with psycopg.connect(self.owner_url) as owner:
            return owner.execute(query.encode(), values).fetchall()


@contextmanager
def world() -> Iterator[World]:
    """An empty, migrated database on the embedded server; dropped at the end."""
    server_url = embedded.start(Path(tempfile.gettempdir()) / f"smartcontent-tests-{os.geteuid()}")
    name = f"test_{int(time.time())}_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    owner_url = address(parts(server_url), dbname=name)
    try:
        yield World(owner_url, upgrade(owner_url, app_password="of the tests"))
    finally:
        with psycopg.connect(server_url, autocommit=True) as server:
            drop = "DROP DATABASE IF EXISTS {} WITH (FORCE)"
            server.execute(sql.SQL(drop).format(sql.Identifier(name)))
