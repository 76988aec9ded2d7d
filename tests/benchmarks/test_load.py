"""The client counts every answer, and notices a server that hangs up."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from benchmarks.load import Plan, run

ANSWER = b"HTTP/1.1 %b\r\nContent-Length: 2\r\n\r\nok"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def listening(serve: Serve) -> tuple[asyncio.Server, int]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Refuses the body "no"; answers in two pieces."""
    while head := await reader.readuntil(b"\r\n\r\n"):
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        answer = ANSWER % (b"422 No" if body == b"no" else b"201 Created")
        for piece in (answer[:20], answer[20:]):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)


async def hanging_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def test_every_answer_is_counted_by_its_status() -> None:
    server, port = await listening(quiet(answering))
    told = await run(Plan(port, "/", "key", ["a", "b", "no", "c"], connections=2, once=True))
    server.close()
    assert told.statuses == {"201": 3, "422": 1}
    assert told.answers == 4
    assert 0 < told.p50_ms <= told.p99_ms


async def test_a_load_ends_with_its_time_and_leaves_the_warm_up_out() -> None:
    server, port = await listening(quiet(answering))
    told = await run(Plan(port, "/", "key", ["a"], connections=3, warm=0.1, seconds=0.2))
    server.close()
    assert 0.1 < told.seconds < 1.0
    assert told.answers < sum(told.statuses.values())
    assert told.per_second == pytest.approx(told.answers / told.seconds)


async def test_a_server_that_hangs_up_is_an_error() -> None:
    server, port = await listening(hanging_up)
    with pytest.raises(ConnectionError, match="hung up"):
        await run(Plan(port, "/", "key", ["a"], connections=1, once=True))
    server.close()


def quiet(serve: Serve) -> Serve:
    """The client closing its connection ends the conversation."""

    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()

    return served
