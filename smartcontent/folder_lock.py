"""What a server that belongs to a folder does itself: hold the folder, choose a port, say both.

Liveness is a file lock that the server holds as long as it lives: a pid may be reused and a file
may be stale, a held lock is neither, and the operating system frees it however the process ends.
"""

import json
import os
import socket
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

HOST = "127.0.0.1"


class Running(NamedTuple):
    """A server that holds its folder's lock; `key` is asked of its callers, if it has one."""

    pid: int
    port: int
    key: str = ""

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


def lock_of(folder: Path) -> FileLock:
    """Held by the server of this folder while it lives."""
    return FileLock(folder / "server.lock")


def whereabouts_of(folder: Path) -> Path:
    """Where the server says its pid and port; true while its lock is held."""
    return folder / "server.json"


def announce(folder: Path, port: int, key: str = "") -> None:
    """Written whole or not at all, for its owner's eyes: readers never see half of it."""
    written = folder / "server.json.new"
    written.touch(mode=0o600)
    written.write_text(json.dumps(Running(os.getpid(), port, key)._asdict()))
    written.replace(whereabouts_of(folder))
    (folder / "port").write_text(str(port))


def choose_port(folder: Path) -> int:
    """The port of the last time if it is free, so that clients find a restarted server again."""
    said = folder / "port"
    text = said.read_text() if said.exists() else ""
    return _free_port(prefer=int(text) if text.isdecimal() else 0)


def _free_port(*, prefer: int) -> int:
    for port in (prefer, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"There is no free port on {HOST}.")
