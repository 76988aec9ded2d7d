"""What came of decisions, counted live by strategy, platform, segment and day.

Overridden decisions are left out: what a person chose says nothing about the learner's choice.
Days begin and end at midnight in the workspace's time zone.
"""

from datetime import UTC, datetime

from sqlalchemy import text

from smartcontent.content import Noun
from store.behaviours import ENGAGED
from store.database import Session

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
BY = {
    "strategies": "d.strategy",
    "platforms": "d.action_platform",
    "segments": "coalesce(s.name, d.segment)",
    "contents": "w.title",
    "days": "to_char(d.created_at AT TIME ZONE (SELECT time_zone FROM workspaces), 'YYYY-MM-DD')",
}
COUNT = """
    WITH each AS (
        SELECT {name} AS name, d.id,
               count(*) FILTER (WHERE e.kind = 'impression') AS impressions,
               count(*) FILTER (WHERE e.kind = ANY(:engaged)) AS engaged,
               sum(e.value) FILTER (WHERE e.kind = 'reward') AS reward
          FROM decisions d
          LEFT JOIN events e ON e.decision_id = d.id
          LEFT JOIN posts p ON p.decision_id = d.id
          LEFT JOIN variants v ON v.id = p.variant_id
          LEFT JOIN segments s ON s.id = v.segment_id
          LEFT JOIN campaigns k ON k.id = d.campaign_id
          LEFT JOIN contents c ON c.id = k.content_id
          LEFT JOIN content_versions w ON w.content_id = c.id AND w.version = c.version
         WHERE NOT d.overridden AND d.created_at >= :since
         GROUP BY 1, 2
    )
    SELECT name, count(*) AS decisions, sum(impressions)::bigint AS impressions,
           sum(engaged)::bigint AS engaged, sum(reward) AS reward_sum, count(reward) AS rewarded
      FROM each WHERE name IS NOT NULL GROUP BY name
"""


class Counted(Noun):
    """`engaged` counts events (clicks, likes, shares, saves, comments, conversions).

    `reward_sum` adds the values of "reward" events over the `rewarded` decisions that got one;
    None where none did.
    """

    name: str
    decisions: int
    impressions: int
    engaged: int
    reward_sum: float | None
    rewarded: int


class Insights:
    """A workspace's counts of decisions made since then (all of them when nothing is said);
    most decisions first, days newest first."""

    def __init__(self, session: Session, *, since: datetime | None = None) -> None:
        self._session = session
        self._since = since or BEGINNING

    async def strategies(self) -> list[Counted]:
        return await self._count("strategies")

    async def platforms(self) -> list[Counted]:
        return await self._count("platforms")

    async def segments(self) -> list[Counted]:
        return await self._count("segments")

    async def contents(self) -> list[Counted]:
        """By title; decisions of no campaign are of no content."""
        return await self._count("contents")

    async def days(self) -> list[Counted]:
        return await self._count("days", order="name DESC")

    async def _count(self, by: str, order: str = "decisions DESC, name") -> list[Counted]:
        counting = text(f"{COUNT.format(name=BY[by])} ORDER BY {order}")
        asked = {"engaged": list(ENGAGED), "since": self._since}
        rows = await self._session.execute(counting, asked)
        return [Counted.model_validate(dict(row)) for row in rows.mappings()]
