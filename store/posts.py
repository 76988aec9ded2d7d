"""Posts on their way: who may move them from which state to which (see `MOVES`)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import func, insert, select, update

from smartcontent.content import Finding, Noun, Variant, content_hash
from smartcontent.errors import StaleVersion, WrongState
from smartcontent.publishing import Post, PostState
from store.database import Session
from store.decisions import Decisions
from store.intents import intend, withdraw
from store.rows import add, as_row, many, new_id, one, page
from store.tables import APPROVALS, POSTS, VARIANTS

NEXT_STEP = "List them: GET /v1/posts"
S = PostState
REWORDED = ("text", "variant_id", "media", "revision", "content_hash")
MOVES: dict[str, tuple[PostState, ...]] = {
    "approve": (S.DRAFT, S.AWAITING_APPROVAL),
    "reject": (S.DRAFT, S.AWAITING_APPROVAL),
    "schedule": (S.APPROVED,),
    "cancel": (S.DRAFT, S.AWAITING_APPROVAL, S.APPROVED, S.SCHEDULED),
    "publish": (S.SCHEDULED, S.PUBLISHING),
}


class Approval(Noun):
    """A person's word on exactly one text (nobody's, when it was a standing order).

    `by` is a member, or `by_key` an API key.  `warnings` are what the checks asked and was
    answered with yes; `overridden` what they had blocked, set aside for the reason in `note`.
    """

    id: UUID
    post_id: UUID
    verdict: str
    content_hash: str
    by: UUID | None
    by_key: UUID | None = None
    note: str
    edited: bool
    warnings: tuple[Finding, ...] = ()
    overridden: tuple[Finding, ...] = ()
    created_at: AwareDatetime


class Asked(Noun):
    """What the checks have to say of a text that is approved: seen, or set aside.

    The database takes nothing as overridden by nobody, or without a note.
    """

    warnings: tuple[Finding, ...] = ()
    overridden: tuple[Finding, ...] = ()


NOTHING = Asked()


class Posts:
    """A workspace's posts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, posts: Sequence[Post]) -> None:
        """What is there already stays as it is."""
        await add(self._session, POSTS, [as_row(post, POSTS) for post in posts])

    async def get(self, id: UUID) -> Post:
        return await one(self._session, Post, select(POSTS).where(POSTS.c.id == id), todo=NEXT_STEP)

    async def decided(self, decisions: Sequence[UUID]) -> list[Post]:
        """Those that these decisions asked for, in the order of their times."""
        own = select(POSTS).where(POSTS.c.decision_id.in_(decisions))
        return await many(self._session, Post, own.order_by(POSTS.c.scheduled_at, POSTS.c.id))

    async def waiting(self, campaign_id: UUID) -> int:
        """How many still wait for a person."""
        waiting = select(func.count()).where(
            POSTS.c.campaign_id == campaign_id, POSTS.c.state.in_(MOVES["approve"])
        )
        return (await self._session.execute(waiting)).scalar_one()

    async def approve(
        self,
        id: UUID,
        *,
        content_hash: str,
        by: UUID | None,
        by_key: UUID | None = None,
        note: str = "",
        text: str | None = None,
        variant: Variant | None = None,
        asked: Asked = NOTHING,
    ) -> UUID:
        """Approve the text with this hash, or what it is to be replaced by; the approval's id.

        `variant` takes the place of the one the post was made of, `text` that of its words.
        Another text is a new revision.  It, and whatever was overridden, marks the decision
        overridden.  Raises StaleVersion when the text is not the one that was looked at,
        WrongState when it is too late.
        """
        post = await self._locked(id, "approve")
        require_unchanged(post, content_hash)
        wanted = reworded(post, text, variant)
        edited = (wanted.text, wanted.variant_id) != (post.text, post.variant_id)
        if edited:
            await self._edit(wanted)
        if edited or asked.overridden:
            await Decisions(self._session).override(post.decision_id)
        await self._set(id, state=S.APPROVED)
        word = {"by": by, "by_key": by_key, "note": note, "edited": edited}
        return await self._say(wanted, "approved", **word, **asked.model_dump(mode="json"))

    async def reject(self, id: UUID, *, by: UUID | None, note: str = "") -> UUID:
        """Refuse it: it is cancelled, and its decision marked overridden; the approval's id."""
        post = await self._locked(id, "reject")
        await self._set(id, state=S.CANCELLED)
        await Decisions(self._session).override(post.decision_id)
        return await self._say(post, "rejected", by=by, note=note, edited=False)

    async def schedule(self, id: UUID) -> UUID:
        """Approved -> scheduled, with its outbox row; the row's id, also when done before.

        Raises WrongState when the text is not byte for byte the one that was approved.
        """
        post = await self._locked(id, "schedule", also=(S.SCHEDULED,))
        await require_approved(self._session, post)
        if post.state == S.APPROVED:
            await self._set(id, state=S.SCHEDULED)
        return await intend(self._session, post)

    async def cancel(self, id: UUID) -> None:
        """Take it back for good.  Raises WrongState once sending began."""
        post = await self._locked(id, "cancel", also=(S.CANCELLED,))
        if post.state != S.CANCELLED:
            await take_back(self._session, [post])

    async def approvals(self, campaign_id: UUID) -> list[Approval]:
        """Every word on a campaign's posts, oldest first."""
        joined = APPROVALS.join(POSTS, POSTS.c.id == APPROVALS.c.post_id)
        said = select(APPROVALS).select_from(joined).where(POSTS.c.campaign_id == campaign_id)
        order = (APPROVALS.c.created_at, APPROVALS.c.id)
        return await many(self._session, Approval, said.order_by(*order))

    async def segments(self, *, limit: int) -> list[UUID]:
        """Whom the latest posts were written for, taken back ones left out; newest first."""
        joined = POSTS.join(VARIANTS, VARIANTS.c.id == POSTS.c.variant_id)
        standing = select(VARIANTS.c.segment_id).select_from(joined)
        standing = standing.where(POSTS.c.state != S.CANCELLED)
        latest = standing.order_by(POSTS.c.created_at.desc(), POSTS.c.id).limit(limit)
        return [*(await self._session.execute(latest)).scalars()]

    async def _locked(self, id: UUID, move: str, *, also: Iterable[PostState] = ()) -> Post:
        """The post, held until the transaction ends.  Raises NotFound, WrongState."""
        held = select(POSTS).where(POSTS.c.id == id).with_for_update()
        post = await one(self._session, Post, held, todo=NEXT_STEP)
        require(post, move, also=also)
        return post

    async def _edit(self, post: Post) -> None:
        row = as_row(post, POSTS)
        await self._set(post.id, **{name: row[name] for name in REWORDED})

    async def _set(self, id: UUID, **values: Any) -> None:
        await self._session.execute(update(POSTS).where(POSTS.c.id == id).values(**values))

    async def _say(self, post: Post, verdict: str, **word: Any) -> UUID:
        id, of = new_id(), {"post_id": post.id, "content_hash": post.content_hash}
        said = insert(APPROVALS).values(id=id, verdict=verdict, **of, **word)
        await self._session.execute(said)
        return id

    async def list(
        self,
        *,
        campaign_id: UUID | None = None,
        state: PostState | None = None,
        after: UUID | None = None,
        limit: int = 50,
    ) -> list[Post]:
        wanted = select(POSTS)
        if campaign_id is not None:
            wanted = wanted.where(POSTS.c.campaign_id == campaign_id)
        if state is not None:
            wanted = wanted.where(POSTS.c.state == state)
        return await many(self._session, Post, page(wanted, POSTS, after, limit))


