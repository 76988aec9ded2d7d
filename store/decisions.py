"""The decision log: append-only but for one mark, read in the order decisions were made.

How a reader never misses a decision that commits late is told in `migrations/sql/0001_log.sql`.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from smartcontent.content import EventKind
from smartcontent.decision import Decision
from smartcontent.errors import NotFound
from store import intake
from store.database import Session
from store.rows import add, as_noun, as_row, many, one, page
from store.tables import DECISIONS, REVISIONS, REWARD_WINDOWS

NEXT_STEP = "List them: GET /v1/decisions"
SETTLED = text("SELECT decision_watermark()")
LOGGED = """
    SELECT d.*, coalesce(d.created_at <= w.closed_before, false) AS closed, counted.counts,
           d.subject IS NULL OR c.granted IS TRUE AS trains
      FROM (SELECT * FROM decisions
             WHERE position > :after AND position <= :settled {only}
             ORDER BY position {order} LIMIT :limit) d
      LEFT JOIN reward_windows w ON true
      LEFT JOIN consents c ON c.subject = d.subject AND c.purpose = 'training'
      LEFT JOIN LATERAL (
          SELECT json_object_agg(kind, total) AS counts
            FROM (SELECT kind, CASE WHEN kind IN ('reward', 'dwell')
                                    THEN sum(value ORDER BY id) ELSE count(*) END AS total
                    FROM events
                   WHERE decision_id = d.id
                     AND (kind NOT IN ('reward', 'dwell') OR value IS NOT NULL)
                   GROUP BY kind) AS of_a_kind) AS counted ON true
     ORDER BY d.position
"""
LOG = text(LOGGED.format(order="ASC", only=""))
RECENT = text(LOGGED.format(order="DESC", only=""))
POSTS = text(LOGGED.format(order="DESC", only="AND kind = 'post'"))
IMPRESSIONS = text(LOGGED.format(order="DESC", only="AND kind = 'impression'"))
PLACE = text("""
    SELECT coalesce(min(position) - 1, 0)
      FROM (SELECT d.position FROM decisions d
              JOIN reward_windows w ON d.created_at <= w.closed_before
             WHERE d.position <= :settled ORDER BY d.position DESC LIMIT :last) AS newest
""")
ANSWERED = text("""
    SELECT decision_id, min(received_at) AS first FROM events
     WHERE decision_id = ANY(:ids) GROUP BY decision_id
""")
REVISE = text("""
    INSERT INTO revisions (position)
    SELECT d.position FROM decisions d JOIN reward_windows w ON d.created_at <= w.closed_before
     WHERE d.id = :id
        ON CONFLICT DO NOTHING
""")
CLOSED_OF = text("""
    INSERT INTO revisions (position)
    SELECT d.position FROM decisions d JOIN reward_windows w ON d.created_at <= w.closed_before
     WHERE d.subject = :subject
     ORDER BY d.position LIMIT 1
        ON CONFLICT DO NOTHING
