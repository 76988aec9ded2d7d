"""A request to choose, and what of it the learner may see."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, WithJsonSchema

from api.bodies import INTEGRAL, STORABLE, Body, Id, Key, Number, Word
from api.deps import Services
from api.expectations import Expectations
from api.metrics import Metrics
from api.pseudonyms import Pseudonyms
from api.tenants import Tenants
from graph.decide import DecisionRequest, decide
from smartcontent.decision import Action, Decision
from smartcontent.errors import Conflict
from store.campaigns import Campaigns
from store.consents import Consents
from store.database import Session

SLOT = "slot"  # the feature that names the place an action is chosen for
Said = Annotated[str, StringConstraints(max_length=500, pattern=STORABLE)]
# Written out: pydantic would describe names that break the pattern as taking any value.
FEATURES = {
    "type": "object",
    "maxProperties": 100,
    "propertyNames": {"minLength": 1, "maxLength": 100, "pattern": STORABLE},
    "additionalProperties": {
        "anyOf": [
            {"type": "string", "maxLength": 500, "pattern": STORABLE},
            {"type": "number", "minimum": -1e6, "maximum": 1e6},
        ]
    },
}
Given = Annotated[dict[Word, Said | Number], Field(max_length=100), WithJsonSchema(FEATURES)]


class Choosable(Body):
    """Something that can be chosen.  Its id is unique among the actions."""

    id: Key
    features: Given = {}


class Rank(Body):
    """Choose one of the actions in this context.

    `subject` is your own id of a person.  Without their consent to personalisation it is not
    stored and nothing of the person is used: features named `person.…` are left out.  `budget`
    is how many decisions are left, for policies that plan how much to try.  With `campaign_id`,
    actions that bear the id of one of its variants or posts are told apart by what their texts
    let expect (features `expected` and `expected.sd`), unless they say so themselves.
    """

    context: Given = {}
    actions: Annotated[list[Choosable], Field(min_length=1, max_length=100)]
    subject: Key | None = None
    campaign_id: Id | None = None
    budget: Annotated[int, Field(ge=1, le=10**9), INTEGRAL] | None = None


class SlotToFill(Body):
    """A place to fill: its id is told to the learner as `slot`, its features as they are."""

    id: Key
    features: Given = {}


class RankSlots(Rank):
    """Choose a different action for each slot, in the order of the slots."""

    slots: Annotated[list[SlotToFill], Field(min_length=1, max_length=50)]


class RankBatch(Body):
    requests: Annotated[list[Rank], Field(min_length=1, max_length=100)]


@dataclass(frozen=True)
class Ranking:
    """Decides, with the workspace's policy, holdback and consents."""

    services: Services
    pseudonyms: Pseudonyms
    tenants: Tenants
    metrics: Metrics
    expectations: Expectations = field(default_factory=Expectations)

    async def in_one_transaction(self, workspace_id: UUID, asked: Sequence[Rank]) -> list[Decision]:
        """Choose for each; all are committed when this returns."""
        async with self.services.database.transaction(workspace_id) as session:
            return await self.decide(session, workspace_id, asked)

    async def decide(
        self, session: Session, workspace_id: UUID, asked: Sequence[Rank]
    ) -> list[Decision]:
        """Choose for each, all in the caller's transaction.  Raises NotFound."""
        await _require_campaigns(session, asked)
        asked = [await self._expecting(session, workspace_id, one) for one in asked]
        subjects = [one.subject for one in asked]
        units = await self.pseudonyms.many(session, workspace_id, subjects)
        known = {unit for unit in units if unit}
        allowing = await Consents(session).allowing(known, "personalisation")
        requests = [
            _as_request(one, unit, unit if unit in allowing else None)
            for one, unit in zip(asked, units, strict=True)
        ]
        workspace = await self.tenants.get(session, workspace_id)
        decisions = await decide(
            session,
            requests,
            policies=self.services.policies,
            learner=self.services.learner,
            holdback=workspace.holdback,
            now=self.services.clock(),
            workspace_id=workspace_id,
        )
        for decision in decisions:
            self.metrics.decided(decision.policy, explored=decision.explored)
        return decisions

    async def _expecting(self, session: Session, workspace_id: UUID, asked: Rank) -> Rank:
        """With what the texts of its campaign let expect; nothing is worked out here."""
        if asked.campaign_id is None:
            return asked
        known = await self.expectations.of(session, workspace_id, asked.campaign_id)
        if not any(action.id in known for action in asked.actions):
            return asked
        actions = [
            action.model_copy(update={"features": {**known.get(action.id, {}), **action.features}})
            for action in asked.actions
        ]
        return asked.model_copy(update={"actions": actions})


async def _require_campaigns(session: Session, asked: Sequence[Rank]) -> None:
    """Raises NotFound for a campaign that is not this workspace's."""
    for campaign_id in {one.campaign_id for one in asked if one.campaign_id}:
        await Campaigns(session).get(campaign_id)


def _as_request(asked: Rank, unit: str | None, subject: str | None) -> DecisionRequest:
    """What the learner may see.  Only consent lets the person's id and features through."""
    slots = asked.slots if isinstance(asked, RankSlots) else ()
    return DecisionRequest(
        kind="impression",
        context=asked.context,
        actions=[Action(id=action.id, features=action.features) for action in asked.actions],
        subject=subject,
        campaign_id=asked.campaign_id,
        unit=unit,
        budget=asked.budget,
        slots=[{**slot.features, SLOT: slot.id} for slot in slots],
    )


def require_distinct(actions: Sequence[Choosable]) -> None:
    """Raises Conflict for two actions of one id."""
    _require_distinct([action.id for action in actions])


def require_fitting(asked: RankSlots) -> None:
    """Raises Conflict for two actions or two slots of one id, and for too few actions."""
    require_distinct(asked.actions)
    _require_distinct([slot.id for slot in asked.slots])
    if len(asked.slots) > len(asked.actions):
        raise Conflict(
            f"{len(asked.slots)} slots cannot be filled from {len(asked.actions)} actions.",
            todo="Offer at least as many actions as there are slots.",
        )


def _require_distinct(ids: Sequence[str]) -> None:
    count = Counter(ids)
    if twice := sorted(name for name, times in count.items() if times > 1):
        raise Conflict(
            "Two have the same id, so a choice between them could not be told.",
            todo="Give every action and every slot of a request an id of its own.",
            ids=twice,
        )
