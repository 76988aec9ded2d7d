"""Transactions that know whose they are."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from smartcontent.errors import DatabaseUnreachable, InvalidInput, NotFound
from store.database import Database
from store.members import Members
from store.rows import new_id
from store.workspaces import Workspaces


async def test_a_transaction_commits_and_is_its_workspaces(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    async with database.transaction(workspace) as session:
        assert (await Workspaces(session).get()).id == workspace
    async with database.transaction(second_workspace) as session:
        assert (await Workspaces(session).get()).id == second_workspace


async def test_an_error_rolls_back(database: Database) -> None:
    id = new_id()
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(id) as session:
            await Workspaces(session).create("Gone", id=id, pseudonym_key_sealed=b"")
            raise ZeroDivisionError
    async with database.transaction(id) as session:
        with pytest.raises(NotFound):
            await Workspaces(session).get()


async def test_without_a_workspace_nothing_is_seen(database: Database, workspace: UUID) -> None:
    async with database.definer() as session:
        assert (await session.execute(text("SELECT count(*) FROM workspaces"))).scalar_one() == 0


async def test_the_setting_ends_with_the_transaction(database: Database, workspace: UUID) -> None:
    one = Database(database.url, pool_size=1)
    async with one.transaction(workspace):
        pass
    async with one.definer() as session:
        assert (await session.execute(text("SELECT count(*) FROM members"))).scalar_one() == 0
    await one.close()


async def test_what_cannot_be_stored_is_the_callers_mistake(
    database: Database, workspace: UUID
) -> None:
    with pytest.raises(InvalidInput):
        async with database.transaction(workspace) as session:
            await Members(session).add(
                email="a\x00b", name="Nul", role="analyst", password_hash="x"
            )


async def test_nobody_there_is_said_plainly() -> None:
    nowhere = Database("postgresql://app@/app?host=/nowhere")
    with pytest.raises(DatabaseUnreachable, match="doctor"):
        await nowhere.ready()
    await nowhere.close()


async def test_a_lost_connection_is_replaced(database: Database, workspace: UUID) -> None:
    one = Database(database.url, pool_size=1)
    async with one.transaction(workspace) as session:
        pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    async with database.definer() as session:
        await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    await asyncio.sleep(0.05)
    async with one.transaction(workspace) as session:
        assert (await Workspaces(session).get()).id == workspace
    await one.close()


async def test_listeners_hear_the_same_and_close_ends_them(database: Database) -> None:
    mine = Database(database.url)

    async def hear() -> list[str]:
        return [payload async for payload in mine.listen("smartcontent_test")]

    both = [asyncio.create_task(hear()) for _ in range(2)]
    payloads = mine.listen("smartcontent_test")
    assert await anext(payloads) == ""
    async with database.definer() as session:
        await session.execute(text("SELECT pg_notify('smartcontent_test', 'hello')"))
    assert await anext(payloads) == "hello"
    await mine.close()
    assert [task[-1] for task in await asyncio.gather(*both)] == ["hello", "hello"]
