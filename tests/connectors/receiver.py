"""A webhook receiver on loopback that checks signatures and misbehaves on demand."""

import json
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import standardwebhooks

SECRET = "whsec_" + "c21hcnRjb250ZW50LXRlc3Qtc2VjcmV0LTAwMQ=="

Fault = Callable[["Handler"], None]


class Receiver:
    """What arrived, in order, and how to answer the next message."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.messages: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.forged = 0
        self.fault: Fault | None = None
        self.answer: Callable[[str], bytes] = lambda key: b""
        self.deduplicates = False
        self.released = Event()

    def take(self, headers: dict[str, str], body: bytes) -> bytes:
        """Check the signature with the reference library and keep the message."""
        try:
            message = standardwebhooks.Webhook(SECRET).verify(body, headers)
        except standardwebhooks.WebhookVerificationError:
            self.forged += 1
            return b""
        known = [seen["webhook-id"] for seen in self.headers]
        if not (self.deduplicates and headers["webhook-id"] in known):
            self.messages.append(message)
            self.headers.append(headers)
        return self.answer(headers["webhook-id"])

    def shown(self) -> list[str]:
        """The texts of what was published and not deleted."""
        gone = {said["data"]["post_id"] for said in self.messages if said["type"] == "post.delete"}
        posts = [said["data"] for said in self.messages if said["type"] == "post.publish"]
        return [post["text"] for post in posts if post["post_id"] not in gone]


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        if self.receiver.fault:
            self.receiver.fault(self)
        else:
            self.reply(200, self.receive())

    def receive(self) -> bytes:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return self.receiver.take(headers, body)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return None


def status(number: int, body: bytes = b"", **headers: str) -> Fault:
    """Answer with this status, after reading."""

    def fault(handler: Handler) -> None:
        handler.receive()
        handler.reply(number, body, **headers)

    return fault


def hang(handler: Handler) -> None:
    """Read, then say nothing."""
    handler.receive()
    handler.receiver.released.wait(20)
    handler.close_connection = True


def drop_before_reading(handler: Handler) -> None:
    """Reset the connection; what was sent stays unread."""
    _reset(handler.connection)
    handler.close_connection = True


def drop_after_reading(handler: Handler) -> None:
    """Take the message in, then reset without an answer."""
    handler.receive()
    _reset(handler.connection)
    handler.close_connection = True


def half_an_answer(handler: Handler) -> None:
    """A good status, then a body that breaks off."""
    handler.receive()
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"id": "half')
    handler.close_connection = True


def _reset(connection: socket.socket) -> None:
    """Close with RST instead of FIN (SO_LINGER with zero seconds)."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver on a free port, gone at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    server.RequestHandlerClass = type("Bound", (Handler,), {"receiver": receiver})
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def named(key: str) -> bytes:
    """An answer that names the post."""
    return json.dumps({"id": f"r-{key[:8]}", "url": f"https://example.org/{key[:8]}"}).encode()


def nobody() -> str:
    """An address where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/hook"
