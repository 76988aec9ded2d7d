"""Intents to publish: written with the state they belong to, so that neither exists alone."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from smartcontent.publishing import Post
from store.database import Session
from store.rows import new_id
from store.tables import OUTBOX


async def intend(session: Session, post: Post) -> UUID:
    """The outbox row of this post, account and revision; there is never a second."""
    row = {"post_id": post.id, "effect_key": post.effect_key, "due_at": post.scheduled_at}
    await session.execute(insert(OUTBOX).values(id=new_id(), **row).on_conflict_do_nothing())
    there = select(OUTBOX.c.id).where(OUTBOX.c.effect_key == post.effect_key)
    id: UUID = (await session.execute(there)).scalar_one()
    return id


async def withdraw(session: Session, post_id: UUID) -> None:
    """Nothing of this post is to be sent any more; a claim of it is worth nothing."""
    await session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.post_id == post_id, OUTBOX.c.state == "waiting")
        .values(state="cancelled", fence=OUTBOX.c.fence + 1, lease_until=None)
    )


async def open_intents(session: Session) -> int:
    """How many rows still wait to be sent."""
    waiting = select(func.count()).where(OUTBOX.c.state == "waiting")
    return (await session.execute(waiting)).scalar_one()
