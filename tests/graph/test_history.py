"""What the scheduler is told of the past: what is known, and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph import history
from graph.history import ENOUGH, observations, post_observations, with_rewards
from graph.runner import Runner
from learning.rewards import PENALTIES, RewardSpec
from smartcontent.content import EventKind, SimilarPost
from smartcontent.decision import Decision, Event
from smartcontent.publishing import CampaignSettings, Post, Receipt
from store.database import Database
from store.events import Events
from store.outbox import Outbox
from store.posts import Posts
from tests.graph.small_team import small_team, start
from tests.graph.world import event, ingest, log
from tests.store.scene import PAST, decision

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
UNGUARDED = RewardSpec(penalties=dict.fromkeys(PENALTIES, 0.0))  # whichever text was drawn


async def publish(database: Database, workspace: UUID, post: Post) -> None:
    async with database.transaction(workspace) as session:
        intent = await Posts(session).schedule(post.id)
        claim = await Outbox(session).claim(intent, owner="a", seconds=60.0)
        await Outbox(session).published(claim, Receipt(remote_id="r", published_at=NOW))


async def test_a_post_counts_at_the_hour_it_went_out(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    campaign, run = await start(database, workspace, CampaignSettings(auto_approve=True))
    await Runner(small_team(database), checkpointer).run(workspace, run, owner="a")
    async with database.transaction(workspace) as session:
        first, *_ = await Posts(session).list(campaign_id=campaign)
    await publish(database, workspace, first)
    seen = [
        Event(id=f"{kind}-{n}", kind=kind, occurred_at=NOW, post_id=first.id)
        for n, kind in enumerate(["impression", "impression", "click"])
    ]
    async with database.transaction(workspace) as session:
        await Events(session).ingest(seen)
    async with database.transaction(workspace) as session:
        [observed] = await observations(session, UNGUARDED)
    assert (observed.platform, observed.at) == ("sandbox", NOW)
    assert observed.reward == pytest.approx(0.5)


async def test_similar_posts_come_with_how_they_did(
    database: Database,
    workspace: UUID,
    second_workspace: UUID,
    checkpointer: AsyncPostgresSaver,
) -> None:
    campaign, run = await start(database, workspace, CampaignSettings(auto_approve=True))
    await Runner(small_team(database), checkpointer).run(workspace, run, owner="a")
    async with database.transaction(workspace) as session:
        first, second, *_ = await Posts(session).list(campaign_id=campaign)
    await publish(database, workspace, first)
    kinds: list[EventKind] = ["impression", "impression", "click"]
    seen = [
        Event(id=f"{kind}-{n}", kind=kind, occurred_at=NOW, post_id=first.id)
        for n, kind in enumerate(kinds)
    ]
    async with database.transaction(workspace) as session:
        await Events(session).ingest(seen)
    near = [
        SimilarPost(post_id=id, text="Bread.", similarity=0.9)
        for id in (first.id, second.id, uuid4())
    ]
    async with database.transaction(workspace) as session:
        told = await with_rewards(session, UNGUARDED, near)
    assert [(post.reward, post.events) for post in told] == [
        (pytest.approx(0.5), 3), (None, 0), (None, 0),
    ]  # fmt: skip
    async with database.transaction(second_workspace) as session:
        assert await with_rewards(session, UNGUARDED, near) == near


async def test_nothing_is_known_before_anything_happened(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    _, run = await start(database, workspace, CampaignSettings(auto_approve=True))
    await Runner(small_team(database), checkpointer).run(workspace, run, owner="a")
    async with database.transaction(workspace) as session:
        assert await observations(session, RewardSpec()) == []


async def earn(
    database: Database, workspace: UUID, kind: str, count: int, *, newer: int = 0
) -> list[Decision]:
    """So many decisions of a kind, each a minute after the one before, all of them answered."""
    start = PAST - timedelta(days=1) + timedelta(minutes=newer)
    made = [decision(kind=kind, created_at=start + timedelta(minutes=n)) for n in range(count)]
    await log(database, workspace, made)
    await ingest(database, workspace, [event(one, "reward", 0.5) for one in made])
    return made


async def known(database: Database, workspace: UUID) -> list[datetime]:
    async with database.transaction(workspace) as session:
        return [seen.at for seen in await observations(session, UNGUARDED)]


async def test_a_busy_neighbour_pushes_nothing_out(
    database: Database, workspace: UUID, second_workspace: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log's positions are everybody's; what is looked back on is the workspace's own."""
    monkeypatch.setattr(history, "IMPRESSIONS", 10)
    own = await earn(database, workspace, "impression", 12)
    await earn(database, second_workspace, "impression", 60)
    assert await known(database, workspace) == [one.created_at for one in own[2:]]


async def test_a_history_is_of_one_kind(database: Database, workspace: UUID) -> None:
    """Few posts: impressions tell of times.  Enough: posts alone do, however many impressions."""
    shown = await earn(database, workspace, "impression", 30)
    early = await earn(database, workspace, "post", ENOUGH - 1, newer=100)
    assert await known(database, workspace) == [one.created_at for one in shown]
    async with database.transaction(workspace) as session:
        posts = await post_observations(session, UNGUARDED)
    assert [post.at for post in posts] == [one.created_at for one in early]
    last = await earn(database, workspace, "post", 1, newer=200)
    assert await known(database, workspace) == [one.created_at for one in [*early, *last]]
