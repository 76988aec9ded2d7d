"""Replies to keyed requests, kept in the transaction that did the work.

`begin` takes a lock on the key that ends with the transaction: while a first attempt runs, a
second is told so at once; if the first fails, nothing of it is left and the next may try.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from smartcontent.content import Noun
from smartcontent.errors import InvalidInput, WrongState
from store.database import Session
from store.rows import as_noun
from store.tables import REPLIES

LOCK = text("""
    SELECT pg_try_advisory_xact_lock(
        hashtextextended(current_setting('app.workspace') || ' ' || :route || ' ' || :key, 0))
""")


class Reply(Noun):
    """What was answered."""

    status: int
    headers: dict[str, str]
    response: bytes


class Replies:
    """Idempotency keys and what each was answered."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def begin(
        self, route: str, key: str, body_hash: str, *, expires_at: datetime
    ) -> Reply | None:
        """The reply given before, or None when this attempt is the one to do the work.

        Raises WrongState while another attempt runs, InvalidInput for another body.
        """
        await self._take_turn(route, key)
        found = await self._session.execute(select(REPLIES).where(*_named(route, key)))
        row = found.one_or_none()
        if row is None or row.status is None:
            await self._remember(route, key, body_hash=body_hash, expires_at=expires_at)
            return None
        if row.body_hash != body_hash:
            raise InvalidInput(
                "This Idempotency-Key was used with another body.",
                todo="Use a new key for a new request.",
            )
        return as_noun(Reply, row)

    async def finish(
        self, route: str, key: str, *, status: int, headers: Mapping[str, str], response: bytes
    ) -> None:
        """Keep the reply to an attempt that was begun in this transaction."""
        reply = {"status": status, "headers": dict(headers), "response": response}
        await self._session.execute(update(REPLIES).where(*_named(route, key)).values(**reply))

    async def _take_turn(self, route: str, key: str) -> None:
        """Raises WrongState while another attempt runs; what has expired goes away."""
        if not (await self._session.execute(LOCK, {"route": route, "key": key})).scalar_one():
            raise WrongState(
                "A request with this Idempotency-Key is running.", todo="Wait, then repeat it."
            )
        expired = REPLIES.c.expires_at <= func.clock_timestamp()
        await self._session.execute(delete(REPLIES).where(expired))

    async def _remember(self, route: str, key: str, **begun: object) -> None:
        started = insert(REPLIES).values(route=route, key=key, **begun)
        place = ["workspace_id", "route", "key"]
        await self._session.execute(started.on_conflict_do_update(index_elements=place, set_=begun))


def _named(route: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return (REPLIES.c.route == route, REPLIES.c.key == key)
