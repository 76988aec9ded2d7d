"""What was measured of the learning: each figure with its interval and what it rests on."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import insert, select

from smartcontent.content import Noun
from smartcontent.decision import Estimate
from store.database import Session
from store.rows import as_noun, many, new_id, page
from store.tables import EVALUATIONS


class Evaluation(Noun):
    id: UUID
    kind: str
    estimate: Estimate
    details: dict[str, Any]
    created_at: AwareDatetime


class Evaluations:
    """A workspace's evaluations, all of them: what was claimed when."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self, kind: str, estimate: Estimate, details: Mapping[str, Any] | None = None
    ) -> Evaluation:
        """`details` as JSON can write them."""
        row = {"kind": kind, "estimate": estimate.model_dump(mode="json")}
        added = insert(EVALUATIONS).values(id=new_id(), details=dict(details or {}), **row)
        return as_noun(
            Evaluation, (await self._session.execute(added.returning(EVALUATIONS))).one()
        )

    async def latest(self, kind: str, *, about: UUID | None = None) -> Evaluation | None:
        found = await self.list(kind=kind, about=about, limit=1)
        return found[0] if found else None

    async def list(
        self,
        *,
        kind: str | None = None,
        about: UUID | None = None,
        after: UUID | None = None,
        limit: int = 50,
    ) -> list[Evaluation]:
        """`about` is the policy that was evaluated."""
        wanted = select(EVALUATIONS)
        if kind is not None:
            wanted = wanted.where(EVALUATIONS.c.kind == kind)
        if about is not None:
            policy_id = EVALUATIONS.c.details["policy_id"].as_string()
            wanted = wanted.where(policy_id == str(about))
        return await many(self._session, Evaluation, page(wanted, EVALUATIONS, after, limit))
