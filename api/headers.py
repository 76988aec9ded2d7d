"""What every answer carries: a request id, and headers that keep browsers careful."""

import re
from time import perf_counter

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from api.metrics import Metrics

REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# A page that needs scripts or styles of its own says so; answers to programs need nothing.
CAREFUL = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
}


class Envelope:
    """Names the request, times it, and adds the headers that an answer does not set itself."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        named = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = named
        started, status, seconds = perf_counter(), 500, None

        async def sending(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                dress(MutableHeaders(scope=message), named)
                status, seconds = message["status"], perf_counter() - started
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(request_id=named):
                await self.app(scope, receive, sending)
        finally:
            self.metrics.answered(scope, status, seconds or perf_counter() - started)


def dress(headers: MutableHeaders, request_id: str) -> None:
    headers["X-Request-ID"] = request_id
    for name, value in CAREFUL.items():
        headers.setdefault(name, value)


def _request_id(scope: Scope) -> str:
    asked = Headers(scope=scope).get("x-request-id", "")
    return asked if REQUEST_ID.fullmatch(asked) else str(uuid7())
