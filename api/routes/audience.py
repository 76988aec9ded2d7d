"""Who the audience is, and what was learned of it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.deps import Serving, Work
from api.door import Door
from smartcontent.content import Segment
from smartcontent.decision import Estimate
from store.evaluations import Evaluations
from store.insights import Insights as Counting
from store.segments import Segments as Groups
from tools.show_insights import LIFT, Insight, insight

router = APIRouter(prefix="/v1", route_class=Door, tags=["audience"])


class Segments(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: list[Segment]


class Insights(BaseModel):
    """What works, with intervals and the samples it rests on; `lift` is what learning earned over
    the holdback, or why that is unknown."""

    model_config = ConfigDict(extra="forbid")

    strategies: list[Insight]
    platforms: list[Insight]
    segments: list[Insight]
    contents: list[Insight]
    days: list[Insight]
    lift: Estimate | None


@router.get("/segments")
async def list_segments(session: Work, services: Serving) -> Segments:
    """Groups of at least the minimum size; one, "everyone", while too few people consented."""
    minimum = services.settings.minimum_segment
    return Segments(items=await Groups(session, minimum=minimum).list())


@router.get("/insights")
async def show_insights(
    session: Work, services: Serving, days: Annotated[int | None, Query(ge=1, le=3650)] = None
) -> Insights:
    """Engagement by strategy, platform, segment, content and day, and what learning earned.

    `days` is how far to look back; all of the history when it is left out.
    """
    since = services.clock() - timedelta(days=days) if days else None
    counting = Counting(session, since=since)
    measured = await Evaluations(session).latest(LIFT)
    return Insights(
        strategies=[insight(row) for row in await counting.strategies()],
        platforms=[insight(row) for row in await counting.platforms()],
        segments=[insight(row) for row in await counting.segments()],
        contents=[insight(row) for row in await counting.contents()],
        days=[insight(row) for row in await counting.days()],
        lift=measured.estimate if measured else None,
    )
