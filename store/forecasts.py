"""What was forecast for posts when they were chosen, kept as it was."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import select

from smartcontent.content import Noun, Platform
from store.database import Session
from store.rows import add, as_row, many
from store.tables import FORECASTS


class Forecast(Noun):
    """Of one post, within `low` and `high` nine times in ten; `samples` rewards of its platform
    were known."""

    decision_id: UUID
    platform: Platform
    at: AwareDatetime
    expected: float
    low: float
    high: float
    samples: int


class Forecasts:
    """A workspace's forecasts, by the decision they are about."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, forecasts: Sequence[Forecast]) -> None:
        """What is there already stays as it is."""
        await add(self._session, FORECASTS, [as_row(each, FORECASTS) for each in forecasts])

    async def of(self, decisions: Sequence[UUID]) -> dict[UUID, Forecast]:
        """By decision; those without one are absent."""
        wanted = select(FORECASTS).where(FORECASTS.c.decision_id.in_(decisions))
        found = await many(self._session, Forecast, wanted)
        return {each.decision_id: each for each in found}
