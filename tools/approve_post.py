"""Approve a post that waits, bound to exactly the text it has."""

from uuid import UUID

from smartcontent import Given, tool
from smartcontent.content import Caller
from smartcontent.publishing import Post
from store.database import Session
from store.posts import Posts
from tools.learn_voice import learn_voice
from tools.start_campaign import wake


@tool(scope="posts:approve", effect=True)
async def approve_post(
    post_id: UUID,
    content_hash: str,
    text: str | None = None,
    note: str = "",
    *,
    caller: Given[Caller],
    session: Given[Session],
) -> Post:
    """Approve a waiting post, so that it is published at its time.

    `content_hash` is that of the text which was looked at, as `show_posts` says it: when
    somebody changed the text since, nothing is approved.  `text` replaces it before approving.

    Examples: "approve the post", "approve it", "the draft looks good, publish it",
    "yes, this post can go out"
    """
    posts = Posts(session)
    post = await posts.get(post_id)
    await posts.approve(
        post_id,
        content_hash=content_hash,
        by=caller.member_id,
        note=note,
        text=text,
    )
    if text is not None:
        await learn_voice(session)
    await wake(session, caller, post.campaign_id)
    return await posts.get(post_id)
