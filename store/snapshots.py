"""Snapshots of policies: each a fold of the log up to a position, never changed."""

from sqlalchemy import delete, insert, select

from smartcontent.decision import PolicySnapshot
from store.database import Session
from store.rows import as_row, many
from store.tables import POLICY_SNAPSHOTS as SNAPSHOTS

NEWEST = (SNAPSHOTS.c.position.desc(), SNAPSHOTS.c.created_at.desc(), SNAPSHOTS.c.id.desc())


class Snapshots:
    """A workspace's snapshots."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, snapshot: PolicySnapshot) -> None:
        await self._session.execute(insert(SNAPSHOTS).values(as_row(snapshot, SNAPSHOTS)))

    async def latest(self, policy: str, *, at_most: int | None = None) -> PolicySnapshot | None:
        """The furthest one, or the furthest that read no more than position `at_most`."""
        own = select(SNAPSHOTS).where(SNAPSHOTS.c.policy == policy)
        if at_most is not None:
            own = own.where(SNAPSHOTS.c.position <= at_most)
        found = await many(self._session, PolicySnapshot, own.order_by(*NEWEST).limit(1))
        return found[0] if found else None

    async def drop_from(self, position: int) -> None:
        """Drop those that read a position whose decision has changed since: they are wrong now."""
        await self._session.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.position >= position))

    async def keep(self, policy: str, *, newest: int) -> None:
        """Drop all but the newest few of a policy."""
        own = SNAPSHOTS.c.policy == policy
        kept = select(SNAPSHOTS.c.id).where(own).order_by(*NEWEST).limit(newest)
        await self._session.execute(delete(SNAPSHOTS).where(own, SNAPSHOTS.c.id.not_in(kept)))
