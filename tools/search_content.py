"""Find the creator's contents by what they are about."""

from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from memory.base import Memory
from smartcontent import Given, tool
from smartcontent.content import Caller, Content, MemoryItem, Noun
from smartcontent.errors import NotFound
from store.contents import Contents
from store.database import Session
from tools.tokens import keys

EXCERPT = 160
OPENING = 4_000  # characters
NEWEST = 100  # contents whose words are looked at, beside what memory recalls
RELATED = 0.15  # cosine: over 40 articles what is off their subjects stayed below 0.13


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
    near = {UUID(one.item.id): one.similarity for one in recalled if one.similarity >= RELATED}
    contents = Contents(session)
    worded = await to_thread(_by_words, query, await contents.list(limit=NEWEST))
    ids = list(dict.fromkeys([*near, *worded]))[:limit]
    return [found async for found in _found(contents, ids, near)]


def as_memory(content: Content) -> MemoryItem:
    """A content as it is remembered, under its own id."""
    text = f"{content.title}\n\n{content.text}"
    return MemoryItem(id=str(content.id), text=text, kind="content", source=content.title)


def _by_words(query: str, contents: Sequence[Content]) -> list[UUID]:
    """Contents that have words of the query, those with most first."""
    asked = set(keys(query))
    telling = {word for word in asked if len(word) > 3} or asked
    shared = {content.id: _shared(telling, content) for content in contents}
    return [id for id in sorted(shared, key=lambda id: -shared[id]) if shared[id]]


def _shared(words: set[str], content: Content) -> int:
    """How many of the words stand in the content's opening; those of the title count double."""
    return len(words & set(keys(content.text[:OPENING]))) + len(words & set(keys(content.title)))


async def _found(
    contents: Contents, ids: Sequence[UUID], near: Mapping[UUID, float]
) -> AsyncIterator[FoundContent]:
    for content_id in ids:
        try:
            content = await contents.get(content_id)
        except NotFound:
            continue  # deleted since it was remembered
        yield FoundContent(
            content_id=content_id,
            title=content.title,
            excerpt=" ".join(content.text.split())[:EXCERPT],
            similarity=round(near[content_id], 3) if content_id in near else None,
        )