def reworded(post: Post, text: str | None, variant: Variant | None) -> Post:
    """The post as it is to be sent: a new revision where that is anything else."""
    whose = {} if variant is None else {"variant_id": variant.id, "media": variant.media}
    words = text if text is not None else variant.text if variant else post.text
    if words == post.text and (variant is None or variant.id == post.variant_id):
        return post
    said = post.model_copy(update={**whose, "text": words, "revision": post.revision + 1})
    hash = content_hash(said.text, said.platform, said.media)
    return said.model_copy(update={"content_hash": hash})


def require_unchanged(post: Post, content_hash: str) -> None:
    """Raises StaleVersion when the text is not the one with this hash."""
    if post.content_hash != content_hash:
        raise StaleVersion(
            "The text changed after you looked at it.",
            todo="Read the post again and approve what it says now.",
            content_hash=post.content_hash,
        )


def require(post: Post, move: str, *, also: Iterable[PostState] = ()) -> None:
    """Raises WrongState when the post's state does not allow the move."""
    if post.state not in (*MOVES[move], *also):
        raise WrongState(
            f"This post is {post.state.replace('_', ' ')}.",
            todo=f"To {move} a post it must be {' or '.join(MOVES[move])}.",
            state=post.state.value,
        )


async def require_approved(session: Session, post: Post) -> None:
    """Raises WrongState unless the latest approval is of exactly what would be sent."""
    if not await is_approved(session, post):
        raise WrongState(
            "What is to be sent is not what was approved.", todo="Approve the post again."
        )


async def is_approved(session: Session, post: Post) -> bool:
    """Whether the latest approval is of exactly what the post says now."""
    newest = APPROVALS.c.created_at.desc(), APPROVALS.c.id.desc()
    said = select(APPROVALS.c.content_hash).where(
        APPROVALS.c.post_id == post.id, APPROVALS.c.verdict == "approved"
    )
    approved = (await session.execute(said.order_by(*newest).limit(1))).scalar()
    return approved == content_hash(post.text, post.platform, post.media)


async def take_back(session: Session, posts: Sequence[Post]) -> None:
    """Cancel posts that are held, with their intents; their decisions no longer count."""
    for post in posts:
        await session.execute(update(POSTS).where(POSTS.c.id == post.id).values(state=S.CANCELLED))
        await withdraw(session, post.id)
        await Decisions(session).override(post.decision_id)


async def cancel_unsent(session: Session, campaign_id: UUID) -> int:
    """Take back every post of a campaign that has not begun to be sent; how many that were."""
    unsent = select(POSTS).where(
        POSTS.c.campaign_id == campaign_id, POSTS.c.state.in_(MOVES["cancel"])
    )
    posts = await many(session, Post, unsent.order_by(POSTS.c.id).with_for_update())
    await take_back(session, posts)
    return len(posts)
