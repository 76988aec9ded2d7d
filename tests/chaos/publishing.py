"""Publishers that are killed around the sending itself: never twice, never silently not."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

from jobs.publish_due import publish
from smartcontent.content import PlatformSpec
from smartcontent.errors import Conflict
from smartcontent.plugins import Connector
from smartcontent.publishing import Engagement, Outgoing, Receipt
from store.database import Database
from store.media import MediaFolder
from store.outbox import due
from tests.chaos.campaigns import LEASE, PATIENCE, PAUSE, Trial
from tests.chaos.forks import Child, die
from tests.chaos.world import World
from tests.graph.small_team import spec_of, utc_now
from tests.jobs.rows import ready

LONGEST = 0.3  # seconds a publisher lives before it is killed from outside
AT_ONCE = 12  # posts that are added at once
FEW = 4  # posts left to send at which more are added
ALL_DUE = timedelta(days=7)
STATES = "SELECT id, state FROM posts WHERE workspace_id = %s"
UNSENT = "SELECT count(*) FROM outbox WHERE workspace_id = %s AND state = 'waiting'"


class Wall:
    """A platform that appends what it is sent to a file, and can neither look nor tell twins.

    With `says_keys` it lies: it says that it knows a post by its key.
    """

    def __init__(self, path: Path, *, says_keys: bool = False) -> None:
        self._path = path
        can = {"idempotent": says_keys, "can_find": False}
        self.spec: PlatformSpec = spec_of("sandbox").model_copy(update=can)

    async def publish(self, outgoing: Outgoing) -> Receipt:
        with self._path.open("a") as wall:
            wall.write(f"{outgoing.post_id}\n")
        return Receipt(remote_id=outgoing.effect_key, published_at=utc_now())

    def posts(self) -> list[str]:
        """The ids of what is there."""
        return self._path.read_text().split() if self._path.exists() else []

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        return None

    async def delete(self, outgoing: Outgoing, receipt: Receipt) -> None:
        return None

    async def engagement(self, outgoing: Outgoing, receipt: Receipt) -> Engagement:
        return Engagement(read_at=utc_now())


class Deadly:
    """Kills its process at the n-th sending: before it for n > 0, after it for n < 0."""

    def __init__(self, inner: Connector, dies_at: int) -> None:
        self._inner = inner
        self._dies_at = dies_at
        self._sent = 0
        self.spec = inner.spec

    async def publish(self, outgoing: Outgoing) -> Receipt:
        self._sent += 1
        if self._sent == self._dies_at:
            die()
        receipt = await self._inner.publish(outgoing)
        if self._sent == -self._dies_at:
            die()
        return receipt

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        return await self._inner.find(outgoing)

    async def delete(self, outgoing: Outgoing, receipt: Receipt) -> None:
        await self._inner.delete(outgoing, receipt)

    async def engagement(self, outgoing: Outgoing, receipt: Receipt) -> Engagement:
        return await self._inner.engagement(outgoing, receipt)


@dataclass(frozen=True)
class Sent:
    """What became of the posts.

    `lost` were neither published nor shown as unknown, or are called published and are not
    there; `doubled` are there twice.
    """

    kills: int
    posts: int
    published: int
    unknown: int
    lost: int
    doubled: int


@dataclass(frozen=True)
class Sending:
    """A workspace's posts on their way to one target."""

    trial: Trial
    target: Connector
    folder: Path

    async def work(self, dies_at: int = 0) -> None:
        """A publisher's life: it sends whatever is left to send."""
        database = Database(self.trial.world.app_url, pool_size=2)
        connectors = {"sandbox": Deadly(self.target, dies_at)}
        media = MediaFolder(self.folder)
        while self.unsent():
            async with database.definer() as session:
                waiting = await due(session, at=utc_now() + ALL_DUE)
            for workspace_id, outbox_id in waiting:
                with suppress(Conflict):
                    await publish(
                        database,
                        connectors,
                        workspace_id,
                        outbox_id,
                        str(uuid4()),
                        media=media,
                        clock=utc_now,
                        lease_seconds=LEASE,
                    )
            await asyncio.sleep(PAUSE)
        await database.close()

    def unsent(self) -> int:
        [(count,)] = self.trial.world.rows(UNSENT, self.trial.workspace_id)
        return int(str(count))

    async def add(self) -> None:
        """More posts to send."""
        database = Database(self.trial.world.app_url, pool_size=1)
        for _ in range(AT_ONCE):
            await ready(database, self.trial.workspace_id, platform="sandbox")
        await database.close()


def sent_under_fire(
    world: World,
    kills: int,
    rng: Random,
    *,
    target: Connector,
    arrived: Callable[[UUID], list[str]],
    folder: Path,
    late: bool = False,
) -> Sent:
    """Kill publishers so many times, let a last one finish, and compare with what arrived.

    `arrived` gives the ids of a workspace's posts at the target, each as often as it is there.
    A third dies before a sending, a third after one, a third at any time; for controls, `late`
    has all of them die after one.
    """
    sending = Sending(Trial(world, uuid4()), target, folder)
    Child(sending.trial.settle).finish(within=PATIENCE)
    done = 0
    while done < kills:
        if sending.unsent() < FEW:
            Child(sending.add).finish(within=PATIENCE)
        done += _kill_one(sending, rng, late=late)
    Child(sending.work).finish(within=PATIENCE)
    states = {str(id): str(state) for id, state in world.rows(STATES, sending.trial.workspace_id)}
    there = arrived(sending.trial.workspace_id)
    published = {id for id, state in states.items() if state == "published"}
    unknown = sum(state == "unknown" for state in states.values())
    return Sent(
        kills=kills,
        posts=len(states),
        published=len(published),
        unknown=unknown,
        lost=len(states) - len(published) - unknown + len(published - set(there)),
        doubled=len(there) - len(set(there)),
    )


def _kill_one(sending: Sending, rng: Random, *, late: bool) -> bool:
    kind = "after" if late else rng.choice(("outside", "before", "after"))
    if kind == "outside":
        return Child(sending.work).killed(after=rng.uniform(0.02, LONGEST))
    dies_at = rng.randint(1, FEW - 1) * (-1 if kind == "after" else 1)
    return Child(partial(sending.work, dies_at)).killed(after=PATIENCE)
