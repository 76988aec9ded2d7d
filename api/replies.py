"""Idempotency keys: a POST that was answered is answered again, not done again.

`Idempotency-Key` names one attempt of a caller.  The reply is kept for a day, in the transaction
that did the work, so either both are there or neither is.  The same key with another body is
refused (422), and while the first attempt is still running (409).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Header
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from api.deps import Work, open_transaction, services_of
from api.uploads import read_form
from store.database import Session
from store.replies import Replies, Reply

KEPT = timedelta(days=1)
CHUNK = 64 * 1024
SHOWN = ("content-type", "location", "etag")
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        include_in_schema=False,  # `api.openapi` tells of it in the operations that take it
    ),
]


@dataclass(frozen=True)
class Attempt:
    """A keyed request that goes through for the first time."""

    replies: Replies
    route: str
    key: str


class Replayed(Exception):
    """Not an error: the reply to this attempt is known."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("This attempt was answered before.")
        self.reply = reply


async def once(request: Request, session: Work, idempotency_key: IdempotencyKey = None) -> None:
    """Let a keyed attempt through once.  Raises Replayed for a second time."""
    if idempotency_key is not None:
        await _begin(request, session, idempotency_key)


async def keyed_transaction(
    request: Request, idempotency_key: IdempotencyKey = None
) -> AsyncIterator[Session | None]:
    """The request's transaction if it bears a key, else none: it shares one with others."""
    if idempotency_key is None:
        yield None
        return
    async with open_transaction(request) as session:
        await _begin(request, session, idempotency_key)
        yield session


Once = Depends(once, scope="function")
KeyedOnce = Depends(keyed_transaction, scope="function")
KeyedWork = Annotated[Session | None, KeyedOnce]


@asynccontextmanager
async def working(request: Request, keyed: Session | None) -> AsyncIterator[Session]:
    """The keyed attempt's transaction, else a new one: opened when the slow part is over."""
    if keyed is not None:
        yield keyed
        return
    async with open_transaction(request) as session:
        yield session


async def _begin(request: Request, session: Session, key: str) -> None:
    route = f"{request.method} {request.url.path}"
    replies = Replies(session)
    expires_at = services_of(request).clock() + KEPT
    reply = await replies.begin(route, key, await _fingerprint(request), expires_at=expires_at)
    if reply is not None:
        raise Replayed(reply)
    request.state.attempt = Attempt(replies, route, key)


async def keep_reply(request: Request, response: Response) -> None:
    """Keep the reply of a keyed attempt, in the transaction that did its work."""
    attempt: Attempt | None = getattr(request.state, "attempt", None)
    if attempt is not None:
        headers = {name: response.headers[name] for name in SHOWN if name in response.headers}
        await attempt.replies.finish(
            attempt.route,
            attempt.key,
            status=response.status_code,
            headers=headers,
            response=bytes(response.body),
        )


async def on_replayed(request: Request, replayed: Replayed) -> Response:
    reply = replayed.reply
    headers = {**reply.headers, "Idempotent-Replayed": "true"}
    return Response(reply.response, reply.status, headers)


async def _fingerprint(request: Request) -> str:
    """SHA-256 of what was sent; a form counts by its parts, for its boundary is random."""
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        return sha256(await request.body()).hexdigest()
    total = sha256()
    for name, value in (await read_form(request)).multi_items():
        total.update(name.encode())
        async for part in _parts(value):
            total.update(sha256(part).digest())
    return total.hexdigest()


async def _parts(value: UploadFile | str) -> AsyncIterator[bytes]:
    if isinstance(value, str):
        yield value.encode()
        return
    yield (value.filename or "").encode()
    while chunk := await value.read(CHUNK):
        yield chunk
    await value.seek(0)
