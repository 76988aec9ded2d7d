"""A workspace to play a world on: publish, decide, react and learn by the product's own path."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agents.learner import strategy_action
from api.passwords import Passwords
from api.pseudonyms import Pseudonyms, pseudonym
from api.workspaces import Founder, found
from graph.decide import DecisionRequest, decide
from jobs.worker import run_worker
from smartcontent.bootstrap import Product
from smartcontent.commands.campaign import follow, read_file, start
from smartcontent.commands.screen import say
from smartcontent.commands.world import HISTORY_DAYS, Audience, Visit, WorldClock
from smartcontent.content import Caller, Segment
from smartcontent.decision import Action, Decision
from smartcontent.publishing import Campaign, PostState
from smartcontent.scopes import SCOPES
from store.consents import Consents
from store.events import Events
from store.posts import Posts
from store.runs import Runs
from store.segments import Segments
from store.variants import Variants
from store.workspaces import Workspaces
from tools.strategies import strategies

AT_ONCE = 50
LEARN_EVERY = 8  # batches; a running worker does it every minute


@dataclass(frozen=True)
class Stage:
    """One workspace, its pseudonym key, its holdback, and the time there."""

    product: Product
    clock: WorldClock
    caller: Caller
    key: bytes
    holdback: float

    @classmethod
    async def of(cls, product: Product, clock: WorldClock, caller: Caller) -> "Stage":
        services = product.services
        async with services.database.transaction(caller.workspace_id) as session:
            workspace = await Workspaces(session).get()
            key = await Pseudonyms(services.vault).key(session, caller.workspace_id)
        return cls(product, clock, caller, key, workspace.holdback)

    @classmethod
    async def new(cls, product: Product, clock: WorldClock, name: str) -> "Stage":
        """A workspace of its own, so that nothing known elsewhere helps or hurts."""
        mark = secrets.token_hex(6)
        founder = Founder(name, f"{mark}@smartcontent.localhost", "Demo", secrets.token_urlsafe(12))
        workspace, member = await found(product.services, Passwords(), founder)
        caller = Caller(workspace_id=workspace.id, member_id=member.id, role="owner", scopes=SCOPES)
        return await cls.of(product, clock, caller)

    async def campaign(self, article: Path, **asked: Any) -> Campaign:
        """Run a campaign; what is approved beforehand and due is sent by a worker."""
        campaign = await start(self.product, self.caller, read_file(article), asked)
        await follow(self.product, self.caller, campaign.id)
        if asked.get("auto_approve"):
            url = self.product.services.database.url
            await run_worker(url, self.product.duties, until_idle=True)
        return campaign

    async def say_steps(self, campaign: Campaign) -> None:
        """What each agent did, in its own words."""
        async with self.product.services.database.transaction(self.caller.workspace_id) as session:
            run = await Runs(session).of(campaign.id)
            for step in await Runs(session).steps(run.id):
                say(f"  {step.name:<10} {step.seconds:5.1f} s  {step.summary}")

    async def published(self, campaign: Campaign) -> list[Action]:
        """What a visitor can be shown: the campaign's published posts."""
        async with self.product.services.database.transaction(self.caller.workspace_id) as session:
            posts = await Posts(session).list(
                campaign_id=campaign.id, state=PostState.PUBLISHED, limit=50
            )
            variants = {one.id: one for one in await Variants(session).of(campaign.id)}
        return [
            Action(
                id=str(post.id),
                features={
                    "strategy": variants[post.variant_id].strategy,
                    "platform": post.platform,
                },
            )
            for post in posts
        ]

    async def consent(self, audience: Audience, *, granted: bool) -> None:
        """Everyone's yes, or everyone's no."""
        async with self.product.services.database.transaction(self.caller.workspace_id) as session:
            for person in audience.people:
                subject = pseudonym(self.key, person.name)
                await Consents(session).set(subject, "analytics", granted)
                await Consents(session).set(subject, "personalisation", granted)

    async def play(
        self, audience: Audience, visits: Sequence[Visit], actions: Sequence[Action], *, known: bool
    ) -> None:
        """Serve the visits in their order.  `known`: the visitors allow personalisation."""
        for number, first in enumerate(range(0, len(visits), AT_ONCE), start=1):
            batch = visits[first : first + AT_ONCE]
            self.clock.at = batch[-1].at
            decisions = await self._decide(audience, batch, actions, known=known)
            await self._react(audience, batch, decisions)
            if number % LEARN_EVERY == 0:
                await self.learn()
        self.clock.at = None
        await self.learn()

    def begin(self) -> None:
        """The world begins some weeks ago, so that what happens in it is over today."""
        self.clock.at = datetime.now(UTC) - timedelta(days=HISTORY_DAYS + 2)

    async def learn(self) -> None:
        await self.product.duties.learn(self.caller.workspace_id)

    async def _decide(
        self, audience: Audience, visits: Sequence[Visit], actions: Sequence[Action], *, known: bool
    ) -> list[Decision]:
        services, workspace_id = self.product.services, self.caller.workspace_id
        subjects = [pseudonym(self.key, visit.person.name) for visit in visits]
        requests = [
            DecisionRequest(
                kind="impression",
                context={"platform": "sandbox"},
                actions=actions,
                subject=subject if known else None,
                unit=subject,
                seed=audience.random.getrandbits(53),
            )
            for subject in subjects
        ]
        async with services.database.transaction(workspace_id) as session:
            return await decide(
                session,
                requests,
                policies=services.policies,
                learner=services.learner,
                holdback=self.holdback,
                now=services.clock(),
                workspace_id=workspace_id,
            )

    async def _react(
        self, audience: Audience, visits: Sequence[Visit], decisions: Sequence[Decision]
    ) -> None:
        events = [
            event
            for visit, decision in zip(visits, decisions, strict=True)
            for event in audience.reaction(
                visit, decision, strategy_of(decision), pseudonym(self.key, visit.person.name)
            )
        ]
        services = self.product.services
        async with services.database.transaction(self.caller.workspace_id) as session:
            await Events(session).ingest(events)
        services.policies.stale(self.caller.workspace_id)

    async def chances(self) -> dict[str, float]:
        """How likely each strategy is now, for nobody in particular."""
        services, workspace_id = self.product.services, self.caller.workspace_id
        services.policies.stale(workspace_id)
        async with services.database.transaction(workspace_id) as session:
            serving = await services.policies.in_charge(session, workspace_id)
        actions = [strategy_action(strategy) for strategy in strategies()]
        choice = await asyncio.to_thread(serving.policy.pull, {}, actions, seed=0)
        return {name: round(share, 4) for name, share in choice.propensities.items()}

    async def segments(self) -> list[Segment]:
        async with self.product.services.database.transaction(self.caller.workspace_id) as session:
            return await Segments(session).list()


def strategy_of(decision: Decision) -> str:
    chosen = next(action for action in decision.actions if action.id == decision.chosen)
    return str(chosen.features["strategy"])
