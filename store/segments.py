"""Segments: groups of people who allowed it, alive only while enough of them still do."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from smartcontent.content import Segment, Segmentation
from store.database import Session
from store.rows import as_row, many
from store.tables import CONSENTS, SEGMENT_MEMBERS, SEGMENTS

MEMBERS = SEGMENT_MEMBERS
MINIMUM = 20


class Segments:
    """The latest segmentation; earlier segments stay for the variants written for them.

    A segment whose consenting members have become fewer than `minimum` is not shown, whatever
    is still stored.
    """

    def __init__(self, session: Session, *, minimum: int = MINIMUM) -> None:
        self._session = session
        self._minimum = minimum

    async def replace(self, segmentation: Segmentation) -> None:
        """Make this the one that counts.  Who has withdrawn meanwhile is left out."""
        await self._session.execute(update(SEGMENTS).values(active=False))
        for segment in segmentation.segments:
            row = as_row(segment, SEGMENTS, active=True)
            again = (
                upsert(SEGMENTS)
                .values(row)
                .on_conflict_do_update(index_elements=["workspace_id", "id"], set_=row)
            )
            await self._session.execute(again)
        await self._session.execute(delete(MEMBERS))
        rows = [
            {"subject": subject, "segment_id": id}
            for subject, id in sorted(segmentation.members.items())
        ]
        if rows:
            await self._session.execute(insert(MEMBERS), rows)
            await self._session.execute(delete(MEMBERS).where(~_allows()))

    async def of(self, subject: str) -> Segment | None:
        """The shown segment a subject is in; None for who is in none or has not allowed it."""
        own = select(MEMBERS.c.segment_id).where(MEMBERS.c.subject == subject, _allows())
        found = await many(
            self._session, Segment, self._shown().where(SEGMENTS.c.id == own.scalar_subquery())
        )
        return found[0] if found else None

    async def names(self, subjects: Collection[str]) -> dict[str, str]:
        """The name of the segment each is in; who is in none or has not allowed it is absent."""
        named = select(MEMBERS.c.subject, SEGMENTS.c.name).join(
            SEGMENTS, SEGMENTS.c.id == MEMBERS.c.segment_id
        )
        found = await self._session.execute(
            named.where(MEMBERS.c.subject.in_(subjects), SEGMENTS.c.active, _allows())
        )
        return {row.subject: row.name for row in found}

    async def list(self) -> list[Segment]:
        """Those shown now, largest first; `size` is how many members allow it today."""
        return await many(self._session, Segment, self._shown())

    def _shown(self) -> Select[Any]:
        living = (
            select(MEMBERS.c.segment_id, func.count().label("living"))
            .where(_allows())
            .group_by(MEMBERS.c.segment_id)
            .subquery()
        )
        count = func.coalesce(living.c.living, 0)
        size = case((SEGMENTS.c.everyone, SEGMENTS.c.size), else_=count).label("size")
        others = [column for column in SEGMENTS.c if column.name != "size"]
        return (
            select(*others, size)
            .join(living, living.c.segment_id == SEGMENTS.c.id, isouter=True)
            .where(SEGMENTS.c.active, or_(SEGMENTS.c.everyone, count >= self._minimum))
            .order_by(size.desc(), SEGMENTS.c.id)
        )


def _allows() -> ColumnElement[bool]:
    """The member's latest word on personalisation is a yes."""
    said = and_(
        CONSENTS.c.subject == MEMBERS.c.subject,
        CONSENTS.c.purpose == "personalisation",
        CONSENTS.c.granted,
    )
    return select(CONSENTS.c.subject).where(said).exists()
