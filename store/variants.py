"""Variants: what was written for a campaign, findings included, never changed afterwards."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from smartcontent.content import Variant
from store.database import Session
from store.rows import add, as_row, many, one
from store.tables import VARIANTS


class Variants:
    """Kept in the order they were given."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, campaign_id: UUID, variants: Sequence[Variant]) -> None:
        """What is there already stays as it is."""
        rows = [
            as_row(variant, VARIANTS, campaign_id=campaign_id, place=place)
            for place, variant in enumerate(variants)
        ]
        await add(self._session, VARIANTS, rows)

    async def get(self, id: UUID) -> Variant:
        found = select(VARIANTS).where(VARIANTS.c.id == id)
        return await one(self._session, Variant, found, todo="List them: GET /v1/campaigns/{id}")

    async def of(self, campaign_id: UUID) -> list[Variant]:
        order = (VARIANTS.c.place, VARIANTS.c.id)
        written = select(VARIANTS).where(VARIANTS.c.campaign_id == campaign_id).order_by(*order)
        return await many(self._session, Variant, written)
