"""From an approved post to an intent: the outbox row, and a job that says when to look at it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from smartcontent.errors import WrongState
from smartcontent.publishing import Post, PostState
from store.database import Session
from store.posts import Asked, Posts
from store.queue import Queue
from store.variants import Variants

PUBLISH = "publish_due"


async def intend(session: Session, workspace_id: UUID, post: Post) -> UUID | None:
    """Schedule the post, its outbox row and its job in one transaction; the row's id.

    None when a person took the post back since it was approved.
    """
    posts = Posts(session)
    try:
        intent = await posts.schedule(post.id)
    except WrongState:
        if (await posts.get(post.id)).state is not PostState.CANCELLED:
            raise
        return None
    await look(session, workspace_id, intent, at=post.scheduled_at)
    return intent


async def approve_standing(session: Session, waiting: Sequence[Post]) -> None:
    """Approve in nobody's name what the creator ordered beforehand, warnings on record."""
    for post in waiting:
        found = (await Variants(session).get(post.variant_id)).findings
        asked = Asked(warnings=tuple(one for one in found if one.severity == "warning"))
        await Posts(session).approve(
            post.id, content_hash=post.content_hash, by=None, note="auto", asked=asked
        )


async def look(
    session: Session, workspace_id: UUID, outbox_id: UUID, *, at: datetime | None = None
) -> None:
    """Have a worker look at an outbox row, at its time or now; saying it twice is one job."""
    ids = {"workspace_id": str(workspace_id), "outbox_id": str(outbox_id)}
    await Queue(session).defer(PUBLISH, ids, at=at, key=f"publish:{outbox_id}")
