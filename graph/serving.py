"""The policy that serves a workspace now: canonical state, and the open decisions' rewards so far.

Each process keeps one a workspace.  It is made again when something came in (`stale`, or the
channel `smartcontent_events` from other processes) and at latest after two seconds, by one task
at a time; whoever asks meanwhile is served by the one before.  Refreshing takes at most half of
the time however fast events come.  Where many decisions are open, only the newest are read each
time; the others are read again by `watch`, beside the requests.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import takewhile
from uuid import UUID

from graph.canonical import Canonical, MakePolicy
from graph.charge import Charge, Charges
from learning.bandit.base import Policy
from learning.fold import state_hash
from learning.registry import Kinds, Maker
from learning.rewards import RewardSpec
from smartcontent.errors import SmartContentError
from store.database import Database, Session
from store.decisions import Decisions, Logged
from store.events import CHANNEL

AT_LATEST = 2.0  # seconds that a serving policy may be behind
AFRESH = 30.0  # seconds after which the closed decisions since the snapshot are read again
NEWEST = 256
OLDER = 512
PAGE = 200
SHARE = 0.5  # of the time that may go into refreshing
TEND = 1.0  # seconds between two looks at whose older open decisions are to be read again
SAVED = 2.0  # seconds of refreshing that can be saved up
MOST_WORKSPACES = 64  # some 4 MB each: a copy of the default is 1.3 MB, and there may be three
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Serving:
    """A policy to choose with; read only, several requests use it at once.

    `position` is how far the canonical part goes, `version` names this very state.
    """

    policy: Policy
    version: str
    position: int
    rewards_seen: int


@dataclass
class Kept:
    """What a process keeps of one workspace.

    `base` is `canonical`, or a copy that has also learned the older open decisions: what is
    served is a copy of it that has learned the newest as well.  `charge` is whose state it is;
    `called` another one that is to take over as soon as its state has been made.
    """

    charge: Charge
    canonical: Canonical
    base: Canonical
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    serving: Serving | None = None
    snapshot: UUID | None = None
    news: int = 1
    heard: int = 0
    tended: int = 0
    made_at: float = float("-inf")
    afresh_at: float = float("-inf")
    whole_at: float = float("-inf")
    whole_took: float = 0.0
    budget: float = SAVED
    called: Charge | None = None

    @property
    def older(self) -> int:
        """How many open decisions the base has learned: as they were then, not as they are."""
        return self.base.taken - self.canonical.taken


class Policies:
    """Who is in charge, by workspace.

    `make_policy` and `rewards` hold where a workspace has registered nothing; of `kinds` it may
    register policies.  `newest` open decisions are read again at every refresh, up to `older`
    further ones too.  `clock` counts seconds and never goes back.
    """

    def __init__(
        self,
        make_policy: MakePolicy,
        *,
        kinds: Iterable[Maker] = (),
        rewards: RewardSpec | None = None,
        newest: int = NEWEST,
        older: int = OLDER,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.kinds = Kinds([make_policy, *kinds])
        self.charges = Charges(make_policy, self.kinds, rewards or RewardSpec())
        self.newest = newest
        self.older = older
        self._clock = clock
        self._kept: OrderedDict[UUID, Kept] = OrderedDict()
        self._watching = False

    async def in_charge(self, session: Session, workspace_id: UUID) -> Serving:
        """The policy that decides now; it knows every event that `stale` was called for."""
        kept = self._of(workspace_id)
        if kept.serving and (kept.lock.locked() or not self._due(kept)):
            return kept.serving
        async with kept.lock:
            if kept.serving and not self._due(kept):
                return kept.serving
            kept.serving = await self._refresh(session, kept)
            return kept.serving

    def stale(self, workspace_id: UUID) -> None:
        """Something came in for this workspace: the next decision is to know it."""
        if workspace_id in self._kept:
            self._kept[workspace_id].news += 1

    async def watch(self, database: Database) -> None:
        """Until cancelled: hear of events that other processes took in, and read again what
        takes too long to read while somebody waits."""
        self._watching = True
        try:
            await asyncio.gather(self._hear(database), self._tend(database))
        finally:
            self._watching = False

    async def _hear(self, database: Database) -> None:
        async for workspace in database.listen(CHANNEL):
            for known in [UUID(workspace)] if workspace else list(self._kept):
                self.stale(known)

    async def _tend(self, database: Database) -> None:
        while True:
            began = self._clock()
            for workspace_id, kept in list(self._kept.items()):
                behind = kept.older > self.older and kept.news > kept.tended
                if kept.called or behind:
                    await self._read_again(database, workspace_id, kept)
            await asyncio.sleep(max(TEND, self._clock() - began))

    async def _read_again(self, database: Database, workspace_id: UUID, kept: Kept) -> None:
        """A new base beside the one in use, which takes its place when it is ready."""
        charge, news = kept.called or kept.charge, kept.news
        again = _kept(charge) if kept.called else Kept(charge, kept.canonical, kept.canonical)
        try:
            async with database.transaction(workspace_id) as session:
                await self._go_back(session, again)
                await self._read(session, again)
        except SmartContentError as problem:
            log.warning("The open decisions of %s were not read again: %s", workspace_id, problem)
            return
        async with kept.lock:
            kept.charge, kept.called = charge, None
            kept.canonical, kept.base, kept.snapshot = again.canonical, again.base, again.snapshot
            kept.tended, kept.afresh_at = news, again.afresh_at
            kept.news += 1

    def _of(self, workspace_id: UUID) -> Kept:
        if workspace_id not in self._kept:
            self._kept[workspace_id] = _kept(self.charges.of(None, self.charges.rewards))
        self._kept.move_to_end(workspace_id)
        while len(self._kept) > MOST_WORKSPACES:
            self._kept.popitem(last=False)
        return self._kept[workspace_id]

    def _due(self, kept: Kept) -> bool:
        idle = self._clock() - kept.made_at
        wanted = kept.news > kept.heard or idle > AT_LATEST
        return wanted and kept.budget + SHARE * idle > 0.0

    async def _refresh(self, session: Session, kept: Kept) -> Serving:
        began, news = self._clock(), kept.news
        rested = began - kept.whole_at > kept.whole_took / SHARE
        await self._take_charge(session, kept)
        whole = kept.older <= self.older or (rested and not self._watching)
        if whole:
            await self._go_back(session, kept)
        newest = await self._read(session, kept)
        serving = await asyncio.to_thread(self._made, kept, newest)
        ended = self._clock()
        saved = min(kept.budget + SHARE * (began - kept.made_at), SAVED)
        kept.budget = max(saved - (ended - began), -SAVED)
        kept.made_at, kept.heard = ended, news
        if whole:
            kept.whole_at, kept.whole_took = ended, ended - began
        return serving

    async def _take_charge(self, session: Session, kept: Kept) -> None:
        """Hear of a promotion, a rollback or other rewards.

        The new state may have a long log to read: where somebody watches, that is done beside
        the requests, and the one before serves until then.
        """
        charge = await self.charges.in_charge(session)
        if charge.key == kept.charge.key:
            kept.called = None
        elif kept.serving and self._watching:
            kept.called = charge
        else:
            fresh = _kept(charge)
            kept.charge, kept.canonical, kept.base = charge, fresh.canonical, fresh.base
            kept.snapshot, kept.afresh_at, kept.called = None, fresh.afresh_at, None

    async def _go_back(self, session: Session, kept: Kept) -> None:
        """Forget what was known of open decisions; from time to time start at the snapshot."""
        latest = await kept.charge.latest(session)
        known = latest.id if latest else None
        if known != kept.snapshot or self._clock() - kept.afresh_at > AFRESH:
            kept.canonical = await asyncio.to_thread(kept.charge.restored, latest)
            kept.snapshot, kept.afresh_at = known, self._clock()
        kept.base = kept.canonical

    async def _read(self, session: Session, kept: Kept) -> list[Logged]:
        """Read on from the base, a page at a time.  Returns the newest, which it did not learn."""
        left: list[Logged] = []
        position = kept.base.position
        while True:
            page = await Decisions(session).log(after_position=position, limit=PAGE)
            left = await asyncio.to_thread(_settle, kept, [*left, *page], self.newest)
            if len(page) < PAGE:
                return left
            position = page[-1].position

    def _made(self, kept: Kept, newest: list[Logged]) -> Serving:
        state = kept.base.clone().take(newest)
        position = kept.canonical.position
        version = f"{kept.charge.name}@{position}:{state_hash(state.policy)[:12]}"
        return Serving(state.policy, version, position, state.policy.updates)


def _kept(charge: Charge) -> Kept:
    """Nothing known yet."""
    fresh = charge.fresh()
    return Kept(charge, fresh, fresh)


def _settle(kept: Kept, rows: list[Logged], newest: int) -> list[Logged]:
    """Learn for good what is closed, and into the base what is no longer among the newest."""
    if kept.base is kept.canonical:
        closed = list(takewhile(lambda logged: logged.closed, rows))
        kept.canonical.take(closed)
        rows = rows[len(closed) :]
    older = len(rows) - newest if len(rows) > 2 * newest else 0
    if older:
        kept.base = kept.canonical.clone() if kept.base is kept.canonical else kept.base
        kept.base.take(rows[:older])
    return rows[older:]
