"""The tenant itself: its name, its clock, its key for pseudonyms."""

from uuid import UUID

from sqlalchemy import insert, select, text, update

from smartcontent.content import Workspace
from smartcontent.errors import AlreadyExists, InvalidInput, NotFound
from store.database import Session
from store.rows import as_noun
from store.tables import WORKSPACES

KNOWN_ZONE = text("SELECT 1 FROM pg_timezone_names WHERE name = :name")


class Workspaces:
    """At most one is ever seen: the transaction's own."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def create(self, name: str, *, id: UUID, pseudonym_key_sealed: bytes) -> Workspace:
        """The transaction must be of this id.  Raises AlreadyExists."""
        if (await self._session.execute(select(WORKSPACES.c.id))).first() is not None:
            raise AlreadyExists(f"There is a workspace {id} already.", todo="Use it.", id=str(id))
        row = {"id": id, "name": name, "pseudonym_key_sealed": pseudonym_key_sealed}
        await self._session.execute(insert(WORKSPACES).values(row))
        return await self.get()

    async def get(self) -> Workspace:
        row = (await self._session.execute(select(WORKSPACES))).one_or_none()
        if row is None:
            raise NotFound("This workspace does not exist.", todo="Create it first.")
        return as_noun(Workspace, row)

    async def live_in(self, time_zone: str) -> Workspace:
        """Tell hours and days in this zone, such as Europe/Zagreb.  Raises InvalidInput for one
        that the database does not know."""
        known = await self._session.execute(KNOWN_ZONE, {"name": time_zone})
        if known.first() is None:
            raise InvalidInput(
                f"There is no time zone {time_zone!r}.", todo="Give one like Europe/Zagreb or UTC."
            )
        await self._session.execute(update(WORKSPACES).values(time_zone=time_zone))
        return await self.get()

    async def hold_back(self, share: float) -> Workspace:
        """Keep this share, from 0 to 1, apart from what is learned."""
        await self._session.execute(update(WORKSPACES).values(holdback=share))
        return await self.get()

    async def pseudonym_key_sealed(self) -> bytes:
        """The key of this workspace's pseudonyms, sealed by `store.secrets.Vault`."""
        await self.get()
        key = (await self._session.execute(select(WORKSPACES.c.pseudonym_key_sealed))).scalar_one()
        return bytes(key)
