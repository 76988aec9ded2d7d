"""A light HTTP/1.1 client in a process of its own: `python -m benchmarks.load`, its plan on stdin.

It keeps its connections open, sends the next request when the last was answered, and looks at
nothing but status and length of an answer, so that the server is what is measured.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from time import perf_counter
from typing import cast

import orjson
import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"
ENOUGH = 20


@dataclass(frozen=True)
class Plan:
    """What to send.  With `once` each body is sent once; else all in turn until time is over."""

    port: int
    path: str
    key: str
    bodies: Sequence[str]
    connections: int = 64
    warm: float = 1.0
    seconds: float = 5.0
    once: bool = False


@dataclass(frozen=True)
class Load:
    """What came back after the warm-up; latencies in ms."""

    answers: int
    seconds: float
    per_second: float
    p50_ms: float
    p99_ms: float
    statuses: dict[str, int]

    @property
    def refused(self) -> int:
        """Answers that were no success."""
        return sum(count for status, count in self.statuses.items() if status[0] != "2")


class Connection(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again."""

    def __init__(self, requests: Iterator[bytes], seen: list[tuple[float, float, bytes]]) -> None:
        self._requests = requests
        self._seen = seen
        self._answer = bytearray()
        self._asked = 0.0
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        end = self._answer.find(HEAD_END)
        if end >= 0 and len(self._answer) >= end + 4 + _length(self._answer[:end]):
            now = perf_counter()
            self._seen.append((now, now - self._asked, bytes(self._answer[9:12])))
            self._answer.clear()
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_exception(ConnectionError(f"The server hung up: {exc}"))

    def _ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.over.set_result(None)
            self._transport.close()
            return
        self._asked = perf_counter()
        self._transport.write(request)


def _length(head: bytearray) -> int:
    """Every answer of ours names its length.

    >>> _length(bytearray(b"HTTP/1.1 201 Created\\r\\nContent-Length: 12\\r\\nx: y"))
    12
    """
    lines = bytes(head).lower().split(b"\r\n")
    said = next((line for line in lines if line.startswith(LENGTH)), LENGTH + b"0")
    return int(said[len(LENGTH) :])


def requests(plan: Plan) -> list[bytes]:
    """The bytes of every request."""
    return [
        (
            f"POST {plan.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {plan.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body.encode())}\r\n\r\n{body}"
        ).encode()
        for body in plan.bodies
    ]


def until(moment: float, seen: Sequence[object], of: Iterator[bytes]) -> Iterator[bytes]:
    """Requests until time is over and there are answers enough to speak of."""
    for request in of:
        if perf_counter() >= moment and len(seen) >= ENOUGH:
            return
        yield request


async def run(plan: Plan) -> Load:
    """Load the server as planned.  Raises ConnectionError when it hangs up."""
    began = perf_counter()
    end = began + plan.warm + plan.seconds
    ready = requests(plan)
    seen: list[tuple[float, float, bytes]] = []
    feed = iter(ready) if plan.once else until(end, seen, cycle(ready))
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Connection(feed, seen), "127.0.0.1", plan.port)
        for _ in range(plan.connections)
    ]
    await asyncio.gather(*(connection.over for _, connection in made))
    return told(seen, began if plan.once else began + plan.warm)


def told(seen: Sequence[tuple[float, float, bytes]], since: float) -> Load:
    """Latencies and rate of what was answered after `since`; statuses of everything."""
    kept = [(at, took) for at, took, _ in seen if at >= since]
    seconds = max(at for at, _ in kept) - since
    latencies = sorted(took * 1000 for _, took in kept)
    return Load(
        answers=len(kept),
        seconds=seconds,
        per_second=len(kept) / seconds,
        p50_ms=share_below(latencies, 0.50),
        p99_ms=share_below(latencies, 0.99),
        statuses=dict(Counter(status.decode() for *_, status in seen)),
    )


def share_below(ordered: Sequence[float], share: float) -> float:
    """The value that this share of the ordered values does not exceed.

    >>> share_below([1.0, 2.0, 3.0], 0.5)
    2.0
    """
    return ordered[round(share * (len(ordered) - 1))]


def main() -> None:
    plan = Plan(**orjson.loads(sys.stdin.buffer.read()))
    sys.stdout.write(orjson.dumps(asdict(uvloop.run(run(plan)))).decode())


if __name__ == "__main__":
    main()
