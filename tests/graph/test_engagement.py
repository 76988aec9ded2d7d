"""A workspace's own model of what its posts earn: trained once a day, asked only where it tells."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from graph.engagement import KIND, Training, look_at_model, state_of_model, train_model
from graph.expecting import TextLifts
from graph.forecasting import WhatIf, what_if
from memory.embedding import HashedEmbedder
from smartcontent.content import content_hash
from smartcontent.decision import Decision, Slot
from smartcontent.publishing import Post, PostState
from store.database import Database
from store.decisions import Decisions
from store.models import Models
from store.posts import Posts
from store.rows import new_id
from tests.graph.world import DAY, NOW, event, ingest, policies
from tests.store.scene import decision, stage

QUICK = Training(most_trees=20)
APART = timedelta(hours=7)
TEXTS = ("bread rises slowly", "cheese is aged")
Worth = Callable[[Post, Random], float]


def reader() -> TextLifts:
    return TextLifts([HashedEmbedder(8)], lambda: [])


def told(post: Post, rng: Random) -> float:
    """By platform, hour and wording."""
    said = 0.2 + 0.3 * (post.platform == "webhook") + 0.2 * (post.text == TEXTS[0])
    return said + 0.1 * (post.scheduled_at.hour >= 12) + rng.gauss(0.0, 0.03)


def luck(post: Post, rng: Random) -> float:
    """The control: the same rewards, of no post in particular."""
    shown = post.model_copy(
        update={
            "platform": rng.choice(["webhook", "sandbox"]),
            "text": rng.choice(TEXTS),
            "scheduled_at": NOW.replace(hour=rng.choice([3, 15])),
        }
    )
    return told(shown, rng)


async def lived(database: Database, workspace: UUID, count: int, worth: Worth = told) -> None:
    """So many posts went out, the last a day before NOW, and their time to earn is over."""
    rng = Random(5)
    async with database.transaction(workspace) as session:
        scene = await stage(session, due=NOW)
        made: list[tuple[Decision, Post]] = []
        for number in range(count):
            at = NOW - DAY - APART * (count - number)
            decided = decision(kind="post", created_at=at)
            platform, text = rng.choice(["webhook", "sandbox"]), rng.choice(TEXTS)
            changes = {"id": new_id(), "decision_id": decided.id, "platform": platform}
            sent = {"state": PostState.PUBLISHED, "scheduled_at": at, "published_at": at}
            said = {"text": text, "content_hash": content_hash(text, platform, ())}
            made.append((decided, scene.post.model_copy(update={**changes, **sent, **said})))
        await Decisions(session).add([decided for decided, _ in made])
        await Posts(session).add([post for _, post in made])
    earned = [event(decided, "reward", worth(post, rng)) for decided, post in made]
    await ingest(database, workspace, earned)
    async with database.transaction(workspace) as session:
        await Decisions(session).close(before=NOW)


async def train(database: Database, workspace: UUID, now: datetime = NOW) -> str:
    return await train_model(database, policies(), reader(), DAY, workspace, now, QUICK)


async def forecasts(database: Database, workspace: UUID, **more: str) -> list[WhatIf]:
    """Each text on each platform at noon."""
    at = NOW + DAY
    slots = [Slot(platform=name, at=at) for name in ("sandbox", "webhook")]
    async with database.transaction(workspace) as session:
        return await what_if(session, policies(), reader(), TEXTS, slots, now=NOW, **more)


async def test_a_model_that_beats_chance_is_asked(database: Database, workspace: UUID) -> None:
    await lived(database, workspace, 160)
    assert "is better than chance" in await train(database, workspace)
    bread, bread_there, cheese, cheese_there = await forecasts(database, workspace)
    assert bread.expected > cheese.expected + 0.1 and bread.lift > 0.1 > -0.1 > cheese.lift
    assert bread_there.expected > bread.expected + 0.1 and cheese_there.expected > cheese.expected
    for one, truth in ((bread, 0.5), (bread_there, 0.8), (cheese, 0.3), (cheese_there, 0.6)):
        assert one.low < one.expected < one.high and one.better_than_chance
        assert one.low - 0.05 < truth < one.high + 0.05
        assert "the model of whole posts is better than chance" in one.note
    [about, *_] = await forecasts(database, workspace, segment="readers")
    assert "knows no segments" in about.note


async def test_control_where_rewards_are_luck_slots_are_forecast_as_before(
    database: Database, workspace: UUID
) -> None:
    await lived(database, workspace, 160, luck)
    before = await forecasts(database, workspace)
    assert "no model of whole posts yet" in before[0].note
    assert "no better than chance" in await train(database, workspace)
    after = await forecasts(database, workspace)
    for one, other in zip(before, after, strict=True):
        assert (one.expected, one.low, one.high) == (other.expected, other.low, other.high)
        assert "whole posts is no better than chance" in other.note


async def test_too_few_posts_make_no_model(database: Database, workspace: UUID) -> None:
    await lived(database, workspace, 30)
    assert not await look_at_model(database, workspace, NOW)
    assert await train(database, workspace) == (
        "no model of whole posts yet: the rewards of 30 are known, 60 are needed"
    )
    async with database.transaction(workspace) as session:
        assert await Models(session).latest(KIND) is None
        assert "30 are known" in await state_of_model(session)


async def test_once_a_day_and_only_for_something_new(database: Database, workspace: UUID) -> None:
    await lived(database, workspace, 60)
    assert await look_at_model(database, workspace, NOW, QUICK)
    await train(database, workspace)
    async with database.transaction(workspace) as session:
        first = await Models(session).latest(KIND)
    assert first is not None and (first.taken, first.parent, first.reads) == (60, None, "hashed")
    for later in (NOW + DAY / 2, NOW + 2 * DAY):  # too early, then nothing new
        assert not await look_at_model(database, workspace, later, QUICK)
        await train(database, workspace, later)
        async with database.transaction(workspace) as session:
            assert await Models(session).latest(KIND) == first
    await lived(database, workspace, 1)
    assert not await look_at_model(database, workspace, NOW + DAY / 2, QUICK)
    assert await look_at_model(database, workspace, NOW + 2 * DAY, QUICK)
    await train(database, workspace, NOW + 2 * DAY)
    async with database.transaction(workspace) as session:
        second = await Models(session).latest(KIND)
    assert second is not None and (second.taken, second.parent) == (61, first.id)
    assert second.position > first.position


@pytest.mark.parametrize("other", [TextLifts([], lambda: [])], ids=["without a reader"])
async def test_a_model_is_asked_only_by_its_own_reader(
    database: Database, workspace: UUID, other: TextLifts
) -> None:
    await lived(database, workspace, 60)
    await train(database, workspace)
    slots = [Slot(platform="sandbox", at=NOW + DAY)]
    async with database.transaction(workspace) as session:
        [one] = await what_if(session, policies(), other, TEXTS[:1], slots, now=NOW)
    assert "another reader" in one.note
