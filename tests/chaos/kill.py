"""Random kill -9 against campaigns and publishing, with controls that must fail.

    python -m tests.chaos.kill --kills 200 --seed 1 --json

Exits with 1 when something was lost or done twice, or when a control did not fail.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from connectors.sandbox import Sandbox
from graph.checkpoints import install
from graph.runner import Runner
from tests.chaos.campaigns import Outcome, disturbed, undisturbed
from tests.chaos.publishing import Sent, Wall, sent_under_fire
from tests.chaos.sabotage import NextIsProof, RandomIds
from tests.chaos.world import World, world


@dataclass(frozen=True)
class Report:
    """Every trial's outcome; `ok` when ours held and every control failed as it must."""

    campaigns: Outcome
    next_is_proof: Outcome
    random_ids: Outcome
    sandbox: Sent
    no_keys: Sent
    false_keys: Sent
    seconds: float

    @property
    def ok(self) -> bool:
        held = (self.campaigns, self.sandbox, self.no_keys)
        return (
            not any(outcome.lost or outcome.doubled for outcome in held)
            and self.sandbox.unknown == 0
            and self.no_keys.unknown > 0
            and self.next_is_proof.lost > 0
            and self.random_ids.doubled > 0
            and self.false_keys.doubled > 0
        )


def run(kills: int, control_kills: int, seed: int) -> Report:
    """All trials, one after another, in a database of their own."""
    began = time.monotonic()
    with world() as place, tempfile.TemporaryDirectory() as folder:
        asyncio.run(install(place.owner_url))
        usual = undisturbed(place)

        def control(make: Callable[..., Runner]) -> Outcome:
            return disturbed(place, usual, control_kills, Random(seed), make=make, late=True)

        return Report(
            campaigns=disturbed(place, usual, kills, Random(seed)),
            next_is_proof=control(NextIsProof),
            random_ids=control(RandomIds),
            sandbox=to_sandbox(place, kills, Random(seed), Path(folder)),
            no_keys=to_wall(place, control_kills, Random(seed), Wall(Path(folder) / "honest")),
            false_keys=to_wall(
                place, control_kills, Random(seed), Wall(Path(folder) / "lying", says_keys=True)
            ),
            seconds=round(time.monotonic() - began, 1),
        )


def to_sandbox(place: World, kills: int, rng: Random, folder: Path) -> Sent:
    """Publishers of the real sandbox, which knows every post by its key."""
    sandbox = Sandbox(folder)

    def arrived(workspace_id: UUID) -> list[str]:
        return [str(post.post_id) for post in sandbox.posts(workspace_id, limit=100_000)]

    return sent_under_fire(place, kills, rng, target=sandbox, arrived=arrived, folder=folder)


def to_wall(place: World, kills: int, rng: Random, wall: Wall) -> Sent:
    """Publishers that all die just after a sending to a platform without keys."""
    return sent_under_fire(
        place,
        kills,
        rng,
        target=wall,
        arrived=lambda _: wall.posts(),
        folder=Path(tempfile.gettempdir()),
        late=True,
    )


def as_json(report: Report) -> dict[str, Any]:
    return {**asdict(report), "ok": report.ok}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--control-kills", type=int, default=10)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--json", action="store_true", help="one JSON object on the last line")
    given = asked.parse_args()
    report = run(given.kills, given.control_kills, given.seed)
    told = as_json(report)
    lines = [json.dumps(told)] if given.json else [f"{k}: {v}" for k, v in told.items()]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
