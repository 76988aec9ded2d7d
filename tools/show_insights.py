"""What was learned, with the samples it rests on."""

from collections.abc import Sequence
from typing import Literal

from learning.health import wilson
from smartcontent import Given, tool
from smartcontent.content import Noun
from smartcontent.decision import Estimate
from store.database import Session
from store.evaluations import Evaluations
from store.insights import Counted, Insights

By = Literal["strategies", "platforms", "segments", "days"]
LIFT = "lift"
FEW = 50  # below this many impressions a rate is an anecdote


class Insight(Noun):
    """One strategy, platform, segment, content or day; None where nothing is known, never 0.

    The rate lies between `low` and `high` (95 %, Wilson 1927: for one look, not for daily ones).
    """

    name: str
    decisions: int
    impressions: int
    engaged: int
    engagement_rate: float | None
    low: float | None = None
    high: float | None = None
    reward: float | None


class Learned(Noun):
    """Insights and what learning earned over the holdback, or why that cannot be told."""

    sentence: str
    by: By
    insights: tuple[Insight, ...]
    lift: Estimate | None


@tool(scope="insights:read")
async def show_insights(by: By = "strategies", *, session: Given[Session]) -> Learned:
    """Show what was learned: which strategies, platforms, segments or days work, and the lift.

    Examples: "what did you learn?", "show my insights", "which strategy works best?",
    "how are my posts doing?", "results by platform"
    """
    rows = tuple(map(insight, await _counted(Insights(session), by)))
    lift = await latest_lift(session)
    return Learned(sentence=in_words(by, rows, lift), by=by, insights=rows, lift=lift)


async def latest_lift(session: Session) -> Estimate | None:
    """What was last said of what learning earned; None before anything was."""
    evaluation = await Evaluations(session).latest(LIFT)
    return evaluation.estimate if evaluation else None


async def _counted(insights: Insights, by: By) -> list[Counted]:
    match by:
        case "strategies":
            return await insights.strategies()
        case "platforms":
            return await insights.platforms()
        case "segments":
            return await insights.segments()
        case "days":
            return await insights.days()


def insight(counted: Counted) -> Insight:
    """Counts as rates.

    >>> insight(Counted(name="story", decisions=4, impressions=200, engaged=10,
    ...                 reward_sum=None, rewarded=0)).engagement_rate
    0.05
    """
    rate = counted.engaged / counted.impressions if counted.impressions else None
    share = None if rate is None else min(rate, 1.0)
    low, high = (None, None) if share is None else wilson(share, counted.impressions)
    known = counted.reward_sum is not None and counted.rewarded > 0
    return Insight(
        name=counted.name,
        decisions=counted.decisions,
        impressions=counted.impressions,
        engaged=counted.engaged,
        engagement_rate=share,
        low=low,
        high=high,
        reward=(counted.reward_sum or 0.0) / counted.rewarded if known else None,
    )


def in_words(by: By, rows: Sequence[Insight], lift: Estimate | None) -> str:
    """What can be said of them, and what cannot yet."""
    told = f"Lift over the holdback: {lift.verdict}." if lift else "Lift is not measured yet."
    rated = [row for row in rows if row.engagement_rate is not None and row.impressions >= FEW]
    if not rows:
        return f"Nothing has been decided yet, so there is nothing to show by {by}. {told}"
    if not rated:
        seen = sum(row.impressions for row in rows)
        return f"Too little is known by {by} to compare: {seen} impressions in all. {told}"
    best = max(rated, key=lambda row: row.engagement_rate or 0.0)
    share = f"{best.engagement_rate or 0.0:.1%} of {best.impressions:,} impressions"
    return f"Most engaging of the {by} so far: {best.name}, {share}. {told}"
