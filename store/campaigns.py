"""Campaigns: what the creator asked for.  How far each has come is its run's word."""

from uuid import UUID

from sqlalchemy import Select, insert, select
from sqlalchemy.exc import IntegrityError

from smartcontent.errors import NotFound
from smartcontent.publishing import Campaign, CampaignSettings
from store.database import Session
from store.rows import many, new_id, one, page
from store.tables import CAMPAIGNS, RUNS


class Campaigns:
    """Each has exactly one run, queued in the same transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self, content_id: UUID, settings: CampaignSettings, *, created_by: UUID | None
    ) -> Campaign:
        """Raises NotFound when the content is not this workspace's."""
        id = new_id()
        row = {"content_id": content_id, "created_by": created_by}
        asked = settings.model_dump(mode="json")
        try:
            async with self._session.begin_nested():
                await self._session.execute(insert(CAMPAIGNS).values(id=id, settings=asked, **row))
        except IntegrityError as unknown:
            raise NotFound(
                "There is no such content here.", todo="List them: GET /v1/contents"
            ) from unknown
        await self._session.execute(insert(RUNS).values(id=new_id(), campaign_id=id))
        return await self.get(id)

    async def get(self, id: UUID) -> Campaign:
        found = _with_state().where(CAMPAIGNS.c.id == id)
        return await one(self._session, Campaign, found, todo="List them: GET /v1/campaigns")

    async def list(self, *, after: UUID | None = None, limit: int = 50) -> list[Campaign]:
        return await many(self._session, Campaign, page(_with_state(), CAMPAIGNS, after, limit))


def _with_state() -> Select[tuple[object, ...]]:
    joined = CAMPAIGNS.join(RUNS, RUNS.c.campaign_id == CAMPAIGNS.c.id)
    return select(CAMPAIGNS, RUNS.c.state).select_from(joined)
