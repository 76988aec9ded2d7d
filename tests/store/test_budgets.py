"""Nobody spends more than the month allows, however many run at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text

from smartcontent.errors import BudgetSpent
from store.answers import Answers
from store.budgets import Budgets, Limits, Spent
from store.database import Database
from tests.conftest import NewWorkspace

Reserve = Callable[[Database, UUID, int], Awaitable[bool]]


async def set_limits(database: Database, workspace: UUID, limits: Limits) -> None:
    async with database.transaction(workspace) as session:
        await Budgets(session).set(limits)


async def spent(database: Database, workspace: UUID) -> Spent:
    async with database.transaction(workspace) as session:
        return await Budgets(session).spent()


async def reserve(database: Database, workspace: UUID, tokens: int) -> bool:
    try:
        async with database.transaction(workspace) as session:
            await Budgets(session).reserve(tokens, 0)
    except BudgetSpent:
        return False
    return True


async def look_then_reserve(database: Database, workspace: UUID, tokens: int) -> bool:
    """How it goes wrong: what is there is read first and compared here."""
    async with database.transaction(workspace) as session:
        budgets = Budgets(session)
        now, limits = await budgets.spent(), await budgets.limits()
    if now.tokens + tokens > (limits.tokens or 0):
        return False
    await asyncio.sleep(0)
    async with database.transaction(workspace) as session:
        await Budgets(session, Limits()).settle(now.month, tokens, 0)
    return True


async def rush(database: Database, workspace: UUID, way: Reserve) -> tuple[int, int]:
    """(calls that were let through, tokens booked) of 24 at once, of which ten fit."""
    async with database.transaction(workspace) as session:
        await Budgets(session).reserve(0, 0)
    await set_limits(database, workspace, Limits(tokens=1000))
    went = await asyncio.gather(*(way(database, workspace, 100) for _ in range(24)))
    return sum(went), (await spent(database, workspace)).tokens


async def test_concurrent_runs_cannot_exceed_it(database: Database, workspace: UUID) -> None:
    assert await rush(database, workspace, reserve) == (10, 1000)


async def test_looking_first_would_exceed_it(database: Database, workspace: UUID) -> None:
    """The planted fault: the same rush with a check that is not part of the booking."""
    went, tokens = await rush(database, workspace, look_then_reserve)
    assert went > 10 and tokens > 1000


async def test_what_is_uncommitted_is_waited_for(database: Database, workspace: UUID) -> None:
    await set_limits(database, workspace, Limits(tokens=150))
    async with database.transaction(workspace) as session:
        await Budgets(session).reserve(100, 0)
        second = asyncio.create_task(reserve(database, workspace, 100))
        done, _ = await asyncio.wait({second}, timeout=0.2)
        assert not done
    assert not await second


async def test_settling_gives_back_what_was_not_used(database: Database, workspace: UUID) -> None:
    await set_limits(database, workspace, Limits(tokens=1000, micros=500))
    async with database.transaction(workspace) as session:
        month = await Budgets(session).reserve(900, 400)
    assert not await reserve(database, workspace, 200)
    async with database.transaction(workspace) as session:
        await Budgets(session).settle(month, -800, -390)
    assert await spent(database, workspace) == Spent(month=month, tokens=100, micros=10, calls=1)
    assert await reserve(database, workspace, 200)


async def test_money_is_a_limit_of_its_own(database: Database, workspace: UUID) -> None:
    await set_limits(database, workspace, Limits(micros=2_000_000))
    async with database.transaction(workspace) as session:
        await Budgets(session).reserve(10**9, 1_500_000)
    with pytest.raises(BudgetSpent, match=r"1.50 of 2.00 .* may cost 0.60"):
        async with database.transaction(workspace) as session:
            await Budgets(session).reserve(1, 600_000)


async def test_zero_means_none_at_all(database: Database, workspace: UUID) -> None:
    await set_limits(database, workspace, Limits(tokens=0))
    assert not await reserve(database, workspace, 1)


async def test_the_usual_limits_hold_until_there_are_own(
    database: Database, workspace: UUID
) -> None:
    usual = Limits(tokens=10)
    async with database.transaction(workspace) as session:
        assert await Budgets(session, usual).limits() == usual
        await Budgets(session, usual).set(Limits())
        assert await Budgets(session, usual).limits() == Limits()


async def test_a_month_is_no_other(database: Database, workspace: UUID) -> None:
    """What was reserved last month is settled there, and this month begins at nothing."""
    june = date(2020, 6, 1)
    async with database.transaction(workspace) as session:
        await session.execute(
            text("INSERT INTO model_spending (month, tokens) VALUES ('2020-06-01', 90)")
        )
        await Budgets(session).settle(june, -40, 0)
        kept = await session.execute(text("SELECT tokens FROM model_spending"))
        assert kept.scalars().all() == [50]
        assert (await Budgets(session).spent()).tokens == 0


async def test_neighbours_have_their_own(database: Database, new_workspace: NewWorkspace) -> None:
    here, there = await new_workspace(), await new_workspace()
    for workspace in (here, there):
        await set_limits(database, workspace, Limits(tokens=100))
        assert await reserve(database, workspace, 100)


async def test_answers_are_kept_and_grow_old(
    database: Database, new_workspace: NewWorkspace
) -> None:
    here, there = await new_workspace(), await new_workspace()
    async with database.transaction(here) as session:
        answers = Answers(session)
        assert await answers.get("k") is None
        await answers.keep("k", model="m", answer="first")
        await answers.keep("k", model="m", answer="second")
        assert await answers.get("k") == "second"
    async with database.transaction(there) as session:
        assert await Answers(session).get("k") is None
    async with database.transaction(here) as session:
        await session.execute(
            text("UPDATE model_answers SET created_at = now() - interval '31 days'")
        )
        answers = Answers(session)
        assert await answers.get("k") is None
        await answers.keep("other", model="m", answer="a")
        kept = await session.execute(text("SELECT key FROM model_answers"))
        assert kept.scalars().all() == ["other"]
