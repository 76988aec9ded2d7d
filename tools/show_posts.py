"""Show posts and where they stand."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from smartcontent import Given, tool
from smartcontent.content import Noun, Platform
from smartcontent.publishing import Post, PostState
from store.database import Session
from store.posts import MOVES, Posts
from store.variants import Variants

ASKED = MOVES["approve"]  # once a post is approved its text may be another


class PostCard(Noun):
    """A post as one reads it before approving it; `findings` are the checks' questions."""

    text: str
    findings: str = ""
    post_id: UUID
    state: PostState
    platform: Platform
    scheduled_at: AwareDatetime
    content_hash: str
    decision_id: UUID
    url: str | None = None


@tool(scope="campaigns:read")
async def show_posts(
    state: PostState | None = None,
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    *,
    session: Given[Session],
) -> list[PostCard]:
    """Show posts with their state: waiting for approval, scheduled, published.

    Examples: "show my posts", "which posts are waiting for approval?",
    "what is scheduled?", "when do my posts go out?"
    """
    posts = await Posts(session).list(state=state, limit=limit)
    posts.sort(key=lambda post: post.state is not PostState.AWAITING_APPROVAL)
    return [await _card(session, post) for post in posts]


async def _card(session: Session, post: Post) -> PostCard:
    shown = post.model_dump(include=set(PostCard.model_fields))
    found = (await Variants(session).get(post.variant_id)).findings
    said = [one for one in found if one.severity != "info" and post.state in ASKED]
    words = " ".join(f"{one.severity} {one.rule}: {one.reason}" for one in said)
    return PostCard(**shown, post_id=post.id, findings=words)
