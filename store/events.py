"""Engagement: taken in by the batch, counted once, resolved to the decisions it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text

from smartcontent.content import Behaviour, Event
from store import intake
from store.behaviours import read_behaviours
from store.database import Session
from store.events_copy import copy_in

CHANNEL = "smartcontent_events"
NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', current_setting('app.workspace'))")
# One statement: resolve, insert what is known and new, note what closed decisions it changes,
# and say what was unknown (n >= 0, with the reason) and how many were new (n = -1).
INGEST = text("""
    WITH resolved AS MATERIALIZED (
        SELECT a.*, coalesce(a.decision_id, p.decision_id) AS of_decision, c.subject AS allowed,
               CASE WHEN a.decision_id IS NOT NULL AND d.id IS NULL THEN 'decision'
                    WHEN a.post_id IS NOT NULL AND p.id IS NULL THEN 'post'
                    WHEN p.decision_id <> a.decision_id THEN 'pair' END AS unknown
          FROM arriving_events a
          LEFT JOIN decisions d ON d.id = a.decision_id
          LEFT JOIN posts p ON p.id = a.post_id
          LEFT JOIN consents c ON c.subject = a.subject AND c.purpose = 'analytics' AND c.granted
    ), inserted AS (
        INSERT INTO events (id, kind, occurred_at, decision_id, post_id, subject, value,
                            platform, topic, language)
        SELECT id, kind, occurred_at, of_decision, post_id, allowed, value,
               platform, topic, language
          FROM resolved WHERE unknown IS NULL
            ON CONFLICT DO NOTHING
        RETURNING decision_id
    ), revised AS (
        INSERT INTO revisions (position)
        SELECT DISTINCT d.position
          FROM inserted i JOIN decisions d ON d.id = i.decision_id
          JOIN reward_windows w ON d.created_at <= w.closed_before
            ON CONFLICT DO NOTHING
    )
    SELECT n, unknown, 0 AS accepted FROM resolved WHERE unknown IS NOT NULL
    UNION ALL SELECT -1, NULL, count(*) FROM inserted
    ORDER BY n
""")
WHY = {
    "decision": "There is no such decision here.",
    "post": "There is no such post here.",
    "pair": "The post was not chosen by this decision.",
}


@dataclass(frozen=True)
class Ingested:
    """What became of a batch; `unknown` are (index in the batch, why), and were not stored."""

    accepted: int
    duplicates: int
    unknown: list[tuple[int, str]] = field(default_factory=list)


class Events:
    """What audiences did.  `personal_rows_read` counts the events that `behaviours` looked at."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.personal_rows_read = 0

    async def ingest(self, events: Sequence[Event]) -> Ingested:
        """Store a batch, each event once by its id, in the caller's transaction.

        `subject` is a pseudonym, kept only under a consent to analytics.  An event of a post
        counts for the decision that chose it.  Announced on the channel `smartcontent_events`.
        """
        if not events:
            return Ingested(0, 0)
        await self._session.execute(intake.SHARED)
        await copy_in(self._session, events)
        new, *unknown = (await self._session.execute(INGEST)).all()
        await self._session.execute(NOTIFY)
        told = [(row.n, WHY[row.unknown]) for row in unknown]
        return Ingested(new.accepted, len(events) - new.accepted - len(told), told)

    async def behaviours(self, *, now: datetime) -> list[Behaviour]:
        """What the last 90 days say of each subject who allows personalisation today."""
        found = await read_behaviours(self._session, now)
        self.personal_rows_read += sum(behaviour.events for behaviour in found)
        return found
