"""Bring a text: it is stored now and remembered by the worker, in one transaction."""

from uuid import UUID

from smartcontent.content import Caller, Content
from store.contents import Contents
from store.database import Session
from store.queue import Queue
from tools.read_content import Reading

REMEMBER = "remember_content"


async def bring_content(
    session: Session,
    caller: Caller,
    reading: Reading,
    *,
    title: str | None = None,
    link: str | None = None,
) -> Content:
    """A new content from what was read of it; `title` and `link` win over the text's own."""
    content = await Contents(session).add(
        title=title or reading.title,
        text=reading.text,
        source=reading.source,
        format=reading.format,
        link=link or reading.link,
    )
    await remember_soon(session, caller, content.id)
    return content


async def remember_soon(session: Session, caller: Caller, content_id: UUID) -> None:
    """Have memory follow a content that was brought, edited or deleted."""
    ids = {"workspace_id": str(caller.workspace_id), "content_id": str(content_id)}
    await Queue(session).defer(REMEMBER, ids, key=f"remember:{content_id}")
