"""Behaviour as plain numbers, counted by the database, of people who allow it and nobody else.

Hours are those of the workspace's time zone, summer time included: of a person's own nothing is
known, and an evening in Zagreb is no evening in UTC.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text

from smartcontent.content import Behaviour
from store.database import Session

WINDOW = timedelta(days=90)
WEEK = timedelta(days=7)
ENGAGED = ("click", "like", "share", "save", "comment", "conversion")

# Hours and platforms: when and where somebody is there at all.  Topics and strategies: only what
# they answered to, for what they were shown says more about us than about them.
SHARES = {
    "hours": ("extract(hour FROM local_at)::int", "true"),
    "platforms": ("platform", "true"),
    "topics": ("topic", "engaged"),
    "strategies": ("strategy", "engaged"),
    "languages": ("language", "true"),
}
ONE_SHARE = """
    {name} AS (
        SELECT subject, json_object_agg(key, n) AS counts
          FROM (SELECT subject, {key} AS key, count(*) AS n FROM seen
                 WHERE {key} IS NOT NULL AND {which} GROUP BY 1, 2) AS counted
         GROUP BY subject)
"""
SEEN = """
    WITH seen AS MATERIALIZED (
        SELECT e.subject, e.kind, e.occurred_at, e.topic, e.language, d.strategy,
               e.occurred_at AT TIME ZONE w.time_zone AS local_at,
               coalesce(e.platform, d.action_platform) AS platform,
               e.kind = ANY(:engaged) AS engaged
          FROM consents c
          JOIN workspaces w ON w.id = c.workspace_id
          JOIN events e ON e.subject = c.subject
          LEFT JOIN decisions d ON d.id = e.decision_id
         WHERE c.purpose = 'personalisation' AND c.granted
           AND e.occurred_at BETWEEN :since AND :now
    )
"""
TOTALS = """
    SELECT subject, count(*) AS events, min(occurred_at) AS first, max(occurred_at) AS last,
           count(*) FILTER (WHERE engaged) AS engaged,
           count(*) FILTER (WHERE kind = 'impression') AS impressions
      FROM seen GROUP BY subject
"""


def _statement() -> str:
    shares = [
        ONE_SHARE.format(name=name, key=key, which=which) for name, (key, which) in SHARES.items()
    ]
    named = ", ".join(f"{name}.counts AS {name}" for name in SHARES)
    joins = "".join(f" LEFT JOIN {name} USING (subject)" for name in SHARES)
    parts = ",".join([SEEN, *shares, f"totals AS ({TOTALS})"])
    return f"{parts} SELECT totals.*, {named} FROM totals{joins} ORDER BY subject"


BEHAVIOURS = text(_statement())


async def read_behaviours(session: Session, now: datetime) -> list[Behaviour]:
    """One behaviour for each subject with a consent to personalisation and an event, by subject."""
    asked = {"engaged": list(ENGAGED), "since": now - WINDOW, "now": now}
    return [_behaviour(row, now) for row in await session.execute(BEHAVIOURS, asked)]


def _behaviour(row: Row[Any], now: datetime) -> Behaviour:
    hours = shares(row.hours)
    languages = row.languages or {}
    return Behaviour(
        subject=row.subject,
        events=row.events,
        recency_days=(now - row.last) / timedelta(days=1),
        frequency_per_week=row.events / max((now - row.first) / WEEK, 1.0),
        depth=row.engaged / max(row.impressions, 1),
        hours=tuple(hours.get(str(hour), 0.0) for hour in range(24)),
        topics=shares(row.topics),
        platforms=shares(row.platforms),
        strategies=shares(row.strategies),
        language=max(sorted(languages), key=languages.__getitem__, default=None),
    )


def shares(counts: dict[str, int] | None) -> dict[str, float]:
    """Counts as shares of their sum, by name.

    >>> shares({"story": 3, "quote": 1})
    {'quote': 0.25, 'story': 0.75}
    """
    total = sum((counts or {}).values())
    return {name: n / total for name, n in sorted((counts or {}).items())}
