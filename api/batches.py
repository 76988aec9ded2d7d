"""A batch of events as it comes in: sorted into what can be kept and what is reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.bodies import Body, Id, Key, Moment, Word
from smartcontent.content import EventKind
from smartcontent.errors import InvalidEvent

MOST = 1_000
AHEAD = timedelta(days=1)  # how wrong a caller's clock may be


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


WELL_FORMED = TypeAdapter(Batch)
LOOSE = TypeAdapter(LooseBatch)
ONE = TypeAdapter(NewEvent)


@dataclass
class Sorting:
    """A batch being sorted: events to keep with their places, and what was refused."""

    kept: list[tuple[int, NewEvent]]
    refused: list[Refused]


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


def refuse_future(sorting: Sorting, now: datetime) -> None:
    """Nobody can have done tomorrow what is reported today."""
    latest = now + AHEAD
    for index, event in sorting.kept:
        if event.occurred_at > latest:
            reason = f"occurred_at: {event.occurred_at.isoformat()} has not come yet"
            refused = Refused(index=index, code=InvalidEvent.code, reason=reason)
            sorting.refused.append(refused)
    sorting.kept = [pair for pair in sorting.kept if pair[1].occurred_at <= latest]
