"""Models trained on what a workspace posted: each from a window of the log, never changed."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import delete, insert, select

from smartcontent.content import Noun
from store.database import Session
from store.rows import as_noun, as_row
from store.tables import MODELS

NEWEST = (MODELS.c.created_at.desc(), MODELS.c.id.desc())


class ModelCard(Noun):
    """What a model is, without its state.

    It rests on `taken` posts at positions of the log after `since` up to `position`, paid by the
    rewards of that digest, their texts read by the embedder `reads` ("": none).  `parent` is the
    model before it.
    """

    id: UUID
    kind: str
    reads: str
    rewards: str
    since: int
    position: int
    taken: int
    parent: UUID | None
    sha256: str
    metrics: dict[str, Any]
    card: dict[str, Any]
    created_at: AwareDatetime


class Models:
    """A workspace's models, by kind."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, card: ModelCard, state: bytes) -> None:
        await self._session.execute(insert(MODELS).values(as_row(card, MODELS, state=state)))

    async def latest(self, kind: str) -> ModelCard | None:
        told = [MODELS.c[name] for name in ModelCard.model_fields]
        own = select(*told).where(MODELS.c.kind == kind).order_by(*NEWEST).limit(1)
        row = (await self._session.execute(own)).one_or_none()
        return as_noun(ModelCard, row) if row else None

    async def state(self, id: UUID) -> bytes:
        """Of a model that is there."""
        found = await self._session.execute(select(MODELS.c.state).where(MODELS.c.id == id))
        state: bytes = found.scalar_one()
        return state

    async def keep(self, kind: str, *, newest: int) -> None:
        """Drop all but the newest few."""
        own = MODELS.c.kind == kind
        kept = select(MODELS.c.id).where(own).order_by(*NEWEST).limit(newest)
        await self._session.execute(delete(MODELS).where(own, MODELS.c.id.not_in(kept)))
