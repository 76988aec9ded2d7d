"""A row of the outbox, sent once whatever happens around it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from PIL import Image

from jobs.publish_due import publish
from smartcontent.content import Media
from smartcontent.errors import LeaseLost, RateLimited, Rejected, WrongState
from smartcontent.plugins import Connector
from smartcontent.publishing import Outgoing, Post, PostState, Receipt
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Database
from store.media import MediaFolder
from store.outbox import Outbox
from store.posts import Posts
from tests.jobs.rows import TEXT, Ready, ready
from tests.jobs.targets import Target


def now() -> datetime:
    return datetime.now(UTC)


async def send(
    database: Database, row: Ready, connectors: Mapping[str, Connector], folder: Path
) -> Post:
    return await publish(
        database,
        connectors,
        row.workspace_id,
        row.outbox_id,
        str(uuid4()),
        media=MediaFolder(folder),
        clock=now,
    )


async def begin_and_die(database: Database, row: Ready) -> None:
    """Claim the row as a worker does that is then killed."""
    async with database.transaction(row.workspace_id) as session:
        await Outbox(session).claim(row.outbox_id, owner="dead", seconds=0.001)
    await asyncio.sleep(0.01)


async def jobs_for(database: Database, row: Ready) -> list[datetime | None]:
    async with await psycopg.AsyncConnection.connect(database.url) as connection:
        found = await connection.execute(
            "SELECT scheduled_at FROM jobs.procrastinate_jobs WHERE queueing_lock = %s",
            [f"publish:{row.outbox_id}"],
        )
        return [at for (at,) in await found.fetchall()]


async def test_what_was_approved_is_sent_byte_for_byte(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    row, target = await ready(database, workspace), Target()
    post = await send(database, row, {"target": target}, tmp_path)
    [sent] = target.received
    assert sent.text.encode() == TEXT.encode()
    assert (sent.effect_key, sent.language) == (row.post.effect_key, "de")
    assert (sent.title, sent.link) == ("Tools", "https://a.test/")
    assert post.state is PostState.PUBLISHED and post.remote_id and post.published_at


async def test_a_second_job_finds_nothing_to_do(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    row, target = await ready(database, workspace), Target()
    await send(database, row, {"target": target}, tmp_path)
    with pytest.raises(WrongState):
        await send(database, row, {"target": target}, tmp_path)
    assert len(target.received) == 1


async def test_two_workers_at_once_send_once(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    row, target = await ready(database, workspace), Target()
    attempt = partial(send, database, row, {"target": target}, tmp_path)
    ended = await asyncio.gather(attempt(), attempt(), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ended) in (
        ["LeaseLost", "Post"],
        ["Post", "WrongState"],
    )
    assert len(target.received) == 1


async def test_a_post_whose_worker_died_after_sending_is_found(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    row, target = await ready(database, workspace), Target(can_find=True)
    await send(database, await ready(database, workspace), {"target": target}, tmp_path)
    await begin_and_die(database, row)
    lost = target.received[0].model_copy(update={"effect_key": row.post.effect_key})
    await target.publish(lost)
    post = await send(database, row, {"target": target}, tmp_path)
    assert post.state is PostState.PUBLISHED and len(target.received) == 2


async def test_a_post_whose_worker_died_is_unknown_where_nobody_can_tell(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    row, target = await ready(database, workspace), Target()
    await begin_and_die(database, row)
    post = await send(database, row, {"target": target}, tmp_path)
    assert post.state is PostState.UNKNOWN and target.received == []
    assert post.problem is not None and "please look" in post.problem


async def test_a_worker_that_lost_its_claim_cannot_write_its_outcome(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    class Slow(Target):
        """Another worker claims the row while this one sends."""

        async def publish(self, outgoing: Outgoing) -> Receipt:
            receipt = await super().publish(outgoing)
            await begin_and_die(database, row)
            return receipt

    row = await ready(database, workspace)
    with pytest.raises(LeaseLost):
        await publish(
            database,
            {"target": Slow()},
            workspace,
            row.outbox_id,
            "slow",
            media=MediaFolder(tmp_path),
            clock=now,
            lease_seconds=0.0,
        )
    async with database.transaction(workspace) as session:
        assert (await Posts(session).get(row.post.id)).state is PostState.PUBLISHING


async def test_a_rate_limit_is_kept_and_a_job_waits_for_it(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    until = now() + timedelta(minutes=5)
    target = Target(troubles=[RateLimited("Slow down.", until=until)])
    row = await ready(database, workspace)
    post = await send(database, row, {"target": target}, tmp_path)
    assert post.state is PostState.SCHEDULED and post.problem == "Slow down."
    assert await jobs_for(database, row) == [until]


async def test_a_refused_post_has_failed_and_says_why(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    target = Target(troubles=[Rejected("No links here.", todo="Remove the link.")])
    row = await ready(database, workspace)
    post = await send(database, row, {"target": target}, tmp_path)
    assert post.state is PostState.FAILED and post.problem == "No links here. Remove the link."


async def test_a_platform_that_is_gone_and_a_picture_that_is_gone_fail(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    target = Target()
    gone = await send(database, await ready(database, workspace), {}, tmp_path)
    bare = await ready(database, workspace, media=(uuid4(),))
    without = await send(database, bare, {"target": target}, tmp_path)
    assert gone.state is without.state is PostState.FAILED and target.received == []


async def with_picture(database: Database, workspace: UUID, folder: Path) -> Ready:
    """A post ready to be sent, with a wide picture that its content has."""
    id, out = uuid4(), BytesIO()
    Image.new("RGB", (900, 300), "teal").save(out, "PNG")
    row = await ready(database, workspace, media=(id,))
    sha256 = MediaFolder(folder).put(workspace, out.getvalue())
    picture = Media(id=id, media_type="image/png", bytes=9, sha256=sha256, alt_text="A wall")
    async with database.transaction(workspace) as session:
        campaign = await Campaigns(session).get(row.campaign_id)
        await Contents(session).attach(campaign.content_id, picture)
    return row


async def test_a_picture_is_sent_as_the_platform_takes_it(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    target = Target()
    row = await with_picture(database, workspace, tmp_path)
    rules = {"image_ratio": (1.0, 1.0), "image_types": ("image/jpeg",)}
    target.spec = target.spec.model_copy(update=rules)
    await send(database, row, {"target": target}, tmp_path)
    ((kind, data, words),) = target.received[0].media
    with Image.open(BytesIO(data)) as shown:
        assert (kind, shown.format, shown.size, words) == (
            "image/jpeg",
            "JPEG",
            (300, 300),
            "A wall",
        )


async def test_a_picture_that_no_size_makes_fit_fails_and_says_why(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    target = Target()
    row = await with_picture(database, workspace, tmp_path)
    target.spec = target.spec.model_copy(update={"image_bytes": 10})
    post = await send(database, row, {"target": target}, tmp_path)
    assert post.state is PostState.FAILED and target.received == []
    assert post.problem is not None and "Choose another picture" in post.problem


async def test_a_text_that_was_changed_behind_our_back_is_not_sent(
    database: Database, workspace: UUID, tmp_path: Path, owner_url: str
) -> None:
    row, target = await ready(database, workspace), Target()
    async with await psycopg.AsyncConnection.connect(owner_url) as owner:
        await owner.execute("UPDATE posts SET text = 'Other.' WHERE id = %s", [row.post.id])
    with pytest.raises(WrongState):
        await send(database, row, {"target": target}, tmp_path)
    assert target.received == []
    async with database.transaction(row.workspace_id) as session:
        failed = await Posts(session).get(row.post.id)
    assert failed.state is PostState.FAILED  # so no sweep finds it again
    assert "changed after it was approved" in str(failed.problem)


async def test_a_cancelled_post_is_never_sent(
    database: Database, workspace: UUID, tmp_path: Path
) -> None:
    row, target = await ready(database, workspace), Target()
    async with database.transaction(workspace) as session:
        await Posts(session).cancel(row.post.id)
    with pytest.raises(WrongState):
        await send(database, row, {"target": target}, tmp_path)
    assert target.received == []
