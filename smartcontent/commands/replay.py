"""`smartcontent replay upworthy DATA`: real headline tests, played through the product.

Source of the data: the Upworthy Research Archive (Matias et al. 2021,
https://doi.org/10.1038/s41597-021-00934-7, CC BY 4.0).  An arm is a headline of one test; each
decision is answered from that arm's own impressions and clicks, without replacement.  Only tests
older than those played teach the text prior: the one that is shipped has read them all.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import numpy as np

from graph.decide import DecisionRequest, decide
from graph.expecting import TextLifts
from graph.promoting import shadow
from learning.prediction.headline_tests import HeadlineTest, read
from learning.prediction.text_prior import TextPrior
from learning.prediction.text_training import grouped, train
from memory.embedding import Usem3
from smartcontent.bootstrap import Product
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from smartcontent.commands.stage import Stage
from smartcontent.commands.world import WorldClock
from smartcontent.content import Features, expectation
from smartcontent.decision import Action, Decision, Event
from smartcontent.errors import InvalidInput
from store.events import Events
from store.registry import Registry

AT_ONCE = 50
BOOTSTRAPS = 2_000
FEWEST_OLDER = 200  # tests that can teach a prior


@dataclass
class Arm:
    """A headline with what is left of its impressions and clicks."""

    name: str
    features: Features
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


def run(*, data: Path, tests: int, impressions: int, policy: str, seed: int, json: bool) -> None:
    older, chosen = read_tests(data, tests)
    lifts = taught(older)

    async def played(product: Product) -> dict[str, Any]:
        stage = await opened(product, policy)
        return await play(stage, chosen, lifts, impressions, seed)

    result = {"policy": policy, "taught_by": len(older), **with_product(played)}
    say(
        f"{policy}: {result['tests']} tests, {result['impressions']:,} impressions: "
        f"{result['lift']:+.1%} clicks over uniform "
        f"[{result['low']:+.1%}, {result['high']:+.1%}]"
    )
    finish(result, json=json)


def read_tests(data: Path, count: int) -> tuple[list[HeadlineTest], list[HeadlineTest]]:
    """Randomised tests whose arms were all seen often: the newest, and before them those older.
    Raises InvalidInput."""
    try:
        found = [test for test in read(data) if len(test.arms) > 1]
    except FileNotFoundError as missing:
        raise InvalidInput(
            f"There is no {missing.filename}.", todo="Name the folder that holds it."
        ) from missing
    return found[:-count], found[-count:]


def taught(older: Sequence[HeadlineTest]) -> TextLifts:
    """What texts let expect by the older tests; nothing where these are too few."""
    usem3 = Usem3()

    def priors() -> list[TextPrior]:
        if len(older) < FEWEST_OLDER:
            return []
        say(f"  {len(older):,} older tests teach what headlines let expect")
        return [train(grouped(older, usem3.embed), embedder=usem3.name, embed=usem3.embed)]

    return TextLifts([usem3], priors)


async def opened(product: Product, policy: str) -> Stage:
    """A workspace of its own, in which this kind of policy decides; nothing is held back, for
    every impression counts here.  Raises InvalidInput for a kind that is not known."""
    stage = replace(await Stage.new(product, WorldClock(), "Upworthy replay"), holdback=0.0)
    policies, workspace_id = product.services.policies, stage.caller.workspace_id
    async with product.services.database.transaction(workspace_id) as session:
        if policy != (await Registry(session).ensure(policies.charges.name)).kind:
            made = await shadow(
                session, policies, workspace_id, name=policy, kind=policy, settings={}
            )
            await Registry(session).promote(made.id)
    return stage


async def play(
    stage: Stage,
    tests: Sequence[HeadlineTest],
    lifts: TextLifts,
    impressions: int,
    seed: int,
) -> dict[str, Any]:
    chance = random.Random(seed)
    outcomes = []
    for number, test in enumerate(tests, start=1):
        campaign = uuid5(NAMESPACE_OID, test.id)
        outcomes.append(await play_test(stage, campaign, arms_of(test, lifts), impressions, chance))
        if number % 10 == 0:
            say(f"  {number} of {len(tests)} tests")
    return {**lift(outcomes, seed), "seed": seed}


def arms_of(test: HeadlineTest, lifts: TextLifts) -> list[Arm]:
    """The arms as the product describes a campaign's variants to its policies."""
    texts = [arm.headline for arm in test.arms]
    known = lifts.lifts(texts)
    told = (
        [
            expectation(float(mean), float(sd))
            for mean, sd in zip(known.expected, known.deviation, strict=True)
        ]
        if known and known.familiar
        else [{} for _ in texts]
    )
    return [
        Arm(
            f"{test.id}-{at}",
            {"text": arm.headline, "image": arm.image, **told[at]},
            arm.impressions,
            arm.clicks,
        )
        for at, arm in enumerate(test.arms)
    ]


async def play_test(
    stage: Stage, campaign: UUID, arms: list[Arm], impressions: int, chance: random.Random
) -> Outcome:
    """Serve a budget of so many impressions per arm; an exhausted arm leaves."""
    uniform = float(np.mean([arm.clicks / arm.impressions for arm in arms]))
    budget, clicks = impressions * len(arms), 0
    for done in range(0, budget, AT_ONCE):
        left = {arm.name: arm for arm in arms if arm.impressions >= AT_ONCE}
        requests = requests_of(campaign, list(left.values()), budget - done, chance)
        decisions = await decide_batch(stage, requests)
        clicked = [left[decision.chosen].show(chance) for decision in decisions]
        await react(stage, decisions, clicked)
        clicks += sum(clicked)
    await stage.learn()
    return Outcome(clicks, uniform * budget, budget)


def requests_of(
    campaign: UUID, arms: Sequence[Arm], budget: int, chance: random.Random
) -> list[DecisionRequest]:
    """The next batch; `budget` is how many decisions are left before it."""
    actions = [Action(id=arm.name, features=arm.features) for arm in arms]
    return [
        DecisionRequest(
            "impression",
            {},
            actions,
            seed=chance.getrandbits(53),
            campaign_id=campaign,
            budget=budget,
        )
        for _ in range(min(AT_ONCE, budget))
    ]


async def decide_batch(stage: Stage, requests: Sequence[DecisionRequest]) -> list[Decision]:
    services, workspace_id = stage.product.services, stage.caller.workspace_id
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
