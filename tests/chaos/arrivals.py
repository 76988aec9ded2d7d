"""One log, and the many ways in which what came of it may arrive."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal, Protocol
from uuid import UUID

from agents.learner import Learner
from graph.decide import decide
from graph.feedback import Learned, Learning, learn
from graph.serving import Policies
from smartcontent.decision import Decision, Event
from store.database import Database
from store.decisions import Decisions
from store.workspaces import Workspaces
from tests.chaos.forks import die
from tests.graph.world import DAY, NOW, event, ingest, policies, request

WORKSPACE = UUID(int=0xC0FFEE)
DECISIONS = 40
APART = timedelta(hours=2)  # between two decisions
EVERY = 7  # entries of the log between two snapshots
AGAIN = 0.3  # share of the events that are delivered a second time
OVER = NOW + 30 * DAY  # every window has ended
End = Literal["ended", "crashed", "killed"]
Clock = Callable[[], datetime]


class Crash(Exception):
    """What a process dies of in the middle of a fold."""


@dataclass(frozen=True)
class Log:
    """Decisions that are in the database, and what is to become of them."""

    url: str
    decisions: tuple[Decision, ...]
    events: tuple[Event, ...]
    overridden: tuple[UUID, ...]


@dataclass(frozen=True)
class Process:
    """What a process has: connections and policies of its own, none of it from before."""

    database: Database
    policies: Policies

    async def fold(self, clock: Clock) -> Learned | None:
        learning = Learning(self.database, self.policies, window=DAY, every=EVERY, clock=clock)
        return await learn(learning, WORKSPACE)


class Step(Protocol):
    """Something that happens in the life of a process."""

    async def happen(self, process: Process) -> None: ...


@dataclass(frozen=True)
class Deliver:
    events: tuple[Event, ...]

    async def happen(self, process: Process) -> None:
        await ingest(process.database, WORKSPACE, self.events)


@dataclass(frozen=True)
class Override:
    decision_id: UUID

    async def happen(self, process: Process) -> None:
        async with process.database.transaction(WORKSPACE) as session:
            await Decisions(session).override(self.decision_id)


@dataclass(frozen=True)
class Fold:
    """Learn what is closed at some time, not necessarily later than the last time."""

    at: datetime

    async def happen(self, process: Process) -> None:
        await process.fold(lambda: self.at)


@dataclass(frozen=True)
class Serve:
    """Ask who is in charge: it learns the open decisions too, for itself alone."""

    async def happen(self, process: Process) -> None:
        process.policies.stale(WORKSPACE)
        async with process.database.transaction(WORKSPACE) as session:
            await process.policies.in_charge(session, WORKSPACE)


@dataclass(frozen=True)
class Life:
    """From the start of a process to its end; one that does not just end is in a fold then."""

    steps: tuple[Step, ...]
    end: End = "ended"
    at: datetime = OVER
    looks: int = 1  # how often the last fold looks at the clock before the process dies

    async def work(self, log: Log) -> None:
        process = Process(Database(log.url, pool_size=1), policies())
        for step in self.steps:
            await step.happen(process)
        if self.end != "ended":
            with suppress(Crash):
                await process.fold(mortal(self.at, self.looks, killed=self.end == "killed"))
        await process.database.close()


@dataclass(frozen=True)
class Interleaving:
    """Lives one after another.  At the end everything has been delivered."""

    lives: tuple[Life, ...]
    duplicates: int = 0

    async def hash(self, log: Log) -> str:
        """Of the canonical state when every window is over, in a process of its own."""
        process = Process(Database(log.url, pool_size=1), policies())
        learned = await process.fold(lambda: OVER)
        await process.database.close()
        if learned is None or learned["canonical"].taken != len(log.decisions):
            raise ValueError("The watermark is not at the end of the log.")
        return learned["canonical"].hash


def mortal(at: datetime, looks: int, *, killed: bool) -> Clock:
    """A clock that is looked at so many times: the next time its process is no more.

    A fold looks once when it closes windows, and again at each snapshot.
    """
    left = looks

    def now() -> datetime:
        nonlocal left
        left -= 1
        if left < 0:
            if killed:
                die()
            raise Crash
        return at

    return now


async def make_log(url: str) -> Log:
    """Decisions two hours apart, and what came of them: rewards revised, complaints, silence."""
    database, serving, rng = Database(url, pool_size=1), policies(), Random(7)
    async with database.transaction(WORKSPACE) as session:
        await Workspaces(session).create("Log", id=WORKSPACE, pseudonym_key_sealed=b"sealed")
    decisions: list[Decision] = []
    for number in range(DECISIONS):
        kind = "post" if number % 5 == 4 else "impression"
        asked = request(
            kind=kind, context={"page": f"p{number % 3}"}, seed=number, id=UUID(int=number + 1)
        )
        async with database.transaction(WORKSPACE) as session:
            decisions += await decide(
                session,
                [asked],
                policies=serving,
                learner=Learner(),
                holdback=0.3,
                now=NOW + number * APART,
            )
    await database.close()
    came = [one for decision in decisions for one in outcomes(decision, rng)]
    return Log(url, tuple(decisions), tuple(came), tuple(d.id for d in decisions[3::11]))


def outcomes(decision: Decision, rng: Random) -> list[Event]:
    """Whatever an audience does; one reward in two is revised, up or down."""
    came = [event(decision, "impression")] if rng.random() < 0.8 else []
    came += [event(decision, kind) for kind in ("click", "like", "hide") if rng.random() < 0.3]
    if rng.random() < 0.4:
        came.append(event(decision, "reward", round(rng.random(), 3)))
        if rng.random() < 0.5:
            revision = event(decision, "reward", round(rng.random() - 0.5, 3))
            came.append(revision.model_copy(update={"id": f"revision:{decision.id}"}))
    return came


def undisturbed(log: Log) -> Interleaving:
    """Everything in its order, once, before anything is learned."""
    marked = (Override(id) for id in log.overridden)
    return Interleaving((Life((Deliver(log.events), *marked)),))


def interleaved(log: Log, rng: Random) -> Interleaving:
    """Some order of everything, cut into lives."""
    again = rng.sample(log.events, round(AGAIN * len(log.events)))
    events = [*log.events, *again]
    rng.shuffle(events)
    steps: list[Step] = [Deliver(batch) for batch in batches(events, rng)]
    steps += [Override(id) for id in log.overridden]
    steps += [Fold(moment(rng)) for _ in range(rng.randint(1, 3))]
    steps += [Serve() for _ in range(rng.randint(0, 1))]
    rng.shuffle(steps)
    cuts = sorted(rng.sample(range(1, len(steps)), rng.randint(1, 3)))
    parts = [steps[low:high] for low, high in zip([0, *cuts], [*cuts, len(steps)], strict=True)]
    return Interleaving(tuple(life(part, rng) for part in parts), len(again))


def life(steps: Sequence[Step], rng: Random) -> Life:
    end: End = rng.choice(("ended", "crashed", "killed"))
    return Life(tuple(steps), end, moment(rng), rng.randint(1, 4))


def moment(rng: Random) -> datetime:
    """Some windows are over then: none, or all, or any number between."""
    return NOW + DAY + rng.uniform(-1.0, DECISIONS + 1.0) * APART


def batches(events: Sequence[Event], rng: Random) -> list[tuple[Event, ...]]:
    """Of several sizes; within one an event may come twice."""
    found, left = [], list(events)
    while left:
        size = rng.choice((1, 3, 10, 30))
        found.append(tuple(left[:size]))
        left = left[size:]
    return found
