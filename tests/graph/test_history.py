"""What the scheduler is told of the past: what is known, and nothing else."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.history import observations
from graph.runner import Runner
from learning.rewards import PENALTIES, RewardSpec
from smartcontent.decision import Event
from smartcontent.publishing import CampaignSettings, Post, Receipt
from store.database import Database
from store.events import Events
from store.outbox import Outbox
from store.posts import Posts
from tests.graph.small_team import small_team, start

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


async def test_nothing_is_known_before_anything_happened(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    _, run = await start(database, workspace, CampaignSettings(auto_approve=True))
    await Runner(small_team(database), checkpointer).run(workspace, run, owner="a")
    async with database.transaction(workspace) as session:
        assert await observations(session, RewardSpec()) == []
