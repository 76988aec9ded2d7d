"""What a state depends on beside the log: who learns, from where on, and by which rewards."""

import logging
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from graph.canonical import Canonical, MakePolicy
from learning.registry import Kinds
from learning.rewards import RewardSpec
from smartcontent.decision import PolicySnapshot
from smartcontent.errors import SnapshotDamaged
from store.database import Session
from store.registry import RegisteredPolicy, Registry
from store.rewards import RewardVersion
from store.snapshots import Snapshots

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Charge:
    """A policy's place in a workspace: its name there, how it is made, where it begins to read
    the log, and what it is paid by.  Two equal keys and one log make one state."""

    name: str
    make: MakePolicy
    rewards: RewardSpec
    since: int = 0

    @property
    def key(self) -> tuple[str, int, str]:
        return self.name, self.since, self.rewards.digest

    def fresh(self) -> Canonical:
        """What is known before the first decision."""
        return Canonical(self.make(), self.rewards, position=self.since)

    async def latest(
        self, session: Session, *, at_most: int | None = None
    ) -> PolicySnapshot | None:
        """The furthest snapshot that this charge could have made."""
        snapshots = Snapshots(session)
        return await snapshots.latest(self.name, rewards=self.rewards.digest, at_most=at_most)

    def restored(self, snapshot: PolicySnapshot | None) -> Canonical:
        """The state in a snapshot; a damaged one is as good as none, only slower."""
        if snapshot is None:
            return self.fresh()
        try:
            return Canonical.unseal(snapshot.state, self.make, self.rewards)
        except SnapshotDamaged:
            log.exception("A snapshot is damaged: the log is folded again from its beginning.")
            return self.fresh()


@dataclass(frozen=True)
class Charges:
    """Turns what a workspace has registered into charges; `default` and `rewards` hold where it
    has said nothing."""

    default: MakePolicy
    kinds: Kinds
    rewards: RewardSpec
    _makers: dict[UUID, MakePolicy] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        return self.default().name

    async def in_charge(self, session: Session) -> Charge:
        """Who decides now."""
        setup = await Registry(session).setup()
        return self.of(setup.policy, self.paid(setup.rewards))

    def of(self, policy: RegisteredPolicy | None, rewards: RewardSpec) -> Charge:
        """A registered policy's charge.  A kind that this installation does not know is stood in
        for by the default: somebody has to decide."""
        if policy is None:
            return Charge(self.name, self.default, rewards)
        known = policy.kind in self.kinds.names
        if not known:
            log.error("%s is of the kind %s, which is not known here.", policy.name, policy.kind)
        if not known or (policy.kind == self.name and not policy.settings):
            return Charge(policy.name, self.default, rewards, policy.since)
        if policy.id not in self._makers:
            self._makers[policy.id] = self.kinds.make(policy.kind, policy.settings)
        return Charge(policy.name, self._makers[policy.id], rewards, policy.since)

    def paid(self, version: RewardVersion | None) -> RewardSpec:
        return RewardSpec.from_json(version.spec) if version else self.rewards
