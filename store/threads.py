"""Conversations: whose they are and what they are called.  What was said is a checkpoint's."""

from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import delete, insert, select

from smartcontent.content import Noun
from smartcontent.errors import NotFound
from store.database import Session
from store.rows import as_noun, many, new_id, one, page
from store.tables import THREADS

NEXT_STEP = "List yours: GET /v1/chat/threads"


class Thread(Noun):
    id: UUID
    member_id: UUID | None
    title: str
    created_at: AwareDatetime


class Threads:
    """A workspace's conversations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, title: str, *, member_id: UUID | None) -> Thread:
        added = insert(THREADS).values(id=new_id(), title=title, member_id=member_id)
        return as_noun(Thread, (await self._session.execute(added.returning(THREADS))).one())

    async def get(self, id: UUID) -> Thread:
        found = select(THREADS).where(THREADS.c.id == id)
        return await one(self._session, Thread, found, todo=NEXT_STEP)

    async def delete(self, id: UUID) -> None:
        gone = delete(THREADS).where(THREADS.c.id == id).returning(THREADS.c.id)
        if (await self._session.execute(gone)).one_or_none() is None:
            raise NotFound("There is no such thread here.", todo=NEXT_STEP, id=str(id))

    async def list(
        self, *, member_id: UUID | None, after: UUID | None = None, limit: int = 50
    ) -> list[Thread]:
        """A member's own; None: those of callers who are no member, as API keys are."""
        own = select(THREADS).where(THREADS.c.member_id.is_not_distinct_from(member_id))
        return await many(self._session, Thread, page(own, THREADS, after, limit))
