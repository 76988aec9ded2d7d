"""What was forecast for posts is kept when they are chosen, and held against what came."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.runner import Runner
from graph.track import track_record
from learning.prediction.track import chance_of_so_few
from smartcontent.decision import Decision, Event
from smartcontent.publishing import CampaignSettings
from store.database import Database
from store.decisions import Decisions
from store.forecasts import Forecast, Forecasts
from store.posts import Posts
from tests.graph.small_team import small_team, start
from tests.graph.world import DAY, NOW, decided, event, ingest, policies, request


def forecast(decision: Decision, *, width: float, samples: int = 9) -> Forecast:
    return Forecast(
        decision_id=decision.id,
        platform="sandbox",
        at=NOW,
        expected=0.5,
        low=0.5 - width,
        high=0.5 + width,
        samples=samples,
    )


async def posted(
    database: Database, workspace: UUID, rewards: Sequence[float | None], *, width: float
) -> list[Decision]:
    """A post of each reward, forecast to earn 0.5; None: nothing is heard of it."""
    asked = [request(kind="post") for _ in rewards]
    made = await decided(database, workspace, policies(), asked)
    async with database.transaction(workspace) as session:
        await Forecasts(session).add([forecast(one, width=width) for one in made])
    paired = zip(made, rewards, strict=True)
    heard = [event(one, "reward", value) for one, value in paired if value is not None]
    await ingest(database, workspace, heard)
    return made


async def close(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        await Decisions(session).close(before=NOW + DAY)


async def test_a_chosen_post_keeps_what_was_forecast_for_its_slot(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    campaign, run = await start(database, workspace, CampaignSettings(auto_approve=True))
    await Runner(small_team(database), checkpointer).run(workspace, run, owner="a")
    async with database.transaction(workspace) as session:
        posts = await Posts(session).list(campaign_id=campaign)
        kept = await Forecasts(session).of([post.decision_id for post in posts])
        track = await track_record(session, policies())
    assert len(kept) == len(posts) == 3
    for post in posts:
        one = kept[post.decision_id]
        assert (one.platform, one.at, one.samples) == (post.platform, post.scheduled_at, 0)
        assert one.low < one.expected < one.high
    assert (track.unfounded, track.open, track.whole.known) == (3, 0, 0)  # nothing was known then


@pytest.mark.parametrize(
    ("width", "inside", "narrow"), [(0.25, 36, False), (0.05, 0, True)], ids=["kept", "control"]
)
async def test_posts_are_counted_that_came_as_expected(
    database: Database, workspace: UUID, width: float, inside: int, narrow: bool
) -> None:
    """36 of 40 earn 0.1 more or less than expected; intervals of 0.05 (the control) miss all."""
    rewards = [0.4, 0.6] * 18 + [1.0] * 4
    await posted(database, workspace, [*rewards, None], width=width)
    async with database.transaction(workspace) as session:
        early = await track_record(session, policies())
    assert (early.open, early.whole.known) == (41, 0)
    await close(database, workspace)
    async with database.transaction(workspace) as session:
        track = await track_record(session, policies())
    assert (track.open, track.silent, track.unfounded) == (0, 1, 0)
    assert (track.whole.known, track.whole.inside) == (40, inside)
    assert track.whole.error == pytest.approx(0.14) and track.whole.bias == pytest.approx(0.05)
    assert f"of 40 posts, {inside} came as expected (90 % promised)" in track.whole.sentence
    assert ("too narrow" in track.whole.sentence) is narrow
    assert track.platforms == {"sandbox": track.whole} and not track.better_than_chance


async def test_what_a_person_chose_otherwise_was_not_forecast(
    database: Database, workspace: UUID
) -> None:
    first, *_ = await posted(database, workspace, [1.0, 0.5], width=0.1)
    async with database.transaction(workspace) as session:
        await Decisions(session).override(first.id)
    await close(database, workspace)
    async with database.transaction(workspace) as session:
        track = await track_record(session, policies())
    assert (track.whole.known, track.whole.inside) == (1, 1)


async def test_a_forecast_stays_as_it_was(database: Database, workspace: UUID) -> None:
    [one] = await posted(database, workspace, [0.5], width=0.1)
    async with database.transaction(workspace) as session:
        await Forecasts(session).add([forecast(one, width=9.0)])
        kept = await Forecasts(session).of([one.id])
    assert kept[one.id].high == pytest.approx(0.6)


async def test_impressions_are_no_posts(database: Database, workspace: UUID) -> None:
    [one] = await decided(database, workspace, policies(), [request()])
    seen = Event(id="seen", kind="click", occurred_at=NOW, decision_id=one.id)
    await ingest(database, workspace, [seen])
    async with database.transaction(workspace) as session:
        assert await Decisions(session).posts(limit=5) == []


def test_luck_is_reckoned_right() -> None:
    """Against the sum of the first terms worked out by hand."""
    assert chance_of_so_few(0, 1) == pytest.approx(0.1)
    assert chance_of_so_few(1, 2) == pytest.approx(1.0 - 0.81)
    assert chance_of_so_few(36, 40) > 0.3 and chance_of_so_few(30, 40) < 0.01
