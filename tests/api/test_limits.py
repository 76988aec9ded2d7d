"""A body over its limit is refused while it streams in, and is never held."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from api.limits import BodyLimit


def _app() -> tuple[BodyLimit, list[int]]:
    held: list[int] = []

    async def count(request: Request) -> PlainTextResponse:
        async for chunk in request.stream():
            held.append(len(chunk))
        return PlainTextResponse(str(sum(held)))

    routes = [Route("/small", count, methods=["POST"]), Route("/large", count, methods=["POST"])]
    return BodyLimit(Starlette(routes=routes), limit=1_000, larger={"/large": 5_000}), held


def _client(app: BodyLimit) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def _chunks(count: int, size: int = 100) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize(("path", "size", "status"), [
    ("/small", 1_000, 200), ("/small", 1_001, 413), ("/large", 5_000, 200), ("/large", 5_001, 413),
])  # fmt: skip
async def test_announced_size(path: str, size: int, status: int) -> None:
    app, held = _app()
    async with _client(app) as client:
        answer = await client.post(path, content=b"x" * size)
    assert answer.status_code == status
    if status == 413:
        assert held == []  # refused before a byte was read
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "too-large"


async def test_counted_size() -> None:
    """Without Content-Length, reading stops at the limit."""
    app, held = _app()
    async with _client(app) as client:
        answer = await client.post("/small", content=_chunks(1_000_000))
    assert answer.status_code == 413
    assert sum(held) <= 1_000


async def test_control_without_the_limit_all_is_held() -> None:
    app, held = _app()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app.app), base_url="http://test"
    ) as client:
        assert (await client.post("/small", content=_chunks(100))).status_code == 200
    assert sum(held) == 10_000
