"""`smartcontent replay upworthy DATA`: real headline tests, played through the product.

Source of the data: the Upworthy Research Archive (Matias et al. 2021,
https://doi.org/10.1038/s41597-021-00934-7, CC BY 4.0).  An arm is a headline of one test; each
decision is answered from that arm's own impressions and clicks, without replacement.
"""

import csv
import gzip
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import numpy as np

from graph.decide import DecisionRequest, decide
from smartcontent.bootstrap import Product
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from smartcontent.commands.stage import Stage
from smartcontent.commands.world import WorldClock
from smartcontent.decision import Action, Decision, Event
from smartcontent.errors import InvalidInput
from store.events import Events

FEWEST = 1_000  # impressions of each arm, so that none is exhausted early
AT_ONCE = 50
BOOTSTRAPS = 2_000
FILE = "packages.csv.gz"


@dataclass
class Arm:
    """A headline with what is left of its impressions and clicks."""

    name: str
    impressions: int
    clicks: int

    def show(self, chance: random.Random) -> bool:
        """One of its impressions, taken away; was it a click?"""
        clicked = chance.randrange(self.impressions) < self.clicks
        self.impressions -= 1
        self.clicks -= int(clicked)
        return clicked


@dataclass(frozen=True)
class Outcome:
    """Clicks in one test, and what showing its headlines evenly would have brought."""

    clicks: int
    uniform: float
    shown: int


def run(*, data: Path, tests: int, impressions: int, seed: int, json: bool) -> None:
    chosen = read_tests(data)[-tests:]
    result = with_product(lambda product: play(product, chosen, impressions, seed))
    say(
        f"{result['tests']} tests, {result['impressions']:,} impressions: "
        f"{result['lift']:+.1%} clicks over uniform "
        f"[{result['low']:+.1%}, {result['high']:+.1%}]"
    )
    finish(result, json=json)


def read_tests(data: Path) -> list[list[Arm]]:
    """Randomised tests whose arms were all seen often, oldest first.  Raises InvalidInput."""
    file = data / FILE
    if not file.is_file():
        raise InvalidInput(f"There is no {file}.", todo=f"Name the folder that holds {FILE}.")
    arms: dict[str, list[Arm]] = defaultdict(list)
    created: dict[str, int] = {}
    for test, row in _rows(file):
        created[test] = int(row["created_unix"])
        name = f"{test}-{len(arms[test])}"
        arms[test].append(Arm(name, int(row["impressions"]), int(row["clicks"])))
    usable = [test for test, found in arms.items() if _usable(found)]
    return [arms[test] for test in sorted(usable, key=lambda test: created[test])]


def _rows(file: Path) -> Iterator[tuple[str, dict[str, str]]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if row["randomisation_risk"].lower() not in ("1", "true"):
                yield row["clickability_test_id"], row


def _usable(arms: Sequence[Arm]) -> bool:
    return len(arms) > 1 and all(arm.impressions >= FEWEST for arm in arms)


async def play(
    product: Product, tests: Sequence[list[Arm]], impressions: int, seed: int
) -> dict[str, Any]:
    # every impression counts here: nothing is held back
    stage = replace(await Stage.new(product, WorldClock(), "Upworthy replay"), holdback=0.0)
    chance = random.Random(seed)
    outcomes = []
    for number, arms in enumerate(tests, start=1):
        outcomes.append(await play_test(stage, arms, impressions, chance))
        if number % 10 == 0:
            say(f"  {number} of {len(tests)} tests")
    return {**lift(outcomes, seed), "seed": seed}


async def play_test(
    stage: Stage, arms: list[Arm], impressions: int, chance: random.Random
) -> Outcome:
    """Serve a budget of so many impressions per arm; an exhausted arm leaves."""
    uniform = float(np.mean([arm.clicks / arm.impressions for arm in arms]))
    budget, clicks = impressions * len(arms), 0
    for done in range(0, budget, AT_ONCE):
        left = {arm.name: arm for arm in arms if arm.impressions >= AT_ONCE}
        decisions = await decide_batch(stage, list(left), min(AT_ONCE, budget - done), chance)
        clicked = [left[decision.chosen].show(chance) for decision in decisions]
        await react(stage, decisions, clicked)
        clicks += sum(clicked)
    await stage.learn()
    return Outcome(clicks, uniform * budget, budget)


async def decide_batch(
    stage: Stage, names: Sequence[str], count: int, chance: random.Random
) -> list[Decision]:
    services, workspace_id = stage.product.services, stage.caller.workspace_id
    actions = [Action(id=name, features={"headline": name}) for name in names]
    requests = [
        DecisionRequest("impression", {}, actions, seed=chance.getrandbits(53))
        for _ in range(count)
    ]
    async with services.database.transaction(workspace_id) as session:
        return await decide(
            session,
            requests,
            policies=services.policies,
            learner=services.learner,
            holdback=stage.holdback,
            now=services.clock(),
            workspace_id=workspace_id,
        )


async def react(stage: Stage, decisions: Sequence[Decision], clicked: Sequence[bool]) -> None:
    events = []
    for decision, click in zip(decisions, clicked, strict=True):
        for kind in ("impression", "click") if click else ("impression",):
            id = str(uuid5(NAMESPACE_OID, f"{decision.id}|{kind}"))
            at = decision.created_at
            events.append(Event(id=id, kind=kind, occurred_at=at, decision_id=decision.id))
    services = stage.product.services
    async with services.database.transaction(stage.caller.workspace_id) as session:
        await Events(session).ingest(events)
    services.policies.stale(stage.caller.workspace_id)


def lift(outcomes: Sequence[Outcome], seed: int) -> dict[str, Any]:
    """Clicks over uniform, with a 95 % bootstrap interval over tests."""
    clicks = np.array([outcome.clicks for outcome in outcomes], dtype=float)
    uniform = np.array([outcome.uniform for outcome in outcomes])
    drawn = np.random.default_rng(seed).integers(len(outcomes), size=(BOOTSTRAPS, len(outcomes)))
    again = clicks[drawn].sum(axis=1) / uniform[drawn].sum(axis=1) - 1
    low, high = np.quantile(again, [0.025, 0.975])
    return {
        "tests": len(outcomes),
        "impressions": sum(outcome.shown for outcome in outcomes),
        "clicks": int(clicks.sum()),
        "uniform_clicks": round(float(uniform.sum()), 1),
        "lift": round(float(clicks.sum() / uniform.sum() - 1), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }
