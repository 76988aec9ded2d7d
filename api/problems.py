"""Problem details (RFC 9457): every refusal has a stable code, its values and what to do next."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.headers import dress
from smartcontent.errors import (
    Conflict,
    Denied,
    InvalidInput,
    ModelProblem,
    NotAuthenticated,
    NotFound,
    PastTime,
    PlatformProblem,
    RateLimited,
    SetupProblem,
    SmartContentError,
    TooLarge,
)

MEDIA_TYPE = "application/problem+json"
SHOWN = 20  # of what is wrong with a body; the rest would be noise
log = logging.getLogger(__name__)

# A time in the past is a well-formed request at the wrong moment, hence a conflict.
STATUS: dict[type[SmartContentError], int] = {
    SmartContentError: 500,
    InvalidInput: 422,
    TooLarge: 413,
    PastTime: 409,
    NotFound: 404,
    Denied: 403,
    NotAuthenticated: 401,
    Conflict: 409,
    PlatformProblem: 502,
    RateLimited: 429,
    ModelProblem: 503,
    SetupProblem: 503,
}
HEADERS: dict[int, dict[str, str]] = {401: {"WWW-Authenticate": "Bearer"}}
PLAIN: dict[int, tuple[str, str]] = {
    400: ("malformed-body", "Send a body that is what its Content-Type says."),
    404: ("not-found", "The paths are listed in /openapi.json."),
    405: ("method-not-allowed", "The Allow header lists the methods of this path."),
    412: ("stale-version", "Read it again and repeat your change on it."),
    413: ("too-large", "Send less at once."),
    415: ("unsupported-media-type", "Set Content-Type to what the operation reads."),
}


class Wrong(BaseModel):
    """One thing that is wrong with a request: where, and what."""

    model_config = ConfigDict(extra="forbid")

    where: str
    what: str


class Problem(BaseModel):
    """What every refusal looks like."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    code: str
    todo: str = ""
    facts: dict[str, Any] = {}
    errors: list[Wrong] = []


def status_of(error: SmartContentError) -> int:
    """The status of the nearest ancestor that has one.

    >>> from smartcontent.errors import StaleVersion
    >>> status_of(StaleVersion("Somebody edited first."))
    409
    """
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def answer(
    status: int,
    code: str,
    detail: str,
    *,
    todo: str = "",
    facts: dict[str, Any] | None = None,
    errors: Sequence[Wrong] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem as a response."""
    problem = Problem(
        type=f"tag:smartcontent,2026:{code}",
        title=code.replace("-", " ").capitalize(),
        status=status,
        detail=detail,
        code=code,
        todo=todo,
        facts=facts or {},
        errors=list(errors),
    )
    sent = {**HEADERS.get(status, {}), **(headers or {})}
    # Facts may hold UUIDs, times or sets; a lone surrogate in one is shown rather than fatal.
    return Response(problem.model_dump_json(fallback=str), status, sent, MEDIA_TYPE)


async def on_error(request: Request, error: SmartContentError) -> Response:
    status = status_of(error)
    if status >= 500:
        log.error("%s %s: %s", request.method, request.url.path, error)
    headers = _wait(error.until) if isinstance(error, RateLimited) else None
    facts = dict(error.facts)
    return answer(status, error.code, error.detail, todo=error.todo, facts=facts, headers=headers)


async def on_invalid(request: Request, error: RequestValidationError) -> Response:
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        code, todo = PLAIN[400]
        return answer(400, code, f"The body is not JSON: {found[0]['ctx']['error']}.", todo=todo)
    wrong = [Wrong(where=_path(item["loc"]), what=item["msg"]) for item in found[:SHOWN]]
    return answer(
        422,
        InvalidInput.code,
        f"{len(found)} thing(s) in this request cannot be used.",
        todo="Mend what `errors` lists; /openapi.json has the exact form.",
        errors=wrong,
    )


async def on_http(request: Request, error: HTTPException) -> Response:
    code, todo = PLAIN.get(error.status_code, ("http-error", ""))
    detail = error.detail or HTTPStatus(error.status_code).phrase
    headers = dict(error.headers or {})
    return answer(error.status_code, code, f"{detail.rstrip('.')}.", todo=todo, headers=headers)


async def on_bug(request: Request, error: Exception) -> Response:
    """Ours: the trace goes to the log (the server writes it), the caller learns only the fact.

    This answer leaves by a door further out than the envelope, so it is dressed here.
    """
    response = answer(
        500,
        "internal",
        "Something went wrong on our side; nothing of this request was kept.",
        todo="Try again; if it stays, look in the server's log for this request's id.",
    )
    dress(response.headers, request.state.request_id)
    return response


def _wait(until: datetime) -> dict[str, str]:
    """Whole seconds, at least one (RFC 9110, 10.2.3)."""
    return {"Retry-After": str(max(1, ceil((until - datetime.now(UTC)).total_seconds())))}


def _path(location: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in location)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of refusals, for `responses=`.

    >>> sorted(answers(404))
    [404]
    """
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }
