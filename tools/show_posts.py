"""Show posts and where they stand."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from smartcontent import Given, tool
from smartcontent.content import Noun, Platform
from smartcontent.publishing import PostState
from store.database import Session
from store.posts import Posts


class PostCard(Noun):
    """A post as one reads it before approving it."""

    text: str
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
    return [
        PostCard.model_validate(
            {**post.model_dump(include=set(PostCard.model_fields)), "post_id": post.id}
        )
        for post in posts
    ]
