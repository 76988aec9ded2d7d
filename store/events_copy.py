"""The fast way in: COPY into a table that only this connection sees and each commit empties.

COPY does not go into tables under row level security, and cannot skip what is there already; so
it fills a temporary table, from which one statement inserts (see `store.events`).
"""

from collections.abc import Sequence

from psycopg import AsyncConnection
from sqlalchemy import text

from smartcontent.decision import Event
from store.database import Session

BEGIN = text("SELECT begin_intake()")
FIELDS = 11
EMPTY = text("DELETE FROM arriving_events")
COPY = "COPY arriving_events FROM STDIN (NULL '')"
# How COPY's text format writes what would end a field or a row (PostgreSQL manual, COPY).
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


async def copy_in(session: Session, events: Sequence[Event]) -> None:
    """Fill `arriving_events` with a batch; `n` is the index in it.

    From here to the end of the transaction the intake lock is held (see `store.intake`).
    """
    await session.execute(BEGIN)
    if session.info.setdefault("copied in", False):
        await session.execute(EMPTY)  # a second batch in one transaction
    session.info["copied in"] = True
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    if not isinstance(connection, AsyncConnection):
        raise TypeError("Events are copied in through psycopg.")
    async with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        await copy.write(lines(events))


def lines(events: Sequence[Event]) -> str:
    """A batch as COPY's text format; an empty field is NULL.

    Escaping every text costs more than the rest together, and almost no batch needs it: so first
    as it is, then counted, and escaped only when something in it would be read as a mark.
    """
    plain = "".join([_line(n, event) for n, event in enumerate(events)])
    marks = plain.count("\t"), plain.count("\n")
    if marks == (len(events) * (FIELDS - 1), len(events)) and not ("\\" in plain or "\r" in plain):
        return plain
    return "".join([_line(n, _escaped(event)) for n, event in enumerate(events)])


def _line(n: int, event: Event) -> str:
    decision = "" if event.decision_id is None else event.decision_id.hex
    post = "" if event.post_id is None else event.post_id.hex
    value = "" if event.value is None else repr(event.value)
    return (
        f"{n}\t{event.id}\t{event.kind}\t{event.occurred_at.isoformat()}\t{decision}\t{post}\t"
        f"{event.subject or ''}\t{value}\t{event.platform or ''}\t{event.topic or ''}\t"
        f"{event.language or ''}\n"
    )


def _escaped(event: Event) -> Event:
    texts = {"id", "subject", "platform", "topic", "language"}
    written = event.model_dump(include=texts, exclude_none=True)
    return event.model_copy(
        update={name: text.translate(ESCAPED) for name, text in written.items()}
    )
