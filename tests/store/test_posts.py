"""Approved byte for byte, sent under one claim, never after a cancel."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from smartcontent.content import Finding
from smartcontent.errors import LeaseLost, NotFound, StaleVersion, WrongState
from smartcontent.publishing import Post, PostState, Receipt
from store.database import Database
from store.decisions import Decisions
from store.intents import open_intents
from store.outbox import Claim, Outbox, due
from store.posts import Asked, Posts
from store.queue import Queue
from store.rows import new_id
from store.tables import POSTS
from tests.store.scene import Scene, approved, stage

LONG = 60.0
NOW = datetime.now(UTC)
RECEIPT = Receipt(remote_id="7", url="https://x.test/7", published_at=NOW)


async def staged(database: Database, workspace: UUID) -> Scene:
    async with database.transaction(workspace) as session:
        return await stage(session)


async def intended(database: Database, workspace: UUID) -> tuple[Scene, UUID]:
    scene = await staged(database, workspace)
    async with database.transaction(workspace) as session:
        return scene, await approved(session, scene)


async def claim(
    database: Database, workspace: UUID, id: UUID, *, owner: str = "one", seconds: float = LONG
) -> Claim:
    async with database.transaction(workspace) as session:
        return await Outbox(session).claim(id, owner=owner, seconds=seconds)


async def read(database: Database, workspace: UUID, id: UUID) -> Post:
    async with database.transaction(workspace) as session:
        return await Posts(session).get(id)


async def due_ids(database: Database, workspace: UUID, at: datetime | None = None) -> list[UUID]:
    async with database.definer() as session:
        return [id for owner, id in await due(session, 10_000, at=at) if owner == workspace]


async def tamper(database: Database, workspace: UUID, scene: Scene) -> None:
    """Change a text behind its approval, as no operation of ours does."""
    async with database.transaction(workspace) as session:
        await session.execute(
            update(POSTS).where(POSTS.c.id == scene.post.id).values(text="Tampered.")
        )


async def refuse(database: Database, workspace: UUID, id: UUID) -> None:
    async with database.transaction(workspace) as session:
        await Outbox(session).refuse(id, owner="one")


async def test_posts_come_back_as_they_went_in(database: Database, workspace: UUID) -> None:
    scene = await staged(database, workspace)
    async with database.transaction(workspace) as session:
        posts = Posts(session)
        await posts.add([scene.post])  # a node that ran twice
        assert await posts.get(scene.post.id) == scene.post
        assert await posts.list(state=PostState.AWAITING_APPROVAL) == [scene.post]
        assert await posts.list(campaign_id=new_id()) == []
        assert await posts.waiting(scene.campaign.id) == 1


async def test_an_approval_binds_to_the_text_that_was_seen(
    database: Database, workspace: UUID
) -> None:
    scene = await staged(database, workspace)
    async with database.transaction(workspace) as session:
        posts = Posts(session)
        with pytest.raises(StaleVersion):
            await posts.approve(scene.post.id, content_hash="0" * 64, by=None)
        with pytest.raises(NotFound):
            await posts.approve(new_id(), content_hash=scene.post.content_hash, by=None)
        with pytest.raises(WrongState):
            await posts.schedule(scene.post.id)
        id = await posts.approve(
            scene.post.id, content_hash=scene.post.content_hash, by=None, note="good"
        )
        with pytest.raises(WrongState):
            await posts.approve(scene.post.id, content_hash=scene.post.content_hash, by=None)
        (said,) = await posts.approvals(scene.campaign.id)
        assert (said.id, said.verdict, said.note, said.edited) == (id, "approved", "good", False)
        assert not (await Decisions(session).get(scene.decision.id)).overridden


async def test_an_edit_is_a_new_revision_and_overrides_the_decision(
    database: Database, workspace: UUID
) -> None:
    scene = await staged(database, workspace)
    async with database.transaction(workspace) as session:
        posts = Posts(session)
        await posts.approve(
            scene.post.id, content_hash=scene.post.content_hash, by=None, text="Mine."
        )
        edited = await posts.get(scene.post.id)
        assert (edited.text, edited.revision, edited.state) == ("Mine.", 2, PostState.APPROVED)
        assert edited.content_hash != scene.post.content_hash
        assert edited.effect_key != scene.post.effect_key
        assert (await posts.approvals(scene.campaign.id))[0].content_hash == edited.content_hash
        assert (await Decisions(session).get(scene.decision.id)).overridden


HURRY = Finding(rule="manipulation", severity="error", reason="It presses.")


@pytest.mark.parametrize(
    "word",
    [
        {"by": None, "note": "auto"},  # a standing order
        {"by": new_id(), "note": ""},
        {"by": new_id(), "note": " \n"},
    ],
)
async def test_nothing_is_overridden_by_nobody_or_for_no_reason(
    database: Database, workspace: UUID, word: dict[str, Any]
) -> None:
    scene = await staged(database, workspace)
    approval: dict[str, Any] = {"content_hash": scene.post.content_hash}
    approval["asked"] = Asked(overridden=(HURRY,))
    with pytest.raises(IntegrityError, match="somebody_overrides_and_says_why"):
        async with database.transaction(workspace) as session:
            await Posts(session).approve(scene.post.id, **approval, **word)
    assert (await read(database, workspace, scene.post.id)).state == PostState.AWAITING_APPROVAL
    async with database.transaction(workspace) as session:
        await Posts(session).approve(scene.post.id, **approval, by=new_id(), note="A title.")
        (said,) = await Posts(session).approvals(scene.campaign.id)
        assert (said.overridden, said.edited) == ((HURRY,), False)
        assert (await Decisions(session).get(scene.decision.id)).overridden


async def test_a_rejected_post_is_cancelled_and_teaches_nothing(
    database: Database, workspace: UUID
) -> None:
    scene = await staged(database, workspace)
    async with database.transaction(workspace) as session:
        await Posts(session).reject(scene.post.id, by=None, note="no")
        assert (await Posts(session).get(scene.post.id)).state == PostState.CANCELLED
        assert (await Decisions(session).get(scene.decision.id)).overridden


async def test_scheduling_twice_is_one_intent(database: Database, workspace: UUID) -> None:
    scene, intent = await intended(database, workspace)
    async with database.transaction(workspace) as session:
        assert await Posts(session).schedule(scene.post.id) == intent
        assert await open_intents(session) == 1
    assert await due_ids(database, workspace) == [intent]
    assert await due_ids(database, workspace, at=NOW - timedelta(days=1)) == []


async def test_what_was_not_approved_byte_for_byte_is_not_sent(
    database: Database, workspace: UUID
) -> None:
    scene, intent = await intended(database, workspace)
    await tamper(database, workspace, scene)
    with pytest.raises(WrongState, match="not what was approved"):
        await claim(database, workspace, intent)


async def test_a_changed_post_fails_and_is_not_due_again(
    database: Database, workspace: UUID
) -> None:
    scene, intent = await intended(database, workspace)
    await refuse(database, workspace, intent)
    assert await due_ids(database, workspace) == [intent]  # as approved: nothing to refuse
    await tamper(database, workspace, scene)
    await refuse(database, workspace, intent)
    failed = await read(database, workspace, scene.post.id)
    assert (failed.state, await due_ids(database, workspace)) == (PostState.FAILED, [])
    assert "changed after it was approved" in str(failed.problem)
    with pytest.raises(WrongState, match="failed"):
        await claim(database, workspace, intent)


async def test_a_post_changed_while_it_was_being_sent_is_for_a_person_to_look_at(
    database: Database, workspace: UUID
) -> None:
    scene, intent = await intended(database, workspace)
    held = await claim(database, workspace, intent)
    await tamper(database, workspace, scene)
    with pytest.raises(LeaseLost):  # it may be going out right now
        await refuse(database, workspace, intent)
    async with database.transaction(workspace) as session:
        await Outbox(session).renew(held, seconds=0.0)
    await refuse(database, workspace, intent)
    assert (await read(database, workspace, scene.post.id)).state == PostState.UNKNOWN
    assert await due_ids(database, workspace) == []


async def test_one_worker_claims_and_the_outcome_is_written_once(
    database: Database, workspace: UUID
) -> None:
    scene, intent = await intended(database, workspace)
    held = await claim(database, workspace, intent)
    assert (held.attempts, held.was_publishing) == (1, False)
    assert held.post.text == scene.post.text
    for owner in ("one", "two"):
        with pytest.raises(LeaseLost):
            await claim(database, workspace, intent, owner=owner)
    assert await due_ids(database, workspace) == []
    async with database.transaction(workspace) as session:
        await Outbox(session).published(held, RECEIPT)
    sent = await read(database, workspace, scene.post.id)
    assert (sent.state, sent.remote_id, sent.url) == (PostState.PUBLISHED, "7", RECEIPT.url)
    with pytest.raises(WrongState):
        await claim(database, workspace, intent)
    async with database.transaction(workspace) as session:
        with pytest.raises(LeaseLost):
            await Outbox(session).failed(held, "late")


async def test_who_finds_a_begun_post_is_told_and_fences_the_other(
    database: Database, workspace: UUID
) -> None:
    scene, intent = await intended(database, workspace)
    dead = await claim(database, workspace, intent, seconds=0.0)
    assert await due_ids(database, workspace) == [intent]
    heir = await claim(database, workspace, intent, owner="two")
    assert (heir.attempts, heir.was_publishing) == (2, True)
    async with database.transaction(workspace) as session:
        with pytest.raises(LeaseLost):
            await Outbox(session).published(dead, RECEIPT)
    async with database.transaction(workspace) as session:
        await Outbox(session).unknown(heir, "who knows")
    assert (await read(database, workspace, scene.post.id)).state == PostState.UNKNOWN
    assert await due_ids(database, workspace) == []


@pytest.mark.parametrize(
    ("unsettled", "state"), [(False, PostState.SCHEDULED), (True, PostState.PUBLISHING)]
)
async def test_a_retry_is_due_later_and_remembers_what_may_have_been_sent(
    database: Database, workspace: UUID, unsettled: bool, state: PostState
) -> None:
    scene, intent = await intended(database, workspace)
    held = await claim(database, workspace, intent)
    later = datetime.now(UTC) + timedelta(hours=1)
    async with database.transaction(workspace) as session:
        await Outbox(session).retry(held, later, "busy", unsettled=unsettled)
    waiting = await read(database, workspace, scene.post.id)
    assert (waiting.state, waiting.problem) == (state, "busy")
    assert await due_ids(database, workspace) == []
    assert await due_ids(database, workspace, at=later) == [intent]
    again = await claim(database, workspace, intent)
    assert again.was_publishing == unsettled


async def test_cancelled_before_the_start_is_never_sent(
    database: Database, workspace: UUID
) -> None:
    scene, intent = await intended(database, workspace)
    for _ in range(2):
        async with database.transaction(workspace) as session:
            await Posts(session).cancel(scene.post.id)
    assert await due_ids(database, workspace) == []
    with pytest.raises(WrongState):
        await claim(database, workspace, intent)


async def test_cancelled_after_the_start_is_refused(database: Database, workspace: UUID) -> None:
    scene, intent = await intended(database, workspace)
    await claim(database, workspace, intent)
    async with database.transaction(workspace) as session:
        with pytest.raises(WrongState):
            await Posts(session).cancel(scene.post.id)


async def test_a_job_exists_exactly_when_its_transaction_does(
    database: Database, workspace: UUID
) -> None:
    mark = new_id().hex
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(workspace) as session:
            await Queue(session).defer("test.lost", {"id": mark})
            raise ZeroDivisionError
    async with database.transaction(workspace) as session:
        queue = Queue(session)
        for _ in range(2):
            await queue.defer("test.kept", {"id": mark}, at=NOW, key=mark)
        counted = text(
            "SELECT task_name, scheduled_at FROM jobs.procrastinate_jobs WHERE args->>'id' = :id"
        )
        jobs = [tuple(row) for row in await session.execute(counted, {"id": mark})]
        assert jobs == [("test.kept", NOW)]
