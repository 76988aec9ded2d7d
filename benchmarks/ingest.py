"""Events taken in, durably and once each, against bare COPY into the same table.

Both write the same rows into the same table with the same indexes and commit.  The batch that
`Events.ingest` gets holds a tenth of repeats besides, resolves each event's decision, and keeps
a person's pseudonym only under their consent; COPY is handed the rows that came of it, as text,
by the table's owner, who is under no row level security.  Fresh database, tables emptied between
rounds, the order of the two alternating.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

import psycopg

from agents.learner import Learner
from benchmarks.contract import Bar, Spread, arguments, done, peak_memory_mb, report, slope
from benchmarks.feed import NOW, Feed
from benchmarks.ground import ground
from benchmarks.ingest_http import over_http
from benchmarks.table import Table
from learning.bandit.uniform import Uniform
from smartcontent.decision import Action, Event
from store.consents import Consents
from store.database import Database
from store.decisions import Decisions
from store.events import Events, Ingested
from store.migrate import upgrade
from store.rows import new_id
from store.workspaces import Workspaces

AGREED = 0.5
SIZES, QUICK_SIZES = (1_000, 10_000, 100_000), (200, 1_000, 4_000)
ROUNDS, QUICK_ROUNDS = (25, 11, 7), (3, 3, 2)
DECISIONS, SUBJECTS = 1_000, 2_000
ACTIONS = [Action(id=name, features={"strategy": name}) for name in ("story", "quote", "number")]


@dataclass(frozen=True)
class Side:
    """Seconds of both for one size, round by round."""

    size: int
    ingest: list[float]
    copy: list[float]
    wrong: int

    @property
    def ratio(self) -> Spread:
        """COPY's seconds over ours, for the same rows."""
        return Spread.of([c / i for c, i in zip(self.copy, self.ingest, strict=True)])


async def prepare(database: Database, workspace_id: UUID, seed: int) -> Feed:
    """A workspace with decisions, and subjects of whom every second allowed analytics."""
    subjects = [f"{seed}-{number:08x}" * 4 for number in range(SUBJECTS)]
    learner, policy = Learner(), Uniform()
    chosen = [
        learner.choose(
            policy, {}, ACTIONS, kind="impression", seed=n, unit=str(n), holdback=0.05, now=NOW
        )
        for n in range(DECISIONS)
    ]
    async with database.transaction(workspace_id) as session:
        await Workspaces(session).create("Benchmark", id=workspace_id, pseudonym_key_sealed=b"-")
        await Decisions(session).add(chosen)
        for subject in subjects[::2]:
            await Consents(session).set(subject, "analytics", True)
    return Feed([decision.id for decision in chosen], subjects, seed=seed)


async def ingest(database: Database, workspace_id: UUID, batch: Sequence[Event]) -> Ingested:
    async with database.transaction(workspace_id) as session:
        return await Events(session).ingest(batch)


async def compare(
    database: Database, table: Table, workspace_id: UUID, feed: Feed, size: int, rounds: int
) -> Side:
    """Both in turn, `rounds` times, after one round that warms up and gives COPY its rows."""
    earlier, batch = feed.with_repeats(size)
    table.empty()
    await ingest(database, workspace_id, earlier)
    before = table.text()
    told = await ingest(database, workspace_id, batch)
    rows = table.text(without=[event.id for event in earlier])
    side = Side(size, [], [], wrong=miscounted(told, len({e.id for e in batch} - {
        e.id for e in earlier}), size))  # fmt: skip
    for number in range(rounds):
        for ours in (True, False) if number % 2 else (False, True):
            table.empty()
            table.copy(before)
            since = perf_counter()
            if ours:
                await ingest(database, workspace_id, batch)
            else:
                table.copy(rows)
            (side.ingest if ours else side.copy).append(perf_counter() - since)
    return side


def miscounted(told: Ingested, new: int, size: int) -> int:
    """By how many events the answer is wrong.

    >>> miscounted(Ingested(accepted=9, duplicates=1), 9, 10)
    0
    """
    return abs(told.accepted - new) + abs(told.duplicates - (size - new)) + len(told.unknown)


async def in_process(owner_url: str, args: argparse.Namespace) -> tuple[Side, list[Side]]:
    """(before anybody gathered statistics, each size afterwards)."""
    url = await asyncio.to_thread(upgrade, owner_url, app_password="of the benchmark")
    database, workspace_id = Database(url), new_id()
    feed = await prepare(database, workspace_id, args.seed)
    sizes, rounds = (QUICK_SIZES, QUICK_ROUNDS) if args.quick else (SIZES, ROUNDS)
    with psycopg.connect(owner_url, autocommit=True) as owner:
        table = Table(owner, "events", without={"received_at"})
        fresh = await compare(database, table, workspace_id, feed, sizes[1], rounds[2])
        owner.execute("ANALYZE")  # what autovacuum does by itself within minutes
        sides = [
            await compare(database, table, workspace_id, feed, size, times)
            for size, times in zip(sizes, rounds, strict=True)
        ]
    await database.close()
    return fresh, sides


def main() -> int:
    args = arguments(__doc__)
    with ground() as here:
        fresh, sides = asyncio.run(in_process(here.owner_url, args))
        peak = peak_memory_mb()
        batches, rounds = (2, 1) if args.quick else (50, 5)
        http = over_http(here, seed=args.seed, batches=batches, rounds=rounds)
    figures = {"seed": args.seed, **told(sides), "peak_mb": peak, **http.figures()}
    bars = {f"ingest_{side.size}_over_copy": Bar(side.ratio.median, AGREED) for side in sides}
    bars[f"ingest_{fresh.size}_fresh_over_copy"] = Bar(fresh.ratio.median, AGREED)
    bars["http_over_copy"] = Bar(Spread.of(http.over_copies).median, AGREED)
    wrong = sum(side.wrong for side in [fresh, *sides]) + http.wrong
    bars["events_miscounted"] = Bar(float(wrong), 0.0, better="lower")
    bars["requests_refused"] = Bar(float(http.refused), 0.0, better="lower")
    return report("ingest", figures, bars, as_json=args.json, stricter=args.stricter)


def told(sides: Sequence[Side]) -> dict[str, object]:
    figures: dict[str, object] = {}
    for side in sides:
        figures[f"ingest_{side.size}_events_per_s"] = Spread.of(
            [side.size / s for s in side.ingest]
        )
        figures[f"ingest_{side.size}_ratio"] = side.ratio
    sizes = [side.size for side in sides]
    figures["ingest_slope"] = slope(sizes, [Spread.of(side.ingest).median for side in sides])
    figures["copy_slope"] = slope(sizes, [Spread.of(side.copy).median for side in sides])
    return figures


if __name__ == "__main__":
    done(main())
