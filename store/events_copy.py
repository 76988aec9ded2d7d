"""The fast way in: COPY into a table that only this connection sees and each commit empties.

COPY does not go into tables under row level security, and cannot skip what is there already; so
it fills a temporary table, from which one statement inserts (see `store.events`).
"""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection
from sqlalchemy import text

from smartcontent.content import Event
from store.database import Session

ARRIVING = text("""
    CREATE TEMPORARY TABLE IF NOT EXISTS arriving_events (
        n integer, id text, kind text, occurred_at timestamptz, decision_id uuid, post_id uuid,
        subject text, value double precision, platform text, topic text, language text
    ) ON COMMIT DELETE ROWS
""")
EMPTY = text("TRUNCATE arriving_events")
COPY = "COPY arriving_events FROM STDIN"
# How COPY's text format writes what would end a field or a row (PostgreSQL manual, COPY).
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


async def copy_in(session: Session, events: Sequence[Event]) -> None:
    """Fill `arriving_events` with a batch; `n` is the index in it."""
    await session.execute(ARRIVING)
    await session.execute(EMPTY)
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    if not isinstance(connection, AsyncConnection):
        raise TypeError("Events are copied in through psycopg.")
    async with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        await copy.write("".join(_line(n, event) for n, event in enumerate(events)))


def _line(n: int, event: Event) -> str:
    fields = (
        str(n),
        event.id.translate(ESCAPED),
        event.kind,
        event.occurred_at.isoformat(),
        _or_null(event.decision_id),
        _or_null(event.post_id),
        _or_null(event.subject),
        "\\N" if event.value is None else repr(event.value),
        _or_null(event.platform),
        _or_null(event.topic),
        _or_null(event.language),
    )
    return "\t".join(fields) + "\n"


def _or_null(value: UUID | str | None) -> str:
    """A value as COPY writes it.

    >>> _or_null(None), _or_null("a\\tb")
    ('\\\\N', 'a\\\\tb')
    """
    return "\\N" if value is None else str(value).translate(ESCAPED)
