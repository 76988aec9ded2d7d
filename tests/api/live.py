"""The application behind a real socket, in a thread with its own event loop."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

Opened = tuple[FastAPI, Callable[[], Awaitable[None]]]


@contextmanager
def serving(open_app: Callable[[], Awaitable[Opened]]) -> Iterator[str]:
    """Serve what `open_app` returns until the block ends; yields the base URL.

    The application is opened and closed inside the server's loop, where its connections live.
    """
    started = threading.Event()
    server: list[uvicorn.Server] = []

    async def run() -> None:
        app, close = await open_app()
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
        server.append(uvicorn.Server(config))
        try:
            await asyncio.gather(server[0].serve(), _announce(server[0], started))
        finally:
            started.set()
            await close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="served application")
    thread.start()
    started.wait()
    try:
        yield f"http://127.0.0.1:{_port(server[0])}"
    finally:
        server[0].should_exit = True
        thread.join()


async def _announce(server: uvicorn.Server, started: threading.Event) -> None:
    while not server.started:
        await asyncio.sleep(0.01)
    started.set()


def _port(server: uvicorn.Server) -> int:
    port: int = server.servers[0].sockets[0].getsockname()[1]
    return port
