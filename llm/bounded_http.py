"""HTTP clients whose answers end: a whole answer has a deadline and a size.

The usual time-outs bound the wait for the next byte only; an endpoint that sends one token a
minute, or never stops, would hold a worker and its memory for ever.
"""

from collections.abc import AsyncIterator, Iterator
from time import monotonic

import httpx

from smartcontent.errors import ModelMisbehaved, ModelUnavailable

LARGEST = 4_000_000  # bytes of one answer; a long chat answer has some ten thousand
STARTED = "smartcontent.started"


class _Bound:
    """Counts bytes and seconds of one answer."""

    def __init__(self, deadline: float, largest: int) -> None:
        self.deadline = deadline
        self.largest = largest
        self.seen = 0

    def check(self, chunk: bytes) -> bytes:
        self.seen += len(chunk)
        if self.seen > self.largest:
            raise ModelMisbehaved(
                f"The language model sent more than {self.largest} bytes and was cut off.",
                todo="Check what answers at SMARTCONTENT_LLM_BASE_URL.",
                bytes=self.seen,
            )
        if monotonic() > self.deadline:
            raise ModelUnavailable(
                "The language model did not finish its answer in time.",
                todo="Raise SMARTCONTENT_LLM_TIMEOUT or choose a faster model.",
            )
        return chunk


class _BoundedStream(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, bound: _Bound) -> None:
        self.stream = stream
        self.bound = bound

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self.stream:
            yield self.bound.check(chunk)

    def close(self) -> None:
        self.stream.close()


class _BoundedAsyncStream(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, bound: _Bound) -> None:
        self.stream = stream
        self.bound = bound

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self.stream:
            yield self.bound.check(chunk)

    async def aclose(self) -> None:
        await self.stream.aclose()


class _Hooks:
    """Event hooks rather than a transport, so that proxies of the environment still work."""

    def __init__(self, seconds: float, largest: int) -> None:
        self.seconds = seconds
        self.largest = largest

    def start(self, request: httpx.Request) -> None:
        request.extensions[STARTED] = monotonic()

    def bound(self, response: httpx.Response) -> _Bound:
        started: float = response.request.extensions[STARTED]
        return _Bound(started + self.seconds, self.largest)

    def wrap(self, response: httpx.Response) -> None:
        _check_type(response)
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _BoundedStream(response.stream, self.bound(response))

    async def astart(self, request: httpx.Request) -> None:
        self.start(request)

    async def awrap(self, response: httpx.Response) -> None:
        _check_type(response)
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _BoundedAsyncStream(response.stream, self.bound(response))


def _check_type(response: httpx.Response) -> None:
    """A web page instead of JSON means a wrong address."""
    kind = response.headers.get("content-type", "")
    if response.is_success and not ("json" in kind or "event-stream" in kind):
        raise ModelUnavailable(
            f"{response.request.url} answered with {kind or 'no content type'}, not with JSON.",
            todo="Check SMARTCONTENT_LLM_BASE_URL; it usually ends in /v1.",
        )


def client(seconds: float, largest: int = LARGEST) -> httpx.Client:
    """A client whose answers take at most about `seconds` and `largest` bytes."""
    hooks = _Hooks(seconds, largest)
    return httpx.Client(
        timeout=seconds, event_hooks={"request": [hooks.start], "response": [hooks.wrap]}
    )


def async_client(seconds: float, largest: int = LARGEST) -> httpx.AsyncClient:
    """The same for `await`."""
    hooks = _Hooks(seconds, largest)
    return httpx.AsyncClient(
        timeout=seconds, event_hooks={"request": [hooks.astart], "response": [hooks.awrap]}
    )
