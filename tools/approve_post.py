"""Approve a post that waits, bound to exactly the text it has."""

from functools import partial
from uuid import UUID

from smartcontent import Given, tool
from smartcontent.content import Caller
from smartcontent.plugins import Checking
from smartcontent.publishing import Post
from store.database import Database, Session
from store.posts import Asked, Posts
from tools.learn_voice import learn_voice
from tools.preview_approval import preview_approval
from tools.review_post import Opening, Review, Yes, look, require_same_source, weigh
from tools.start_campaign import wake


@tool(scope="posts:approve", effect=True, preview=preview_approval)
async def approve_post(
    post_id: UUID,
    content_hash: str,
    text: str | None = None,
    note: str = "",
    variant_id: UUID | None = None,
    override: tuple[str, ...] = (),
    *,
    caller: Given[Caller],
    database: Given[Database],
    checking: Given[Checking],
) -> Post:
    """Approve a waiting post, so that it is published at its time.

    `content_hash` is that of the text which was looked at, as `show_posts` says it: when
    somebody changed the text since, nothing is approved.  `text` replaces it before approving,
    and so do the words of another variant of the campaign (`variant_id`); both are checked.
    `override` names the rules whose findings the person has read and sets aside, with a `note`
    that says why: both in the person's own words, never a guess.

    Examples: "approve the post", "approve it", "the draft looks good, publish it",
    "yes, this post can go out"
    """
    yes = Yes(post_id, content_hash, text, variant_id, note, override)
    return await approve(partial(database.transaction, caller.workspace_id), checking, caller, yes)


async def approve(opened: Opening, checking: Checking, caller: Caller, yes: Yes) -> Post:
    """Read, check with nothing held, then approve what was checked.

    Raises TextBlocked, InvalidInput, NotFound, and StaleVersion or WrongState also for what
    changed while it was checked.
    """
    review, findings = await look(opened, checking, yes)
    asked = weigh(findings, override=yes.override, note=yes.note)
    async with opened() as session:
        return await _approved(session, caller, review, asked, note=yes.note)


async def _approved(
    session: Session, caller: Caller, review: Review, asked: Asked, *, note: str
) -> Post:
    posts, post = Posts(session), review.post
    await require_same_source(session, review)
    await posts.approve(
        post.id,
        content_hash=post.content_hash,
        by=caller.member_id,
        by_key=caller.key_id,
        note=note,
        text=review.text,
        variant=review.variant if review.replaces else None,
        asked=asked,
    )
    if review.text is not None:
        await learn_voice(session)
    await wake(session, caller, post.campaign_id)
    return await posts.get(post.id)
