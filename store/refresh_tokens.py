"""Refresh tokens: each is good once; a second use ends its whole family (RFC 9700, 4.14.2)."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, func, insert, select, update

from smartcontent.content import Noun
from smartcontent.errors import NotAuthenticated
from store.database import Session
from store.rows import as_noun, new_id
from store.tables import REFRESH_TOKENS as TOKENS


class RefreshToken(Noun):
    """A token as stored: its hash is its own business."""

    id: UUID
    member_id: UUID
    family_id: UUID
    expires_at: AwareDatetime


class RefreshTokens:
    """The renewable sessions of a workspace's members."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self, member_id: UUID, family_id: UUID, token_hash: str, expires_at: datetime
    ) -> UUID:
        """The new token's id."""
        id = new_id()
        row = {"member_id": member_id, "family_id": family_id, "token_hash": token_hash}
        await self._session.execute(insert(TOKENS).values(id=id, expires_at=expires_at, **row))
        return id

    async def use(self, id: UUID) -> RefreshToken | None:
        """Spend it.  Raises NotAuthenticated when it is unknown, expired or revoked.

        None: it was spent before, so somebody stole it, and its family is ended.  An error here
        would roll that back: leave the transaction first, then refuse the caller.
        """
        spent = (
            update(TOKENS)
            .where(TOKENS.c.id == id, TOKENS.c.used_at.is_(None), TOKENS.c.revoked_at.is_(None))
            .values(used_at=func.clock_timestamp())
            .returning(TOKENS, TOKENS.c.expires_at > func.clock_timestamp())
        )
        row = (await self._session.execute(spent)).one_or_none()
        if row is None:
            await self._end_if_spent(id)
            return None
        if not row[-1]:
            raise _refused()
        return as_noun(RefreshToken, row)

    async def end(self, id: UUID) -> None:
        """Revoke the token's whole family."""
        family = select(TOKENS.c.family_id).where(TOKENS.c.id == id).scalar_subquery()
        await self._revoke(TOKENS.c.family_id == family)

    async def revoke_family(self, family_id: UUID) -> None:
        await self._revoke(TOKENS.c.family_id == family_id)

    async def _revoke(self, which: ColumnElement[bool]) -> None:
        await self._session.execute(
            update(TOKENS)
            .where(which, TOKENS.c.revoked_at.is_(None))
            .values(revoked_at=func.clock_timestamp())
        )

    async def _end_if_spent(self, id: UUID) -> None:
        used = select(TOKENS.c.used_at).where(TOKENS.c.id == id)
        if (await self._session.execute(used)).scalar_one_or_none() is None:
            raise _refused()
        await self.end(id)


def _refused() -> NotAuthenticated:
    return NotAuthenticated("This session is over.", todo="Log in again.")
