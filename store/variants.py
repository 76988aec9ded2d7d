"""Variants: what was written for a campaign, findings included, never changed afterwards."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text

from smartcontent.content import Features, Variant, expectation
from store.database import Session
from store.rows import add, as_row, many, one
from store.tables import VARIANTS

EXPECTED = text("""
    SELECT CAST(v.id AS text) AS id, v.expected, v.expected_sd
      FROM variants v WHERE v.campaign_id = :campaign AND v.expected IS NOT NULL
    UNION ALL
    SELECT CAST(p.id AS text), v.expected, v.expected_sd
      FROM variants v JOIN posts p ON p.variant_id = v.id AND p.text = v.text
     WHERE v.campaign_id = :campaign AND v.expected IS NOT NULL
""")


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

    async def expected(self, campaign_id: UUID) -> dict[str, Features]:
        """What a campaign's texts let expect, as an action's features: by the id of the variant,
        and by those of its posts that nobody reworded."""
        found = await self._session.execute(EXPECTED, {"campaign": campaign_id})
        return {id: expectation(mean, deviation) for id, mean, deviation in found}
