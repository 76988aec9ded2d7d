"""Snapshots, evaluations, insights, threads and replies."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from smartcontent.decision import Estimate, Event, PolicySnapshot
from smartcontent.errors import InvalidInput, NotFound, WrongState
from store.database import Database
from store.decisions import Decisions
from store.evaluations import Evaluations
from store.events import Events
from store.insights import Counted, Insights
from store.members import Members
from store.replies import Replies, Reply
from store.rows import new_id
from store.snapshots import Snapshots
from store.threads import Threads
from store.workspaces import Workspaces
from tests.store.scene import PAST, decision, stage

NOW = datetime.now(UTC)
SOON = NOW + timedelta(hours=1)


def snapshot(position: int, policy: str = "vowpal") -> PolicySnapshot:
    return PolicySnapshot(
        id=new_id(), policy=policy, position=position, sha256="0", state=b"\x00", created_at=NOW
    )


async def test_the_furthest_valid_snapshot_is_found(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        snapshots = Snapshots(session)
        made = [snapshot(position) for position in (3, 9, 6)]
        for one in [*made, snapshot(99, "other")]:
            await snapshots.add(one)
        assert await snapshots.latest("vowpal") == made[1]
        assert await snapshots.latest("vowpal", at_most=8) == made[2]
        await snapshots.drop_from(6)
        assert await snapshots.latest("vowpal") == made[0]
        assert await snapshots.latest("other") is None
        await snapshots.add(snapshot(4))
        await snapshots.keep("vowpal", newest=1)
        assert await snapshots.latest("vowpal", at_most=3) is None


async def test_milestones_stay_when_snapshots_are_tidied(
    database: Database, workspace: UUID
) -> None:
    async with database.transaction(workspace) as session:
        snapshots = Snapshots(session)
        for taken in range(5, 105, 5):
            await snapshots.add(snapshot(taken), taken=taken)
        await snapshots.keep("vowpal", newest=2, milestones=(20, 3))
        left = [card.taken for card in await snapshots.cards("vowpal")]
        assert sorted(left) == [60, 80, 95, 100]
        await snapshots.keep("vowpal", newest=2)  # the control: without them
        assert sorted(card.taken for card in await snapshots.cards("vowpal")) == [95, 100]


async def test_evaluations_are_kept_with_their_kind(database: Database, workspace: UUID) -> None:
    estimate = Estimate(value=None, low=None, high=None, n=3, verdict="cannot tell yet")
    async with database.transaction(workspace) as session:
        evaluations = Evaluations(session)
        lift = await evaluations.add("lift", estimate, {"baseline": "uniform"})
        await evaluations.add("calibration", estimate)
        assert (lift.estimate, lift.details) == (estimate, {"baseline": "uniform"})
        assert await evaluations.latest("lift") == lift
        assert len(await evaluations.list()) == 2
        assert await evaluations.latest("drift") is None


async def test_insights_count_what_was_not_overridden(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        scene = await stage(session)
        story, quote, edited = scene.decision, decision("quote"), decision("quote")
        await Decisions(session).add([quote, edited])
        await Decisions(session).override(edited.id)
        kinds: list[tuple[str, float | None]] = [
            ("impression", None),
            ("impression", None),
            ("like", None),
            ("hide", None),
        ]
        kinds += [("reward", 0.5)]
        await Events(session).ingest(
            [
                Event.model_validate(
                    {"id": f"{n}", "kind": kind, "occurred_at": NOW, "value": value}
                    | {"decision_id": story.id}
                )
                for n, (kind, value) in enumerate(kinds)
            ]
        )
        insights = Insights(session)
        told = Counted(
            name="story", decisions=1, impressions=2, engaged=1, reward_sum=0.5, rewarded=1
        )
        silent = Counted(
            name="quote", decisions=1, impressions=0, engaged=0, reward_sum=None, rewarded=0
        )
        assert await insights.strategies() == [silent, told]
        for counted in (insights.platforms, insights.segments, insights.days):
            (all_of_it,) = await counted()
            assert (all_of_it.decisions, all_of_it.reward_sum) == (2, 0.5)
        for zone in ("UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"):  # +14:00 and -11:00
            await Workspaces(session).live_in(zone)
            day = PAST.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d")
            assert (await insights.days())[0].name == day


async def test_threads_belong_to_members(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        owner = (await Members(session).list())[0].id
        threads = Threads(session)
        mine = await threads.add("Hello", member_id=owner)
        nobodys = await threads.add("From a key", member_id=None)
        assert await threads.list(member_id=owner) == [mine]
        assert await threads.list(member_id=None) == [nobodys]
        await threads.delete(mine.id)
        for gone in (threads.get, threads.delete):
            with pytest.raises(NotFound):
                await gone(mine.id)


async def test_a_keyed_request_is_answered_again_not_done_again(
    database: Database, workspace: UUID
) -> None:
    answered = Reply(status=201, headers={"location": "/x"}, response=b"{}")
    async with database.transaction(workspace) as session:
        replies = Replies(session)
        assert await replies.begin("POST /x", "k", "body", expires_at=SOON) is None
        await replies.finish("POST /x", "k", **answered.model_dump())
    async with database.transaction(workspace) as session:
        replies = Replies(session)
        assert await replies.begin("POST /x", "k", "body", expires_at=SOON) == answered
        assert await replies.begin("POST /y", "k", "body", expires_at=SOON) is None
        with pytest.raises(InvalidInput):
            await replies.begin("POST /x", "k", "other", expires_at=SOON)


async def test_a_failed_attempt_leaves_the_key_free(database: Database, workspace: UUID) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(workspace) as session:
            await Replies(session).begin("POST /x", "k", "body", expires_at=SOON)
            raise ZeroDivisionError
    async with database.transaction(workspace) as session:
        assert await Replies(session).begin("POST /x", "k", "other", expires_at=SOON) is None


async def test_a_second_attempt_is_told_that_the_first_runs(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    async with database.transaction(workspace) as first:
        await Replies(first).begin("POST /x", "k", "body", expires_at=SOON)
        async with database.transaction(workspace) as second:
            with pytest.raises(WrongState):
                await Replies(second).begin("POST /x", "k", "body", expires_at=SOON)
        async with database.transaction(second_workspace) as other:
            assert await Replies(other).begin("POST /x", "k", "b", expires_at=SOON) is None


async def test_a_reply_is_forgotten_in_time(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        replies = Replies(session)
        soon = datetime.now(UTC) + timedelta(milliseconds=20)
        await replies.begin("POST /x", "k", "body", expires_at=soon)
        await replies.finish("POST /x", "k", status=200, headers={}, response=b"")
        await asyncio.sleep(0.05)
        assert await replies.begin("POST /x", "k", "other", expires_at=SOON) is None
