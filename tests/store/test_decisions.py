"""The decision log: as it went in, in the order it was made, and nothing missed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from smartcontent.decision import Event
from smartcontent.errors import NotFound
from store.database import Database
from store.decisions import Decisions, due_learning
from store.events import Events
from store.rows import new_id
from tests.store.scene import PAST, decision

NOW = datetime.now(UTC)


async def positions(database: Database, workspace: UUID, after: int = 0) -> list[int]:
    async with database.transaction(workspace) as session:
        return [
            logged.position
            for logged in await Decisions(session).log(after_position=after, limit=100)
        ]


async def test_a_decision_comes_back_key_order_and_all(database: Database, workspace: UUID) -> None:
    made = decision()
    async with database.transaction(workspace) as session:
        decisions = Decisions(session)
        await decisions.add([made, decision("quote")])
        await decisions.add([made])  # a node that ran twice
        kept = await decisions.get(made.id)
        assert kept == made
        assert list(kept.context) == ["zebra", "aardvark"]
        assert len(await decisions.list()) == 2
        assert await decisions.list(campaign_id=new_id()) == []


async def test_the_log_counts_what_came_and_only_that(database: Database, workspace: UUID) -> None:
    made, silent = decision(), decision()
    kinds = [("impression", None), ("impression", None), ("click", 5.0)]
    kinds += [("reward", 0.25), ("reward", -1.0), ("reward", None), ("dwell", 2.5)]
    events = [
        Event(id=f"e{number}", kind=kind, occurred_at=NOW, decision_id=made.id, value=value)
        for number, (kind, value) in enumerate(kinds)
    ]
    async with database.transaction(workspace) as session:
        await Decisions(session).add([made, silent])
        await Events(session).ingest(events)
        first, second = await Decisions(session).log(after_position=0, limit=10)
        assert first.decision == made and second.decision == silent
        assert first.counts == {"impression": 2, "click": 1, "reward": -0.75, "dwell": 2.5}
        assert second.counts == {} and not second.closed
        (rest,) = await Decisions(session).log(after_position=first.position, limit=10)
        assert rest == second


async def test_a_late_commit_is_not_missed(database: Database, workspace: UUID) -> None:
    """The first transaction takes its position first and commits last."""
    async with database.transaction(workspace) as slow:
        await Decisions(slow).add([decision()])
        async with database.transaction(workspace) as fast:
            await Decisions(fast).add([decision()])
        assert await positions(database, workspace) == []  # not settled: 1 is in flight
    both = await positions(database, workspace)
    assert len(both) == 2
    assert await positions(database, workspace, after=both[0]) == both[1:]


async def test_reading_up_to_the_newest_would_miss_it(database: Database, workspace: UUID) -> None:
    """The fault that the watermark is there for: without it a fold would skip a decision."""
    newest = text("SELECT coalesce(max(position), 0) FROM decisions")
    async with database.transaction(workspace) as slow:
        await Decisions(slow).add([decision()])
        async with database.transaction(workspace) as fast:
            await Decisions(fast).add([decision()])
        async with database.transaction(workspace) as reader:
            mark = (await reader.execute(newest)).scalar_one()
    assert await positions(database, workspace, after=mark) == []  # one is never read


async def test_an_abandoned_position_holds_nobody_up(database: Database, workspace: UUID) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(workspace) as session:
            await Decisions(session).add([decision()])
            raise ZeroDivisionError
    async with database.transaction(workspace) as session:
        await Decisions(session).add([decision()])
    assert len(await positions(database, workspace)) == 1


async def test_a_large_batch_announces_itself_once(database: Database, workspace: UUID) -> None:
    announced = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2")
    own = text(f"{announced.text} AND pid = pg_backend_pid()")
    async with database.transaction(workspace) as session:
        for _ in range(2):
            await Decisions(session).add([decision() for _ in range(1500)])
        assert (await session.execute(own)).scalar_one() == 1
    async with database.transaction(workspace) as session:
        recent = await Decisions(session).recent(limit=2)
        (last,) = await Decisions(session).log(after_position=recent[0].position, limit=9)
        assert last == recent[1]


async def test_writers_of_other_workspaces_hold_nobody_up(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    async with database.transaction(second_workspace) as other:
        await Decisions(other).add([decision()])
        async with database.transaction(workspace) as session:
            await Decisions(session).add([decision()])
        assert len(await positions(database, workspace)) == 1


async def test_what_changes_after_its_window_closed_is_a_revision(
    database: Database, workspace: UUID
) -> None:
    early, late, overridden = decision(), decision(), decision()
    recent = decision(created_at=NOW + timedelta(hours=1))
    async with database.transaction(workspace) as session:
        await Decisions(session).add([early, late, overridden, recent])
        at = {
            logged.decision.id: logged.position
            for logged in await Decisions(session).log(after_position=0, limit=9)
        }
        await Events(session).ingest([_click("a", early.id)])
        assert await Decisions(session).revised() is None
    async with database.transaction(workspace) as session:
        await Decisions(session).close(before=PAST)
        await Decisions(session).close(before=PAST - timedelta(days=1))  # never back
    async with database.transaction(workspace) as session:
        log = await Decisions(session).log(after_position=0, limit=9)
        assert [logged.closed for logged in log] == [True, True, True, False]
        await Events(session).ingest([_click("b", late.id), _click("c", recent.id)])
        await Decisions(session).override(overridden.id)
        assert await Decisions(session).revised() == at[late.id]
        assert await Decisions(session).forget_revisions() == at[late.id]
        assert await Decisions(session).revised() is None
        await Events(session).ingest([_click("b", late.id)])  # a duplicate changes nothing
        assert await Decisions(session).revised() is None
        assert (await Decisions(session).get(overridden.id)).overridden
        with pytest.raises(NotFound):
            await Decisions(session).override(new_id())


async def test_workspaces_are_due_from_the_end_of_a_window_until_it_is_learned(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    window = timedelta(hours=1)

    async def due(now: datetime) -> set[UUID]:
        async with database.definer() as session:
            found = await due_learning(session, now=now, window=window, limit=10_000)
        return {workspace, second_workspace} & set(found)

    made = decision()
    async with database.transaction(workspace) as session:
        await Decisions(session).add([made])
    over = made.created_at + window
    assert await due(over - timedelta(seconds=1)) == set()
    assert await due(over) == {workspace}
    async with database.transaction(workspace) as session:
        await Decisions(session).close(before=over - window)
    assert await due(over) == {workspace}, "closed is not learned: who closed it may have died"
    async with database.transaction(workspace) as session:
        await Decisions(session).learned(before=over - window)
    assert await due(over) == set()


def _click(id: str, decision_id: UUID) -> Event:
    return Event(id=id, kind="click", occurred_at=NOW, decision_id=decision_id)
