"""Campaigns, and runs that one worker at a time may move."""

from uuid import UUID

import pytest

from smartcontent.errors import LeaseLost, NotFound, WrongState
from smartcontent.publishing import CampaignSettings, PostState, RunState
from store.campaigns import Campaigns
from store.database import Database
from store.posts import Posts
from store.rows import new_id
from store.runs import Lease, Runs, due_runs
from store.variants import Variants
from tests.store.scene import Scene, approved, stage

LONG = 60.0


async def staged(database: Database, workspace: UUID) -> Scene:
    async with database.transaction(workspace) as session:
        return await stage(session)


async def lease(database: Database, workspace: UUID, scene: Scene, **how: object) -> Lease:
    asked: dict[str, object] = {"owner": "one", "seconds": LONG} | how
    async with database.transaction(workspace) as session:
        run = await Runs(session).of(scene.campaign.id)
        return await Runs(session).lease(
            run.id, owner=str(asked["owner"]), seconds=float(str(asked["seconds"]))
        )


async def due(database: Database, workspace: UUID) -> list[UUID]:
    async with database.definer() as session:
        return [run for owner, run in await due_runs(session, 10_000) if owner == workspace]


async def test_a_campaign_comes_with_a_queued_run(database: Database, workspace: UUID) -> None:
    scene = await staged(database, workspace)
    async with database.transaction(workspace) as session:
        assert await Campaigns(session).list() == [scene.campaign]
        assert scene.campaign.state == RunState.QUEUED
        run = await Runs(session).of(scene.campaign.id)
    assert await due(database, workspace) == [run.id]


async def test_a_campaign_of_no_content_is_refused(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        with pytest.raises(NotFound):
            await Campaigns(session).add(new_id(), CampaignSettings(), created_by=None)


async def test_variants_come_back_as_they_went_in(database: Database, workspace: UUID) -> None:
    scene = await staged(database, workspace)
    async with database.transaction(workspace) as session:
        variants = Variants(session)
        await variants.add(scene.campaign.id, [scene.variant])  # a node that ran twice
        assert await variants.of(scene.campaign.id) == [scene.variant]
        assert await variants.get(scene.variant.id) == scene.variant


async def test_a_run_is_held_by_one_worker(database: Database, workspace: UUID) -> None:
    scene = await staged(database, workspace)
    await lease(database, workspace, scene)
    for owner in ("one", "two"):
        with pytest.raises(LeaseLost):
            await lease(database, workspace, scene, owner=owner)
    assert await due(database, workspace) == []


async def test_who_lost_the_lease_writes_nothing(database: Database, workspace: UUID) -> None:
    scene = await staged(database, workspace)
    old = await lease(database, workspace, scene, seconds=0.0)
    new = await lease(database, workspace, scene, owner="two")
    assert new.fence > old.fence
    async with database.transaction(workspace) as session:
        runs = Runs(session)
        with pytest.raises(LeaseLost):
            await runs.move(old, RunState.FINISHED)
        with pytest.raises(LeaseLost):
            await runs.step(old, "writer", "wrote", 0.1)
        with pytest.raises(LeaseLost):
            await runs.renew(old)
        await runs.move(new, RunState.RUNNING)
        assert await runs.steps(new.run_id) == []
        assert (await runs.of(scene.campaign.id)).state == RunState.RUNNING


async def test_steps_done_again_are_noted_once(database: Database, workspace: UUID) -> None:
    scene = await staged(database, workspace)
    held = await lease(database, workspace, scene)
    async with database.transaction(workspace) as session:
        for name, summary in [("analyst", "a"), ("writer", "b"), ("analyst", "c")]:
            await Runs(session).step(held, name, summary, 0.5)
        steps = await Runs(session).steps(held.run_id)
        assert [(step.name, step.summary) for step in steps] == [("analyst", "c"), ("writer", "b")]


async def test_a_run_whose_worker_died_is_due_again(database: Database, workspace: UUID) -> None:
    scene = await staged(database, workspace)
    held = await lease(database, workspace, scene, seconds=0.0)
    async with database.transaction(workspace) as session:
        await Runs(session).move(held, RunState.RUNNING)
    assert await due(database, workspace) == [held.run_id]


async def test_a_run_waits_until_its_posts_are_decided(database: Database, workspace: UUID) -> None:
    scene = await staged(database, workspace)
    held = await lease(database, workspace, scene)
    async with database.transaction(workspace) as session:
        await Runs(session).move(held, RunState.AWAITING_APPROVAL)
    assert await due(database, workspace) == []
    async with database.transaction(workspace) as session:
        await Posts(session).reject(scene.post.id, by=None, note="no")
    assert await due(database, workspace) == [held.run_id]


async def test_what_is_over_stays_over(database: Database, workspace: UUID) -> None:
    scene = await staged(database, workspace)
    held = await lease(database, workspace, scene)
    async with database.transaction(workspace) as session:
        await Runs(session).move(held, RunState.FAILED, problem="blocked")
    async with database.transaction(workspace) as session:
        assert (await Runs(session).of(scene.campaign.id)).problem == "blocked"
        with pytest.raises(WrongState):
            await Runs(session).move(held, RunState.RUNNING)
    assert await due(database, workspace) == []


async def test_cancelling_takes_the_lease_and_the_posts(
    database: Database, workspace: UUID
) -> None:
    scene = await staged(database, workspace)
    held = await lease(database, workspace, scene)
    async with database.transaction(workspace) as session:
        await approved(session, scene)
    for _ in range(2):  # twice is fine
        async with database.transaction(workspace) as session:
            await Runs(session).cancel(scene.campaign.id)
    async with database.transaction(workspace) as session:
        assert (await Posts(session).get(scene.post.id)).state == PostState.CANCELLED
        assert (await Campaigns(session).get(scene.campaign.id)).state == RunState.CANCELLED
        with pytest.raises(LeaseLost):
            await Runs(session).step(held, "publish", "late", 0.1)
