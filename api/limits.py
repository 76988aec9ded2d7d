"""How much a request may carry, enforced while it streams in: nothing large is ever held."""

import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import problems

MIB = 1024 * 1024
JSON_LIMIT = 4 * MIB
UPLOAD_LIMIT = 11 * MIB
LESS = "Send less at once."
UPLOADS = r"/v1/contents/upload|/v1/contents/[^/]+/media|/contents/upload"


class BodyLimit:
    """Answers 413 as soon as the announced or the counted size is over the path's limit."""

    def __init__(
        self, app: ASGIApp, *, limit: int = JSON_LIMIT, larger: Mapping[str, int] | None = None
    ) -> None:
        self.app = app
        self.limit = limit
        self.larger = [(re.compile(path), size) for path, size in (larger or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        limit = self._limit(scope["path"])
        if _announced(scope) > limit:
            refusal = problems.answer(413, "too-large", _too_large(limit), todo=LESS)
            return await refusal(scope, receive, send)
        await self.app(scope, _counting(receive, limit), send)

    def _limit(self, path: str) -> int:
        return next((size for form, size in self.larger if form.fullmatch(path)), self.limit)


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


def _counting(receive: Receive, limit: int) -> Receive:
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, _too_large(limit))
        return message

    return counted


def _too_large(limit: int) -> str:
    return f"This request is over the limit of {limit // MIB} MiB."
