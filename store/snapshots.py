"""Snapshots of policies: each a fold of the log up to a position, never changed."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime
from sqlalchemy import Select, delete, func, insert, select

from smartcontent.content import Noun
from smartcontent.decision import PolicySnapshot
from store.database import Session
from store.rows import as_row, many, page
from store.tables import POLICY_SNAPSHOTS as SNAPSHOTS

NEWEST = (SNAPSHOTS.c.position.desc(), SNAPSHOTS.c.created_at.desc(), SNAPSHOTS.c.id.desc())
NO_CARD: dict[str, Any] = {}


class SnapshotCard(Noun):
    """What a snapshot is, without its state of `bytes` bytes.

    It rests on `taken` entries of the log after `since` up to `position`, paid by the rewards of
    that digest; `parent` is the snapshot it went on from (None: the beginning).
    """

    id: UUID
    policy: str
    rewards: str
    since: int
    position: int
    taken: int
    parent: UUID | None
    sha256: str
    bytes: int
    metrics: dict[str, Any]
    card: dict[str, Any]
    created_at: AwareDatetime


class Snapshots:
    """A workspace's snapshots.  `rewards` is the digest of the spec they were paid by."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self,
        snapshot: PolicySnapshot,
        *,
        rewards: str = "",
        since: int = 0,
        taken: int = 0,
        parent: UUID | None = None,
        metrics: dict[str, Any] = NO_CARD,
        card: dict[str, Any] = NO_CARD,
    ) -> None:
        window = {"rewards": rewards, "since": since, "taken": taken, "parent": parent}
        row = as_row(snapshot, SNAPSHOTS, **window, metrics=metrics, card=card)
        await self._session.execute(insert(SNAPSHOTS).values(row))

    async def latest(
        self, policy: str, *, rewards: str = "", at_most: int | None = None
    ) -> PolicySnapshot | None:
        """The furthest one, or the furthest that read no more than position `at_most`."""
        own = _of(policy, rewards)
        if at_most is not None:
            own = own.where(SNAPSHOTS.c.position <= at_most)
        found = await many(self._session, PolicySnapshot, own.order_by(*NEWEST).limit(1))
        return found[0] if found else None

    async def drop_from(self, position: int) -> None:
        """Drop those that read a position whose decision has changed since: they are wrong now."""
        await self._session.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.position >= position))

    async def keep(
        self, policy: str, *, newest: int, rewards: str = "", milestones: tuple[int, int] = (1, 0)
    ) -> None:
        """Drop all but the newest few of a policy, and those paid by other rewards.

        Beyond them stay the newest `milestones` (every, count): those that took a multiple of
        `every` entries, so that whoever looks far back need not begin with the log's first entry.
        """
        every, far = milestones
        ids = _of(policy, rewards).with_only_columns(SNAPSHOTS.c.id).order_by(*NEWEST)
        kept, older = ids.limit(newest), ids.where(SNAPSHOTS.c.taken % every == 0).limit(far)
        gone = SNAPSHOTS.c.id.not_in(kept) & SNAPSHOTS.c.id.not_in(older)
        await self._session.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.policy == policy, gone))

    async def cards(
        self, policy: str, *, after: UUID | None = None, limit: int = 50
    ) -> list[SnapshotCard]:
        """Newest first."""
        told = [SNAPSHOTS.c[name] for name in SnapshotCard.model_fields if name != "bytes"]
        size = func.octet_length(SNAPSHOTS.c.state).label("bytes")
        own = select(*told, size).where(SNAPSHOTS.c.policy == policy)
        return await many(self._session, SnapshotCard, page(own, SNAPSHOTS, after, limit))


def _of(policy: str, rewards: str) -> Select[Any]:
    return select(SNAPSHOTS).where(SNAPSHOTS.c.policy == policy, SNAPSHOTS.c.rewards == rewards)
