"""The outbox: what is to be sent, by whom right now, and how it ended.

A claim moves the post to `publishing` under a lease and a fence.  Whoever finds it there later
knows that somebody began, and looks before sending.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text, update

from smartcontent.errors import WrongState
from smartcontent.publishing import Post, PostState, Receipt
from store import leases
from store.database import Session
from store.posts import MOVES, is_approved, require, require_approved
from store.rows import one
from store.runs import NOTIFY
from store.tables import OUTBOX, POSTS

CHANGED = "Its text was changed after it was approved, so it is not sent."
DUE = text("SELECT workspace_id, outbox_id FROM due_outbox(:at, :most)")


@dataclass(frozen=True)
class Claim:
    """The right to send one post.

    `attempts` counts this one.  `was_publishing`: somebody began before and did not say how it
    ended, so look for the post before sending it.
    """

    outbox_id: UUID
    post: Post
    owner: str
    fence: int
    attempts: int
    was_publishing: bool


class Outbox:
    """Claimed by one worker at a time; every outcome names the claim's fence."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def claim(self, outbox_id: UUID, *, owner: str, seconds: float) -> Claim:
        """Commit before sending anything.

        Raises NotFound; LeaseLost while a claim runs; WrongState when it was
        sent, failed or was taken back, or when its text is not what was approved (then `refuse`).
        """
        post = await self._held(outbox_id)
        require(post, "publish")
        await require_approved(self._session, post)
        row = await self._take(outbox_id, owner, seconds)
        await self._post(post.id, state=PostState.PUBLISHING)
        began = post.state == PostState.PUBLISHING
        now = post.model_copy(update={"state": PostState.PUBLISHING})
        return Claim(outbox_id, now, owner, row.fence, row.attempts, began)

    async def refuse(self, outbox_id: UUID, *, owner: str) -> None:
        """Settle an intent whose text is no longer the approved one; any other stays as it is.

        `claim` raises and so cannot write: this is for the transaction after it, and without it
        the sweep would find the intent due forever.  Raises NotFound, and LeaseLost while
        somebody may be sending it.
        """
        post = await self._held(outbox_id)
        if post.state not in MOVES["publish"] or await is_approved(self._session, post):
            return
        row = await self._take(outbox_id, owner, 0.0)
        claim = Claim(outbox_id, post, owner, row.fence, row.attempts, False)
        if post.state == PostState.PUBLISHING:
            await self.unknown(
                claim, f"{CHANGED} An earlier attempt may have sent it: please look."
            )
        else:
            await self.failed(claim, CHANGED)

    async def renew(self, claim: Claim, *, seconds: float) -> None:
        """Hold it for that long from now.  Raises LeaseLost."""
        await self._write(claim, lease_until=leases.until(seconds))

    async def published(self, claim: Claim, receipt: Receipt) -> None:
        """It is out.  Raises LeaseLost."""
        sent = receipt.model_dump(include={"url", "remote_id", "published_at"})
        await self._end(claim, "done", state=PostState.PUBLISHED, problem=None, **sent)

    async def failed(self, claim: Claim, problem: str) -> None:
        """It was certainly not sent and will not be.  Raises LeaseLost."""
        await self._end(claim, "failed", state=PostState.FAILED, problem=problem)

    async def unknown(self, claim: Claim, problem: str) -> None:
        """It may have been sent: a person must look.  Raises LeaseLost."""
        await self._end(claim, "unknown", state=PostState.UNKNOWN, problem=problem)

    async def retry(
        self, claim: Claim, at: datetime, problem: str, *, unsettled: bool = False
    ) -> None:
        """Let anybody try again from `at`.  Raises LeaseLost.

        The post is merely scheduled again, and may be cancelled, only when nothing can have been
        sent: not after an `unsettled` attempt, by this worker or by the one before.
        """
        await self._write(claim, due_at=at, lease_owner=None, lease_until=None)
        began = unsettled or claim.was_publishing
        state = PostState.PUBLISHING if began else PostState.SCHEDULED
        await self._post(claim.post.id, state=state, problem=problem)
        await self._tell(claim)

    async def _held(self, outbox_id: UUID) -> Post:
        """The post to be sent, held until the transaction ends.  Raises NotFound."""
        waiting = select(OUTBOX.c.post_id).where(OUTBOX.c.id == outbox_id)
        held = select(POSTS).where(POSTS.c.id == waiting.scalar_subquery()).with_for_update()
        return await one(self._session, Post, held, todo="Sweep again: it is gone.")

    async def _take(self, outbox_id: UUID, owner: str, seconds: float) -> Row[Any, Any]:
        waiting = (OUTBOX.c.id == outbox_id, OUTBOX.c.state == "waiting")
        taken = (
            update(OUTBOX)
            .where(*waiting, leases.free(OUTBOX))
            .values(
                lease_owner=owner,
                lease_until=leases.until(seconds),
                fence=OUTBOX.c.fence + 1,
                attempts=OUTBOX.c.attempts + 1,
            )
            .returning(OUTBOX.c.fence, OUTBOX.c.attempts)
        )
        row = (await self._session.execute(taken)).one_or_none()
        if row is not None:
            return row
        if (await self._session.execute(select(OUTBOX.c.id).where(*waiting))).first() is None:
            raise WrongState("This intent is settled.", todo="There is nothing to send.")
        raise leases.lost("post")

    async def _end(self, claim: Claim, outcome: str, **post: object) -> None:
        await self._write(claim, state=outcome, lease_owner=None, lease_until=None)
        await self._post(claim.post.id, **post)
        await self._tell(claim)

    async def _write(self, claim: Claim, **values: object) -> None:
        fenced = (OUTBOX.c.id == claim.outbox_id, OUTBOX.c.fence == claim.fence)
        live = OUTBOX.c.state == "waiting"
        written = update(OUTBOX).where(*fenced, live).values(**values).returning(OUTBOX.c.id)
        if (await self._session.execute(written)).one_or_none() is None:
            raise leases.lost("post")

    async def _post(self, id: UUID, **values: object) -> None:
        await self._session.execute(update(POSTS).where(POSTS.c.id == id).values(**values))

    async def _tell(self, claim: Claim) -> None:
        await self._session.execute(NOTIFY, {"campaign": str(claim.post.campaign_id)})


async def due(
    session: Session, limit: int = 100, *, at: datetime | None = None
) -> list[tuple[UUID, UUID]]:
    """(workspace, intent) of what is due and not claimed; in `Database.definer()`."""
    asked = {"at": at or datetime.now(UTC), "most": limit}
    return [(row[0], row[1]) for row in await session.execute(DUE, asked)]
