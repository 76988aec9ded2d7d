"""A request to choose, and what of it the learner may see."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints, WithJsonSchema

from api.bodies import STORABLE, Body, Id, Key, Number, Word
from api.parts import Parts
from graph.decide import DecisionRequest, decide
from smartcontent.consent import allows
from smartcontent.content import Action, Caller, Decision, Features
from smartcontent.errors import Conflict
from store.campaigns import Campaigns
from store.consents import Consents
from store.database import Session

PERSON = "person."  # features so named describe the person, and need their consent
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
    stored and nothing of the person is used: features named `person.…` are left out.
    """

    context: Given = {}
    actions: Annotated[list[Choosable], Field(min_length=1, max_length=100)]
    subject: Key | None = None
    campaign_id: Id | None = None


class RankBatch(Body):
    requests: Annotated[list[Rank], Field(min_length=1, max_length=100)]


async def decide_all(
    session: Session, parts: Parts, caller: Caller, asked: Sequence[Rank]
) -> list[Decision]:
    """Choose for each, all in the caller's transaction.  Raises Conflict, NotFound."""
    services = parts.services
    requests = [await _request(session, parts, caller, one) for one in asked]
    workspace = await parts.tenants.get(session, caller.workspace_id)
    decisions = await decide(
        session,
        requests,
        policies=services.policies,
        learner=services.learner,
        holdback=workspace.holdback,
        now=services.clock(),
        workspace_id=caller.workspace_id,
    )
    for decision in decisions:
        parts.metrics.decisions.labels(decision.policy, str(decision.explored).lower()).inc()
    return decisions


async def _request(session: Session, parts: Parts, caller: Caller, asked: Rank) -> DecisionRequest:
    """What the learner may see.  Only consent lets the person's own features and id through."""
    _require_distinct(asked.actions)
    if asked.campaign_id is not None:
        await Campaigns(session).get(asked.campaign_id)
    unit = subject = None
    if asked.subject is not None:
        unit = await parts.pseudonyms.of(session, caller.workspace_id, asked.subject)
        said = await Consents(session).of(unit)
        subject = unit if allows(said, "personalisation") else None
    return DecisionRequest(
        kind="impression",
        context=asked.context if subject else impersonal(asked.context),
        actions=[Action(id=action.id, features=action.features) for action in asked.actions],
        subject=subject,
        campaign_id=asked.campaign_id,
        unit=unit,
    )


def impersonal(context: Features) -> Features:
    """The context without what describes the person.

    >>> impersonal({"person.age": 40.0, "page": "home"})
    {'page': 'home'}
    """
    return {name: value for name, value in context.items() if not name.startswith(PERSON)}


def _require_distinct(actions: Sequence[Choosable]) -> None:
    count = Counter(action.id for action in actions)
    if twice := sorted(name for name, times in count.items() if times > 1):
        raise Conflict(
            "Two actions have the same id, so a choice between them could not be told.",
            todo="Give every action of a request an id of its own.",
            ids=twice,
        )
