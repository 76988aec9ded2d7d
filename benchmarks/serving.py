"""`rank` over HTTP, answered after its commit, against a route that does nothing.

Two processes of the same server (one uvicorn worker each) on one database; the client is a third
process with 64 connections.  Both routes take the same bodies through the same credential,
validation and response.  They are loaded in turn, the order alternating, for each number of
actions; the ratio is theirs within a round.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson
import psycopg

from benchmarks.account import Account
from benchmarks.children import Server, load, serving
from benchmarks.contract import Bar, Spread, arguments, done, report, slope
from benchmarks.ground import Ground, ground
from benchmarks.load import Load, Plan

AGREED = 0.6
RANK, NOTHING = "/v1/decisions/rank", "/v1/nothing/rank"
BARRED = 8  # actions of a request that the bar speaks of
SIZES = (2, BARRED, 32)
BODIES = 200
CONNECTIONS = 64
MODULE = ["benchmarks.serving_server"]
STRATEGIES = ("question", "number", "story", "list", "quote", "contrast", "benefit", "scene")


@dataclass(frozen=True)
class Pair:
    """One server for `rank`, one for nothing, and whose key both take."""

    ours: Server
    bare: Server
    key: str

    def load(self, path: str, bodies: Sequence[str], **changes: Any) -> Load:
        port = (self.ours if path == RANK else self.bare).port
        return load(Plan(port, path, self.key, bodies, **changes))


@dataclass(frozen=True)
class Size:
    """Both sides of every round for one number of actions."""

    actions: int
    ours: list[Load]
    bare: list[Load]

    @property
    def ratio(self) -> Spread:
        rounds = zip(self.ours, self.bare, strict=True)
        return Spread.of([o.per_second / b.per_second for o, b in rounds])

    def figures(self) -> dict[str, object]:
        said = f"{self.actions}_actions"
        return {
            f"rank_{said}_per_s": Spread.of([one.per_second for one in self.ours]),
            f"nothing_{said}_per_s": Spread.of([one.per_second for one in self.bare]),
            f"ratio_{said}": self.ratio,
            f"rank_{said}_p50_ms": Spread.of([one.p50_ms for one in self.ours]),
            f"rank_{said}_p99_ms": Spread.of([one.p99_ms for one in self.ours]),
        }


def ask(random: Random, actions: int) -> dict[str, Any]:
    """A visitor of a page, and what could be shown there."""
    return {
        "context": {
            "page": random.choice(["home", "article", "archive"]),
            "device": random.choice(["phone", "desktop"]),
            "hour": float(random.randrange(24)),
            "person.visits": float(random.randrange(50)),
        },
        "actions": [
            {
                "id": f"post-{number}",
                "features": {
                    "strategy": random.choice(STRATEGIES),
                    "platform": "sandbox",
                    "words": float(random.randrange(10, 80)),
                },
            }
            for number in range(actions)
        ],
        "subject": f"visitor-{random.randrange(BODIES)}",
    }


def prepare(account: Account, random: Random) -> None:
    """Every second visitor allows personalisation; some decisions have earned something."""
    account.consent([f"visitor-{number}" for number in range(0, BODIES, 2)], "personalisation")
    decisions = account.decide([ask(random, BARRED) for _ in range(300)])
    events = [
        {
            "id": f"before-{decision}",
            "kind": "reward",
            "occurred_at": "2026-01-31T12:00:00Z",
            "decision_id": str(decision),
            "value": float(random.random() < 0.3),
        }
        for decision in decisions
    ]
    account.post("/v1/events", {"events": events})


def measure(pair: Pair, random: Random, args: argparse.Namespace) -> list[Size]:
    """Every size in every round, so that none meets a longer log than the others."""
    seconds, rounds = (0.7, 2) if args.quick else (args.seconds, args.rounds)
    timing = {"connections": CONNECTIONS, "seconds": seconds, "warm": seconds / 4}
    sizes = [Size(actions, [], []) for actions in SIZES]
    for number in range(rounds):
        for size in sizes:
            bodies = [orjson.dumps(ask(random, size.actions)).decode() for _ in range(BODIES)]
            for path in (RANK, NOTHING) if number % 2 else (NOTHING, RANK):
                side = size.ours if path == RANK else size.bare
                side.append(pair.load(path, bodies, **timing))
    return sizes


def alone(pair: Pair, random: Random, args: argparse.Namespace) -> Load:
    """One visitor at a time: what a single caller waits."""
    bodies = [orjson.dumps(ask(random, BARRED)).decode() for _ in range(BODIES)]
    seconds = 0.5 if args.quick else args.seconds
    return pair.load(RANK, bodies, connections=1, seconds=seconds, warm=seconds / 4)


def stored(here: Ground) -> int:
    with psycopg.connect(here.owner_url) as owner:
        row = owner.execute("SELECT count(*) FROM decisions").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def servers(here: Ground, *, quick: bool) -> Iterator[tuple[Server, Server]]:
    """A process for each; a quick run is spared the second start."""
    with serving(MODULE, here.environment) as ours:
        if quick:
            yield ours, ours
            return
        with serving(MODULE, here.environment) as bare:
            yield ours, bare


def main() -> int:
    args = arguments(__doc__, rounds=5, seconds=5.0)
    random = Random(args.seed)
    with ground() as here, servers(here, quick=args.quick) as (ours, bare):
        account = Account(ours.port)
        pair = Pair(ours, bare, account.key)
        prepare(account, random)
        account.close()
        before = stored(here)
        sizes = measure(pair, random, args)
        single = alone(pair, random, args)
        loads = [single, *(one for size in sizes for one in size.ours)]
        lost = sum(one.statuses.get("201", 0) for one in loads) - (stored(here) - before)
        refused = sum(one.refused for one in [*loads, *(b for size in sizes for b in size.bare)])
        figures = {"seed": args.seed, **told(sizes, single, pair)}
    barred = next(size for size in sizes if size.actions == BARRED)
    bars = {
        "rank_over_nothing": Bar(barred.ratio.median, AGREED),
        "acknowledged_and_not_stored": Bar(float(lost), 0.0, better="lower"),
        "requests_refused": Bar(float(refused), 0.0, better="lower"),
    }
    return report("serving", figures, bars, as_json=args.json, stricter=args.stricter)


def told(sizes: Sequence[Size], single: Load, pair: Pair) -> dict[str, object]:
    figures = {key: value for size in sizes for key, value in size.figures().items()}
    counts = [size.actions for size in sizes]
    for name, sides in (("rank", [s.ours for s in sizes]), ("nothing", [s.bare for s in sizes])):
        costs = [1 / Spread.of([one.per_second for one in side]).median for side in sides]
        figures[f"{name}_slope_over_actions"] = slope(counts, costs)
    return {
        **figures,
        "rank_one_connection_p50_ms": single.p50_ms,
        "rank_one_connection_p99_ms": single.p99_ms,
        "server_start_seconds": pair.ours.start_seconds,
        "second_server_start_seconds": pair.bare.start_seconds,
        "server_peak_mb": pair.ours.peak_mb,
    }


if __name__ == "__main__":
    done(main())
