"""Find the creator's contents by what they are about."""

from asyncio import to_thread
from typing import Annotated
from uuid import UUID

from pydantic import Field

from memory.base import Memory
from smartcontent import Given, tool
from smartcontent.content import Caller, Content, MemoryItem, Noun
from smartcontent.errors import NotFound
from store.contents import Contents
from store.database import Session

EXCERPT = 160
RELATED = 0.2  # cosine below which two texts have nothing to do with each other


class FoundContent(Noun):
    """A content and how near it is to what was asked; None where its words matched."""

    content_id: UUID
    title: str
    excerpt: str
    similarity: float | None = None


@tool(scope="contents:read")
async def search_content(
    query: str,
    limit: Annotated[int, Field(ge=1, le=50)] = 5,
    *,
    caller: Given[Caller],
    session: Given[Session],
    memory: Given[Memory],
) -> list[FoundContent]:
    """Find articles and other contents of the creator by what they are about.

    Examples: "find my articles about bread", "search for texts on privacy",
    "which contents do I have about travel?", "look for what I wrote about elections",
    "list my articles"
    """
    recalled = await to_thread(
        memory.recall, caller.workspace_id, query, limit=limit, kind="content"
    )
    near = {UUID(r.item.id): r.similarity for r in recalled if r.similarity >= RELATED}
    newest = await Contents(session).list(limit=50)
    wanted = query.casefold()
    for content in newest:
        if wanted in f"{content.title}\n{content.text}".casefold():
            near.setdefault(content.id, 0.0)
    return await _found(Contents(session), near, limit)


def as_memory(content: Content) -> MemoryItem:
    """A content as it is remembered, under its own id."""
    text = f"{content.title}\n\n{content.text}"
    return MemoryItem(id=str(content.id), text=text, kind="content", source=content.title)


async def _found(contents: Contents, near: dict[UUID, float], limit: int) -> list[FoundContent]:
    found = []
    for content_id, similarity in list(near.items())[:limit]:
        try:
            content = await contents.get(content_id)
        except NotFound:
            continue  # deleted since it was remembered
        excerpt = " ".join(content.text.split())[:EXCERPT]
        found.append(
            FoundContent(
                content_id=content_id,
                title=content.title,
                excerpt=excerpt,
                similarity=round(similarity, 3) or None,
            )
        )
    return found