""")
DUE = text("SELECT workspace_id FROM due_learning(:most, :now, :minutes)")


@dataclass(frozen=True)
class Logged:
    """A decision at its place in the log, with what it has earned so far.

    `counts`: how many events of each kind, for "reward" and "dwell" the sum of their values;
    a kind that never came is absent.  `closed`: its time to earn is over.  `trains`: whoever it
    was made for allows that models are trained with what describes them.
    """

    position: int
    decision: Decision
    counts: dict[EventKind, float]
    closed: bool
    trains: bool = True


class Decisions:
    """A workspace's decisions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, decisions: Sequence[Decision]) -> None:
        """Log them, in one insert; what is logged already stays as it is."""
        await add(self._session, DECISIONS, [_row(decision) for decision in decisions])

    async def get(self, id: UUID) -> Decision:
        found = select(DECISIONS).where(DECISIONS.c.id == id)
        return await one(self._session, Decision, found, todo=NEXT_STEP)

    async def settled(self) -> int:
        """The position up to which no decision can appear any more."""
        return int((await self._session.execute(SETTLED)).scalar_one())

    async def log(self, *, after_position: int, limit: int) -> list[Logged]:
        """Settled decisions in decision order, each with its counts as of now."""
        return await self._read(LOG, after_position, limit)

    async def recent(self, *, limit: int) -> list[Logged]:
        """The last of the settled ones, still in decision order.

        Positions are shared by all workspaces: "the last 100 positions" may be nobody's here.
        """
        return await self._read(RECENT, 0, limit)

    async def posts(self, *, limit: int) -> list[Logged]:
        """The last of the settled ones that are about posts, in decision order."""
        return await self._read(POSTS, 0, limit)

    async def count_posts(self) -> int:
        """How many there ever were."""
        counted = select(func.count()).where(DECISIONS.c.kind == "post")
        return int((await self._session.execute(counted)).scalar_one())

    async def impressions(self, *, limit: int) -> list[Logged]:
        """The last of the settled ones that are about impressions, in decision order."""
        return await self._read(IMPRESSIONS, 0, limit)

    async def closed(self, *, after_position: int, size: int) -> AsyncIterator[list[Logged]]:
        """Pages of the log in decision order, up to the first entry whose time is not over."""
        while True:
            page = await self.log(after_position=after_position, limit=size)
            over = list(takewhile(lambda logged: logged.closed, page))
            if over:
                yield over
            if len(over) < size:
                return
            after_position = over[-1].position

    async def place(self, *, last: int) -> int:
        """The position before the last so many closed entries; 0 before all of them."""
        found = await self._session.execute(PLACE, {"last": last, "settled": await self.settled()})
        return int(found.scalar_one())

    async def answered(self, ids: Sequence[UUID]) -> dict[UUID, datetime]:
        """When the first event about each decision arrived; those without one are absent."""
        found = await self._session.execute(ANSWERED, {"ids": list(ids)})
        return {row.decision_id: row.first for row in found}

    async def override(self, id: UUID) -> None:
        """A person chose otherwise: learning and evaluation leave it out from now on."""
        await self._session.execute(intake.SHARED)
        marked = update(DECISIONS).where(DECISIONS.c.id == id).values(overridden=True)
        if (await self._session.execute(marked.returning(DECISIONS.c.id))).first() is None:
            raise NotFound("There is no such decision here.", todo=NEXT_STEP, id=str(id))
        await self._session.execute(REVISE, {"id": id})

    async def close(self, *, before: datetime) -> None:
        """Decisions made up to then have had their time; never moves back.

        Waits for events on their way in, so that whatever comes later knows it is late.  Do it
        in a transaction of its own: meanwhile events wait for it.
        """
        await self._session.execute(intake.ALONE)
        fresh = insert(REWARD_WINDOWS).values(closed_before=before)
        later = func.greatest(REWARD_WINDOWS.c.closed_before, fresh.excluded.closed_before)
        await self._session.execute(
            fresh.on_conflict_do_update(
                index_elements=["workspace_id"], set_={"closed_before": later}
            )
        )

    async def closed_before(self) -> datetime:
        """Up to when decisions have had their time; `close` has been called."""
        until = select(REWARD_WINDOWS.c.closed_before)
        before: datetime = (await self._session.execute(until)).scalar_one()
        return before

    async def learned(self, *, before: datetime) -> None:
        """What was closed up to then has been learned, by the transaction that says so."""
        done = update(REWARD_WINDOWS).values(learned_before=before)
        await self._session.execute(done)

    async def revise_of(self, subject: str) -> None:
        """What may be learned of a person has changed: from their first decision on."""
        await self._session.execute(intake.SHARED)
        await self._session.execute(CLOSED_OF, {"subject": subject})

    async def revised(self) -> int | None:
        """The first position where a closed decision has changed since `forget_revisions`."""
        lowest = select(func.min(REVISIONS.c.position))
        position: int | None = (await self._session.execute(lowest)).scalar_one()
        return position

    async def forget_revisions(self) -> int | None:
        """Take the revisions away, because the log is now read again from the first of them.

        In the transaction that stores the new snapshots: if it fails they are still there.
        """
        gone = await self._session.execute(REVISIONS.delete().returning(REVISIONS.c.position))
        return min(gone.scalars(), default=None)

    async def _read(self, statement: TextClause, after: int, limit: int) -> list[Logged]:
        bounds = {"after": after, "settled": await self.settled(), "limit": limit}
        return [_logged(row) for row in await self._session.execute(statement, bounds)]

    async def list(
        self,
        *,
        campaign_id: UUID | None = None,
        after: UUID | None = None,
        limit: int = 50,
    ) -> list[Decision]:
        wanted = select(DECISIONS)
        if campaign_id is not None:
            wanted = wanted.where(DECISIONS.c.campaign_id == campaign_id)
        return await many(self._session, Decision, page(wanted, DECISIONS, after, limit))


async def due_learning(
    session: Session, *, now: datetime, window: timedelta, limit: int = 100
) -> list[UUID]:
    """Workspaces with something new to learn; in `Database.definer()`.

    `window` is how long a decision waits for its reward where the workspace has not said.
    """
    minutes = int(window.total_seconds() // 60)
    asked = {"most": limit, "now": now, "minutes": minutes}
    return [row[0] for row in await session.execute(DUE, asked)]


def _row(decision: Decision) -> dict[str, Any]:
    chosen = next(action for action in decision.actions if action.id == decision.chosen)
    of = {name: chosen.features.get(name) for name in ("strategy", "platform", "segment")}
    named = {name: None if value is None else str(value) for name, value in of.items()}
    return as_row(
        decision,
        DECISIONS,
        strategy=named["strategy"],
        action_platform=named["platform"],
        segment=named["segment"],
    )


def _logged(row: Row[Any]) -> Logged:
    decision = as_noun(Decision, row)
    return Logged(row.position, decision, row.counts or {}, row.closed, row.trains)
