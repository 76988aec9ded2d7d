"""The policy that serves a workspace now: canonical state, and the open decisions' rewards so far.

Each process keeps one a workspace.  It is made again when something came in (`stale`, or the
channel `smartcontent_events` from other processes) and at latest after two seconds, by one task
at a time; whoever asks meanwhile is served by the one before.  Refreshing takes at most half of
the time however fast events come: where reading every open decision takes long, only the newest
are read each time and the others once in a while.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from uuid import UUID

from graph.canonical import Canonical, MakePolicy
from learning.bandit.base import Policy
from learning.rewards import RewardSpec
from smartcontent.content import PolicySnapshot
from smartcontent.errors import SnapshotDamaged
from store.database import Database, Session
from store.decisions import Decisions, Logged
from store.events import CHANNEL
from store.snapshots import Snapshots

AT_LATEST = 2.0  # seconds that a serving policy may be behind
AFRESH = 30.0  # seconds after which the closed decisions since the snapshot are read again
NEWEST = 256  # open decisions that are read at every refresh
PAGE = 200
SHARE = 0.5  # of the time that may go into refreshing
QUICK = 0.25  # seconds: reading every open decision is done each time while it takes less
SAVED = 2.0  # seconds of refreshing that can be saved up
MOST_WORKSPACES = 256  # a few megabytes each
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
    served is a copy of it that has learned the newest as well.
    """

    canonical: Canonical
    base: Canonical
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    serving: Serving | None = None
    snapshot: UUID | None = None
    news: int = 1
    heard: int = 0
    made_at: float = float("-inf")
    afresh_at: float = float("-inf")
    whole_at: float = float("-inf")
    whole_took: float = 0.0
    budget: float = SAVED


class Policies:
    """Who is in charge, by workspace.  `clock` counts seconds and never goes back."""

    def __init__(
        self,
        make_policy: MakePolicy,
        *,
        rewards: RewardSpec | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.make_policy = make_policy
        self.rewards = rewards or RewardSpec()
        self.name = make_policy().name
        self._clock = clock
        self._kept: OrderedDict[UUID, Kept] = OrderedDict()

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
        """Hear of events that other processes took in, until cancelled."""
        async for workspace in database.listen(CHANNEL):
            for known in [UUID(workspace)] if workspace else list(self._kept):
                self.stale(known)

    def fresh(self) -> Canonical:
        """What is known before the first decision."""
        return Canonical(self.make_policy(), self.rewards)

    def _of(self, workspace_id: UUID) -> Kept:
        if workspace_id not in self._kept:
            fresh = self.fresh()
            self._kept[workspace_id] = Kept(fresh, fresh)
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
        whole = kept.whole_took < QUICK or began - kept.whole_at > kept.whole_took / SHARE
        if whole:
            await self._go_back(session, kept, began)
        serving = await self._serve(session, kept)
        ended = self._clock()
        saved = min(kept.budget + SHARE * (began - kept.made_at), SAVED)
        kept.budget = max(saved - (ended - began), -SAVED)
        kept.made_at, kept.heard = ended, news
        if whole:
            kept.whole_at, kept.whole_took = ended, ended - began
        return serving

    async def _go_back(self, session: Session, kept: Kept, now: float) -> None:
        """Forget what was known of open decisions; from time to time start at the snapshot."""
        latest = await Snapshots(session).latest(self.name)
        known = latest.id if latest else None
        if known != kept.snapshot or now - kept.afresh_at > AFRESH:
            kept.canonical = await asyncio.to_thread(restored, self, latest)
            kept.snapshot, kept.afresh_at = known, now
        kept.base = kept.canonical

    async def _serve(self, session: Session, kept: Kept) -> Serving:
        """Read on from the base, a page at a time; only the newest stay to be read again."""
        left: list[Logged] = []
        position = kept.base.position
        while True:
            page = await Decisions(session).log(after_position=position, limit=PAGE)
            left = await asyncio.to_thread(_settle, kept, [*left, *page])
            if len(page) < PAGE:
                return await asyncio.to_thread(self._made, kept, left)
            position = page[-1].position

    def _made(self, kept: Kept, newest: list[Logged]) -> Serving:
        state = kept.base.clone().take(newest)
        position = kept.canonical.position
        version = f"{self.name}@{position}:{state.hash[:12]}"
        return Serving(state.policy, version, position, state.policy.updates)


def restored(policies: Policies, snapshot: PolicySnapshot | None) -> Canonical:
    """The state in a snapshot; a damaged one is as good as none, only slower."""
    if snapshot is None:
        return policies.fresh()
    try:
        return Canonical.unseal(snapshot.state, policies.make_policy, policies.rewards)
    except SnapshotDamaged:
        log.exception("A snapshot is damaged: the log is folded again from its beginning.")
        return policies.fresh()


def _settle(kept: Kept, rows: list[Logged]) -> list[Logged]:
    """Learn for good what is closed, and into the base what is no longer among the newest."""
    if kept.base is kept.canonical:
        closed = list(takewhile(lambda logged: logged.closed, rows))
        kept.canonical.take(closed)
        rows = rows[len(closed) :]
    older = max(len(rows) - NEWEST, 0) if len(rows) > 2 * NEWEST else 0
    if older:
        kept.base = kept.canonical.clone() if kept.base is kept.canonical else kept.base
        kept.base.take(rows[:older])
    return rows[older:]
