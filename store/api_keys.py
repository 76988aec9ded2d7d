"""API keys: a prefix to find them by, a hash to check them with; the key itself is never kept."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import func, insert, select, update

from smartcontent.content import Noun
from smartcontent.errors import NotFound
from store.database import Session
from store.rows import as_noun, many, new_id, one, page
from store.tables import API_KEYS

NEXT_STEP = "List them: GET /v1/keys"


class ApiKey(Noun):
    """What may be shown of a key after its first showing."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: AwareDatetime
    last_used_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None


class ApiKeys:
    """The keys of a workspace, revoked ones included."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, *, name: str, prefix: str, key_hash: str, scopes: Sequence[str]) -> ApiKey:
        row = {"name": name, "prefix": prefix, "key_hash": key_hash, "scopes": sorted(scopes)}
        insertion = insert(API_KEYS).values(id=new_id(), **row).returning(API_KEYS)
        return as_noun(ApiKey, (await self._session.execute(insertion)).one())

    async def get(self, id: UUID) -> ApiKey:
        found = select(API_KEYS).where(API_KEYS.c.id == id)
        return await one(self._session, ApiKey, found, todo=NEXT_STEP)

    async def list(self, *, after: UUID | None = None, limit: int = 50) -> list[ApiKey]:
        return await many(self._session, ApiKey, page(select(API_KEYS), API_KEYS, after, limit))

    async def hash_of(self, id: UUID) -> str:
        """What the key hashes to.  Raises NotFound for a revoked one too."""
        live = select(API_KEYS.c.key_hash).where(
            API_KEYS.c.id == id, API_KEYS.c.revoked_at.is_(None)
        )
        key_hash = (await self._session.execute(live)).scalar_one_or_none()
        if key_hash is None:
            raise NotFound("There is no such key here, or it was revoked.", todo=NEXT_STEP)
        return str(key_hash)

    async def revoke(self, id: UUID) -> ApiKey:
        """From now on it opens nothing; revoking twice keeps the first time."""
        now = func.coalesce(API_KEYS.c.revoked_at, func.clock_timestamp())
        await self._session.execute(
            update(API_KEYS).where(API_KEYS.c.id == id).values(revoked_at=now)
        )
        return await self.get(id)

    async def touch(self, id: UUID) -> None:
        """Note that it was used, to the minute: a busy key is not a busy row."""
        stale = API_KEYS.c.last_used_at.is_(None) | (
            API_KEYS.c.last_used_at < func.clock_timestamp() - func.make_interval(0, 0, 0, 0, 0, 1)
        )
        await self._session.execute(
            update(API_KEYS)
            .where(API_KEYS.c.id == id, stale)
            .values(last_used_at=func.clock_timestamp())
        )
