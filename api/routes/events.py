"""Engagement: many events at once, each judged alone, each counted once."""

from functools import partial

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict

from api.batches import MOST, Refused, Sorting, refuse_future, sort
from api.callers import CurrentCaller
from api.deps import Work, after_commit
from api.door import Door
from api.parts import Parts, Using
from api.problems import answers
from api.replies import Once
from smartcontent.content import Caller
from smartcontent.decision import Event
from smartcontent.errors import InvalidEvent
from store.database import Session
from store.events import Events

router = APIRouter(prefix="/v1/events", route_class=Door, tags=["engagement"])


class Received(BaseModel):
    """What became of a batch: every event is in exactly one of the three."""

    model_config = ConfigDict(extra="forbid")

    accepted: int
    duplicates: int
    rejected: list[Refused]


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


@router.post("", openapi_extra=BODY, responses=answers(415), dependencies=[Once])
async def send_events(
    request: Request, caller: CurrentCaller, parts: Using, session: Work
) -> Received:
    """Send up to 1,000 events.  Bad ones are listed with their place and reason, the rest is kept.

    An event counts once by its `id`; a subject is kept as a pseudonym, and only if they consented
    to analytics.
    """
    sorting = sort(await request.body())
    refuse_future(sorting, parts.services.clock())
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


async def _as_events(
    sorting: Sorting, caller: Caller, parts: Parts, session: Session
) -> list[Event]:
    """Nouns for the store, with pseudonyms in the place of subjects."""
    kept = [new for _, new in sorting.kept]
    subjects = [new.subject for new in kept]
    pseudonyms = await parts.pseudonyms.many(session, caller.workspace_id, subjects)
    return [
        Event.model_construct(None, **dict(new) | {"subject": subject})
        for new, subject in zip(kept, pseudonyms, strict=True)
    ]


def _count(parts: Parts, received: Received) -> None:
    parts.metrics.events.labels("accepted").inc(received.accepted)
    parts.metrics.events.labels("duplicate").inc(received.duplicates)
    parts.metrics.events.labels("rejected").inc(len(received.rejected))
