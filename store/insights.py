"""What came of decisions, counted live by strategy, platform, segment and day.

Overridden decisions are left out: what a person chose says nothing about the learner's choice.
"""

from sqlalchemy import text

from smartcontent.content import Noun
from store.behaviours import ENGAGED
from store.database import Session

BY = {
    "strategies": "d.strategy",
    "platforms": "d.action_platform",
    "segments": "coalesce(s.name, d.segment)",
    "days": "to_char(d.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
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
         WHERE NOT d.overridden
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
    """A workspace's counts; most decisions first, days newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def strategies(self) -> list[Counted]:
        return await self._count("strategies")

    async def platforms(self) -> list[Counted]:
        return await self._count("platforms")

    async def segments(self) -> list[Counted]:
        return await self._count("segments")

    async def days(self) -> list[Counted]:
        return await self._count("days", order="name DESC")

    async def _count(self, by: str, order: str = "decisions DESC, name") -> list[Counted]:
        counting = text(f"{COUNT.format(name=BY[by])} ORDER BY {order}")
        rows = await self._session.execute(counting, {"engaged": list(ENGAGED)})
        return [Counted.model_validate(dict(row)) for row in rows.mappings()]
