"""A real OpenAI-compatible endpoint on loopback that behaves as it is told to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, ClassVar

DELTA = {"index": 0, "delta": {"role": "assistant", "content": "and then "}}
CHUNK = {"id": "1", "created": 1, "model": "tiny", "object": "chat.completion.chunk"}
TOKEN = json.dumps({**CHUNK, "choices": [DELTA]})
Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers POST /v1/chat/completions with the next behaviour; the last one repeats."""

    protocol_version = "HTTP/1.1"
    behaviours: ClassVar[list[Answer]]
    asked: ClassVar[list[dict[str, Any]]]
    released: ClassVar[Event]

    def do_POST(self) -> None:
        self.close_connection = True
        body = self.rfile.read(int(self.headers["content-length"]))
        self.asked.append(json.loads(body))
        number = min(len(self.asked), len(self.behaviours)) - 1
        try:
            self.behaviours[number](self)
        except (BrokenPipeError, ConnectionResetError):
            return  # the client had enough

    def reply(self, body: bytes, *, status: int = 200, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def begin_events(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()

    def event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())

    def events(self, *chunks: dict[str, Any]) -> None:
        """A whole stream."""
        self.begin_events()
        for chunk in chunks:
            self.event(json.dumps(chunk))
        self.event("[DONE]")

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def saying(text: str, *, finish: str = "stop", usage: tuple[int, int] = (1, 1)) -> Answer:
    """A completion with that text, streamed when a stream was asked for."""
    counts = {
        "prompt_tokens": usage[0],
        "completion_tokens": usage[1],
        "total_tokens": sum(usage),
    }
    head = {"id": "1", "created": 1, "model": "tiny"}

    def answer(handler: Handler) -> None:
        if handler.asked[-1].get("stream"):
            first = {"index": 0, "delta": {"role": "assistant", "content": text}}
            last = {"index": 0, "delta": {}, "finish_reason": finish}
            chunk = {**head, "object": "chat.completion.chunk"}
            handler.events(
                {**chunk, "choices": [first]},
                {**chunk, "choices": [last]},
                {**chunk, "choices": [], "usage": counts},
            )
            return
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        completion = {**head, "object": "chat.completion", "choices": [choice], "usage": counts}
        handler.reply(json.dumps(completion).encode())

    return answer


def rambling(handler: Handler) -> None:
    """Streams small tokens for as long as somebody listens."""
    handler.begin_events()
    while not handler.released.is_set():
        handler.event(TOKEN)


def pausing(until: Event) -> Answer:
    """Streams a token, waits, and streams on without end."""

    def answer(handler: Handler) -> None:
        handler.begin_events()
        handler.event(TOKEN)
        until.wait(30)
        while not handler.released.is_set():
            handler.event(TOKEN)

    return answer


def ignoring_stream(text: str) -> Answer:
    """A simple server that knows no streams and answers whole."""
    whole = saying(text)

    def answer(handler: Handler) -> None:
        handler.asked[-1] = {**handler.asked[-1], "stream": False, "stream_ignored": True}
        whole(handler)

    return answer


def streaming(*events: str) -> Answer:
    """These events, whatever they hold."""

    def answer(handler: Handler) -> None:
        handler.begin_events()
        for event in events:
            handler.event(event)

    return answer


def drafting(text: str) -> Answer:
    """A completion that fills in the writer's form."""
    return saying(json.dumps({"text": text}))


def failing(status: int) -> Answer:
    body = json.dumps({"error": {"message": "out of order", "type": "x"}}).encode()
    return lambda handler: handler.reply(body, status=status)


def raw(body: bytes, kind: str = "application/json") -> Answer:
    return lambda handler: handler.reply(body, kind=kind)


def hanging(handler: Handler) -> None:
    """Says nothing until it is released."""
    handler.released.wait(30)


def dripping(handler: Handler) -> None:
    """One byte at a time, each within any time-out for a single byte."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "100000")
    handler.end_headers()
    while not handler.released.wait(0.1):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def flooding(handler: Handler) -> None:
    """Tokens without end."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.end_headers()
    while not handler.released.is_set():
        handler.wfile.write(b"a" * 65536)


@contextmanager
def endpoint(*behaviours: Answer) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The base URL of a running endpoint, and what it was asked so far."""
    released = Event()
    asked: list[dict[str, Any]] = []
    own = {"behaviours": list(behaviours), "asked": asked, "released": released}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), own))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()
