"""From empty to the newest version, by an owner who need not be a superuser."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from smartcontent.errors import DatabaseUnreachable, SetupProblem
from store.credentials import login_lookup
from store.database import Database
from store.members import Members
from store.migrate import APP_ROLE, upgrade
from store.rows import new_id
from store.tables import METADATA
from store.urls import address, parts
from store.workspaces import Workspaces
from tests.conftest import APP_PASSWORD

COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name <> 'alembic_version'
"""


@dataclass
class Server:
    """Makes databases and roles that go away with the test."""

    url: str
    connection: psycopg.Connection
    made: list[str]

    def database(self, owner: str = "postgres") -> str:
        name = f"test_9999999999_{secrets.token_hex(4)}"
        self._do("CREATE DATABASE {} OWNER {}", name, owner)
        self.made.append(f"DROP DATABASE {name} WITH (FORCE)")
        return address(parts(self.url), dbname=name, user=owner)

    def role(self) -> str:
        name = f"owner_{secrets.token_hex(4)}"
        self._do("CREATE ROLE {} LOGIN CREATEROLE NOSUPERUSER", name)
        self.made.append(f"DROP ROLE {name}")
        return name

    def _do(self, statement: str, *names: str) -> None:
        self.connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@pytest.fixture
def server(server_url: str) -> Iterator[Server]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        server = Server(server_url, connection, [])
        yield server
        for drop in reversed(server.made):
            connection.execute(drop.encode())


def test_an_empty_database_comes_to_the_newest_version(server: Server) -> None:
    owner_url = server.database()
    url = upgrade(owner_url, app_password=APP_PASSWORD)
    assert upgrade(owner_url, app_password=APP_PASSWORD) == url
    assert parts(url)["user"] == APP_ROLE
    with psycopg.connect(owner_url) as owner:
        found = {tuple(row) for row in owner.execute(COLUMNS)}
    expected = {(table.name, name) for table in METADATA.tables.values() for name in table.c.keys()}
    assert found == expected


def test_several_at_once_are_fine(server: Server) -> None:
    urls = [server.database() for _ in range(2)] * 2
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda url: upgrade(url, app_password=APP_PASSWORD), urls))
    assert len(set(done)) == 2


async def test_an_owner_who_is_no_superuser_is_enough(server: Server) -> None:
    """Look-ups answer across workspaces although FORCE binds the owner of their tables too."""
    owner = server.role()
    server.connection.execute(f"GRANT {APP_ROLE} TO {owner} WITH ADMIN OPTION".encode())
    database = Database(upgrade(server.database(owner), app_password=APP_PASSWORD))
    id = new_id()
    async with database.transaction(id) as session:
        await Workspaces(session).create("W", id=id, pseudonym_key_sealed=b"")
        ana = await Members(session).add(email="a@x", name="A", role="owner", password_hash="h")
    async with database.definer() as session:
        assert await login_lookup(session, "a@x") == (id, ana.id)
    await database.close()


def test_what_the_application_may_not_do(server: Server) -> None:
    url = upgrade(server.database(), app_password=APP_PASSWORD)
    forbidden = [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        "SET ROLE postgres",
        "TRUNCATE events",
        "SELECT * FROM alembic_version",
        "CREATE TABLE checkpoints.mine (id int)",
        "CREATE TABLE jobs.mine (id int)",
    ]
    with psycopg.connect(url, autocommit=True) as application:
        for statement in forbidden:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute(statement.encode())


def test_what_the_owner_puts_into_the_guests_schemas_may_be_used(server: Server) -> None:
    owner_url = server.database()
    url = upgrade(owner_url, app_password=APP_PASSWORD)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("CREATE TABLE checkpoints.later (id bigserial, word text)")
    with psycopg.connect(url, autocommit=True) as application:
        application.execute("INSERT INTO later (word) VALUES ('there')")
        assert application.execute("SELECT word FROM later").fetchall() == [("there",)]


def test_nobody_there_is_said_plainly() -> None:
    with pytest.raises(DatabaseUnreachable, match="SMARTCONTENT_DATABASE_URL"):
        upgrade("postgresql://nobody@/none?host=/nowhere", app_password="")


def test_an_owner_with_too_few_rights_is_said_plainly(server: Server) -> None:
    owner = server.role()
    url = server.database(owner)
    server.connection.execute(f"ALTER ROLE {owner} NOCREATEROLE".encode())
    with pytest.raises(SetupProblem, match="CREATEROLE"):
        upgrade(url, app_password=APP_PASSWORD)
