"""The people of a workspace; their keys and sessions can be had from here too."""

from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from smartcontent.content import Member, Role
from smartcontent.errors import AlreadyExists, NotFound
from store.api_keys import ApiKey, ApiKeys
from store.database import Session
from store.refresh_tokens import RefreshToken, RefreshTokens
from store.rows import as_noun, many, new_id, one, page
from store.tables import MEMBERS

__all__ = ["ApiKey", "ApiKeys", "Members", "RefreshToken", "RefreshTokens"]

NEXT_STEP = "List them: GET /v1/members"


class Members:
    """Who may log in, and as what."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, *, email: str, name: str, role: Role, password_hash: str) -> Member:
        """Raises AlreadyExists: an address belongs to one member of one workspace."""
        row = {"email": email, "name": name, "role": role, "password_hash": password_hash}
        insertion = insert(MEMBERS).values(id=new_id(), **row).returning(MEMBERS)
        try:
            async with self._session.begin_nested():
                return as_noun(Member, (await self._session.execute(insertion)).one())
        except IntegrityError as taken:
            raise AlreadyExists(
                f"The address {email} is in use.", todo="Log in with it, or use another."
            ) from taken

    async def get(self, id: UUID) -> Member:
        found = select(MEMBERS).where(MEMBERS.c.id == id)
        return await one(self._session, Member, found, todo=NEXT_STEP)

    async def list(self, *, after: UUID | None = None, limit: int = 50) -> list[Member]:
        return await many(self._session, Member, page(select(MEMBERS), MEMBERS, after, limit))

    async def owners(self) -> int:
        """How many owners there are: the last one stays."""
        counted = select(func.count()).select_from(MEMBERS).where(MEMBERS.c.role == "owner")
        return (await self._session.execute(counted)).scalar_one()

    async def password_hash(self, id: UUID) -> str:
        found = select(MEMBERS.c.password_hash).where(MEMBERS.c.id == id)
        password_hash = (await self._session.execute(found)).scalar_one_or_none()
        if password_hash is None:
            raise NotFound("There is no such member here.", todo=NEXT_STEP)
        return str(password_hash)

    async def set_role(self, id: UUID, role: Role) -> Member:
        await self._session.execute(update(MEMBERS).where(MEMBERS.c.id == id).values(role=role))
        return await self.get(id)
