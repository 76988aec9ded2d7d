"""Engagement: taken in by the batch, counted once, resolved to the decisions it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text

from smartcontent.content import Behaviour
from smartcontent.decision import Event
from store.behaviours import read_behaviours
from store.database import Session
from store.events_copy import copy_in

CHANNEL = "smartcontent_events"
# One statement: resolve, insert what is known and new, note what closed decisions it changes,
# tell who listens, and say what was unknown (n >= 0, why) and how many were new (n = -1).
# Each decision and subject of the batch is looked up once, by LATERAL … LIMIT 1, that is through
# an index however large the tables grow and however old their statistics are.  `wanted` comes
# from a CTE because COALESCE counts as leaky: row level security keeps leaky expressions out of
# index conditions.
INGEST = text("""
    WITH arrived AS MATERIALIZED (
        SELECT e.*, p.decision_id AS post_decision, coalesce(e.decision_id, p.decision_id) AS wanted
          FROM arriving_events e
          LEFT JOIN LATERAL (SELECT decision_id FROM posts
                              WHERE e.post_id IS NOT NULL AND id = e.post_id LIMIT 1) p ON true
    ), decided AS MATERIALIZED (
        SELECT d.* FROM (SELECT DISTINCT wanted FROM arrived WHERE wanted IS NOT NULL) k,
               LATERAL (SELECT id, position, created_at FROM decisions
                         WHERE id = k.wanted LIMIT 1) d
    ), allowing AS MATERIALIZED (
        SELECT c.* FROM (SELECT DISTINCT subject FROM arrived WHERE subject IS NOT NULL) k,
               LATERAL (SELECT subject FROM consents
                         WHERE subject = k.subject AND purpose = 'analytics' AND granted LIMIT 1) c
    ), resolved AS MATERIALIZED (
        SELECT a.*, d.id AS of_decision, d.position, c.subject AS allowed,
               d.created_at <= w.closed_before AS closed,
               CASE WHEN a.post_id IS NOT NULL AND a.post_decision IS NULL THEN 'post'
                    WHEN a.post_decision <> a.decision_id THEN 'pair'
                    WHEN a.decision_id IS NOT NULL AND d.id IS NULL THEN 'decision' END AS unknown
          FROM arrived a
          LEFT JOIN decided d ON d.id = a.wanted
          LEFT JOIN allowing c ON c.subject = a.subject
          LEFT JOIN reward_windows w ON true
    ), inserted AS (
        INSERT INTO events (id, kind, occurred_at, decision_id, post_id, subject, value,
                            platform, topic, language)
        SELECT id, kind, occurred_at, of_decision, post_id, allowed, value,
               platform, topic, language
          FROM resolved WHERE unknown IS NULL
         ORDER BY id  -- batches that share events wait for one another in one order: no deadlock
            ON CONFLICT DO NOTHING
        RETURNING id
    ), revised AS (
        INSERT INTO revisions (position)
        SELECT DISTINCT max(position)
          FROM (SELECT id, position, false AS new FROM resolved WHERE closed AND unknown IS NULL
                UNION ALL SELECT id, NULL, true FROM inserted) AS heard
         GROUP BY id HAVING bool_or(new) AND max(position) IS NOT NULL
         ORDER BY 1
            ON CONFLICT DO NOTHING
    )
    SELECT n, unknown, 0 AS accepted, NULL AS told FROM resolved WHERE unknown IS NOT NULL
    UNION ALL SELECT -1, NULL, (SELECT count(*) FROM inserted),
                     pg_notify('smartcontent_events', current_setting('app.workspace'))::text
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
        await copy_in(self._session, events)
        new, *unknown = (await self._session.execute(INGEST)).all()
        told = [(row.n, WHY[row.unknown]) for row in unknown]
        return Ingested(new.accepted, len(events) - new.accepted - len(told), told)

    async def behaviours(self, *, now: datetime) -> list[Behaviour]:
        """What the last 90 days say of each subject who allows personalisation today."""
        found = await read_behaviours(self._session, now)
        self.personal_rows_read += sum(behaviour.events for behaviour in found)
        return found
