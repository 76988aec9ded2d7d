"""Rewards late, twice, revised and out of order, with restarts: always the same canonical state.

    python -m tests.chaos.interleavings --count 1000 --seed 1 --json

One log of decisions and what came of them is delivered anew each time: in another order, some
of it twice, in batches of other sizes, between folds at other times, in processes that end by
themselves, crash or are killed in the middle of a fold.  Exits with 1 when two ended in different
states at the same watermark, or when the control, which is not told of revisions, did not.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from functools import partial
from random import Random
from typing import NamedTuple

import psycopg

from store.urls import parts
from tests.chaos.arrivals import Interleaving, Life, Log, interleaved, make_log, undisturbed
from tests.chaos.forks import Child
from tests.chaos.world import World, world

PATIENCE = 60.0  # seconds that a process which is to be killed may take to get there
LEFT_BEHIND = ("events", "revisions", "reward_windows", "policy_snapshots", "evaluations")


@dataclass(frozen=True)
class Report:
    """`states` are canonical hashes at the end, and how many interleavings ended in each."""

    count: int
    states: dict[str, int]
    restarts: int
    kills: int
    duplicates: int
    control_count: int
    control_states: int
    seconds: float

    @property
    def ok(self) -> bool:
        return len(self.states) == 1 < self.control_states


def run(count: int, control_count: int, seed: int) -> Report:
    """All interleavings of one log, and the control's, in a database of their own."""
    began = time.monotonic()
    with world() as place:
        name = parts(place.owner_url)["dbname"]
        change(place, f"ALTER DATABASE {name} SET synchronous_commit = off")
        log = asyncio.run(make_log(place.app_url))
        played = [interleaved(log, Random(f"{seed} {number}")) for number in range(count)]
        usual = ended(place, log, undisturbed(log))
        outcomes = [ended(place, log, one) for one in played]
        deaf = {ended(place, log, one, deaf=True).hash for one in played[:control_count]}
    return Report(
        count=count,
        states=dict(Counter(outcome.hash for outcome in (usual, *outcomes))),
        restarts=sum(len(one.lives) for one in played),
        kills=sum(outcome.kills for outcome in outcomes),
        duplicates=sum(one.duplicates for one in played),
        control_count=control_count,
        control_states=len(deaf),
        seconds=round(time.monotonic() - began, 1),
    )


class Ended(NamedTuple):
    hash: str
    kills: int


def ended(place: World, log: Log, played: Interleaving, *, deaf: bool = False) -> Ended:
    """The canonical hash after one interleaving, from the very same decisions.

    A `deaf` one loses the note that something closed has changed, as a careless fold would.
    """
    change(place, *(f"DELETE FROM {table}" for table in LEFT_BEHIND))
    change(place, "UPDATE decisions SET overridden = false")
    kills = 0
    for life in played.lives:
        kills += lived(life, log)
        if deaf:
            change(place, "DELETE FROM revisions")
    return Ended(asyncio.run(played.hash(log)), kills)


def lived(life: Life, log: Log) -> bool:
    """Whether the process was killed: it may have come to its end before."""
    if life.end == "killed":
        return Child(partial(life.work, log)).killed(after=PATIENCE)
    asyncio.run(life.work(log))
    return False


def change(place: World, *statements: str) -> None:
    """As the owner, past every row-level policy."""
    with psycopg.connect(place.owner_url) as owner:
        for statement in statements:
            owner.execute(statement.encode())


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--count", type=int, default=1_000)
    asked.add_argument("--control-count", type=int, default=20)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--json", action="store_true", help="one JSON object on the last line")
    given = asked.parse_args()
    report = run(given.count, given.control_count, given.seed)
    told = {**asdict(report), "ok": report.ok}
    lines = [json.dumps(told)] if given.json else [f"{k}: {v}" for k, v in told.items()]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
