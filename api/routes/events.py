"""Engagement: many events at once, each judged alone, each counted once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.bodies import Body, Id, Key, Moment, Word
from api.callers import CurrentCaller
from api.deps import Work, after_commit
from api.door import Door
from api.parts import Parts, Using
from api.problems import answers
from api.pseudonyms import pseudonym
from api.replies import Once
from smartcontent.content import Caller, Event, EventKind
from smartcontent.errors import InvalidEvent
from store.database import Session
from store.events import Events

MOST = 1_000
AHEAD = timedelta(days=1)  # how wrong a caller's clock may be

router = APIRouter(prefix="/v1/events", route_class=Door, tags=["engagement"])


class NewEvent(Body):
    """Something an audience did.  `id` is yours and makes it count once, however often it comes."""

    id: Key
    kind: EventKind
    occurred_at: Moment
    decision_id: Id | None = None
    post_id: Id | None = None
    subject: Key | None = None
    value: Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)] | None = None
    platform: Word | None = None
    topic: Word | None = None
    language: Word | None = None


class Batch(Body):
    events: Annotated[list[NewEvent], Field(min_length=1, max_length=MOST)]


class LooseBatch(Body):
    events: Annotated[list[Any], Field(min_length=1, max_length=MOST)]


class Refused(BaseModel):
    """An event that was not kept, by its place in the batch (from 0)."""

    model_config = ConfigDict(extra="forbid")

    index: int
    code: str
    reason: str


class Received(BaseModel):
    """What became of a batch: every event is in exactly one of the three."""

    model_config = ConfigDict(extra="forbid")

    accepted: int
    duplicates: int
    rejected: list[Refused]


WELL_FORMED = TypeAdapter(Batch)
LOOSE = TypeAdapter(LooseBatch)
ONE = TypeAdapter(NewEvent)
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["events"],
                    "additionalProperties": False,
                    "properties": {
                        "events": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": MOST,
                            "description": "What is not a NewEvent is reported, not refused.",
                            "items": {"anyOf": [{"$ref": "#/components/schemas/NewEvent"}, {}]},
                        }
                    },
                }
            }
        },
    }
}


@dataclass
class Sorting:
    """A batch being sorted: events to keep with their places, and what was refused."""

    kept: list[tuple[int, NewEvent]]
    refused: list[Refused]


@router.post("", openapi_extra=BODY, responses=answers(415), dependencies=[Once])
async def send_events(
    request: Request, caller: CurrentCaller, parts: Using, session: Work
) -> Received:
    """Send up to 1,000 events.  Bad ones are listed with their place and reason, the rest is kept.

    An event counts once by its `id`; a subject is kept as a pseudonym, and only if they consented
    to analytics.
    """
    sorting = sort(await request.body())
    _refuse_future(sorting, parts.services.clock())
    events = await _as_events(sorting, caller, parts, session)
    result = await Events(session).ingest(events)
    unknown = [
        Refused(index=sorting.kept[place][0], code=InvalidEvent.code, reason=reason)
        for place, reason in result.unknown
    ]
    after_commit(request, partial(parts.services.policies.stale, caller.workspace_id))
    received = Received(
        accepted=result.accepted,
        duplicates=result.duplicates,
        rejected=sorted([*sorting.refused, *unknown], key=lambda refused: refused.index),
    )
    _count(parts, received)
    return received


def sort(body: bytes) -> Sorting:
    """Good events and refusals.  One pass when all are good; else each is judged alone.

    Raises InvalidInput when the batch itself is malformed.

    >>> sort(b'{"events": [{"id": "a", "kind": "click", "value": NaN}]}').refused[0].index
    0
    """
    try:
        good = WELL_FORMED.validate_json(body)
    except ValidationError:
        return _judged(_loose(body))
    return Sorting(list(enumerate(good.events)), [])


def _loose(body: bytes) -> list[Any]:
    try:
        return LOOSE.validate_json(body).events
    except ValidationError as problem:
        raise RequestValidationError(
            [{**error, "loc": ("body", *error["loc"])} for error in problem.errors()]
        ) from problem


def _judged(items: Sequence[Any]) -> Sorting:
    sorting = Sorting([], [])
    for index, item in enumerate(items):
        try:
            sorting.kept.append((index, ONE.validate_python(item)))
        except ValidationError as problem:
            said = "; ".join(
                f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors()
            )
            refused = Refused(index=index, code=InvalidEvent.code, reason=said[:500])
            sorting.refused.append(refused)
    return sorting


def _refuse_future(sorting: Sorting, now: datetime) -> None:
    latest = now + AHEAD
    for index, event in sorting.kept:
        if event.occurred_at > latest:
            reason = f"occurred_at: {event.occurred_at.isoformat()} has not come yet"
            refused = Refused(index=index, code=InvalidEvent.code, reason=reason)
            sorting.refused.append(refused)
    sorting.kept = [pair for pair in sorting.kept if pair[1].occurred_at <= latest]


async def _as_events(
    sorting: Sorting, caller: Caller, parts: Parts, session: Session
) -> list[Event]:
    """Nouns for the store, with pseudonyms in the place of subjects."""
    key = await parts.pseudonyms.key(session, caller.workspace_id)
    events = []
    for _, new in sorting.kept:
        fields = {name: getattr(new, name) for name in NewEvent.model_fields}
        if new.subject is not None:
            fields["subject"] = pseudonym(key, new.subject)
        events.append(Event.model_construct(**fields))
    return events


def _count(parts: Parts, received: Received) -> None:
    parts.metrics.events.labels("accepted").inc(received.accepted)
    parts.metrics.events.labels("duplicate").inc(received.duplicates)
    parts.metrics.events.labels("rejected").inc(len(received.rejected))
