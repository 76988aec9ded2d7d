"""Where a benchmark stands: a fresh database and a fresh data folder, and one benchmark at a time.

Nothing of whoever runs it is touched: without SMARTCONTENT_DATA_DIR the embedded PostgreSQL lives
in a temporary folder of its own, and with SMARTCONTENT_DATABASE_URL the given server holds a
database that is dropped at the end.  Give it a server that nothing else uses: figures would suffer,
and the application's role, which is one for a whole server, gets a new password.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from filelock import FileLock
from psycopg import sql
from pydantic import SecretStr

from memory import chroma_server
from smartcontent.settings import Settings
from store import embedded
from store.urls import address, parts


@dataclass(frozen=True)
class Ground:
    """An empty database (its owner's address) and an empty data folder."""

    owner_url: str
    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.folder, database_url=SecretStr(self.owner_url))

    @property
    def environment(self) -> dict[str, str]:
        """What a child needs to stand on the same ground."""
        here = {"SMARTCONTENT_DATA_DIR": str(self.folder)}
        return {**os.environ, **here, "SMARTCONTENT_DATABASE_URL": self.owner_url}


def home() -> Path:
    """The folder that benchmarks may use."""
    own = Path(tempfile.gettempdir()) / f"smartcontent-benchmarks-{os.geteuid()}"
    folder = Path(os.environ.get("SMARTCONTENT_DATA_DIR", own)).absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def ground() -> Iterator[Ground]:
    """Fresh ground; whatever stood on it is gone afterwards.  Waits while another one measures."""
    with FileLock(home() / "benchmark.lock"), _server() as server_url:
        folder = Path(tempfile.mkdtemp(dir=home(), prefix="ground-"))
        name = f"bench_{secrets.token_hex(6)}"
        _execute(server_url, "CREATE DATABASE {}", name)
        try:
            yield Ground(address(parts(server_url), dbname=name), folder)
        finally:
            chroma_server.stop(folder)
            _execute(server_url, "DROP DATABASE {} WITH (FORCE)", name)
            shutil.rmtree(folder)


@contextmanager
def _server() -> Iterator[str]:
    """The given PostgreSQL, or the embedded one for as long as it is needed."""
    given = os.environ.get("SMARTCONTENT_DATABASE_URL")
    if given:
        yield given
        return
    try:
        yield embedded.start(home())
    finally:
        embedded.stop(home())


def _execute(server_url: str, statement: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL(statement).format(sql.Identifier(name)))
