"""The process that serves a folder's vectors: `python memory/chroma_child.py FOLDER`.

It holds the folder's lock for as long as it lives, so one folder has one server, and the
operating system frees the lock however the process ends.  It runs Chroma's own command
(`chroma run`) without importing the chromadb package, which saves two seconds.
"""

import json
import os
import socket
import sys
from importlib import import_module
from pathlib import Path

from filelock import FileLock

HOST = "127.0.0.1"


def lock_of(folder: Path) -> FileLock:
    """Held by the server of this folder while it lives."""
    return FileLock(folder / "server.lock")


def whereabouts_of(folder: Path) -> Path:
    """Where the server says its pid and port; true while its lock is held."""
    return folder / "server.json"


def main(folder: Path) -> None:
    """Serve until told to stop.  Waits a little for a predecessor to let go of the folder."""
    with lock_of(folder).acquire(timeout=5):
        port = _free_port(prefer=_last_port(folder))
        _announce(folder, port)
        vectors = str(folder / "vectors")
        chroma = import_module("chromadb_rust_bindings")  # by the server only: starters need it not
        chroma.cli(["chroma", "run", "--path", vectors, "--host", HOST, "--port", str(port)])


def _announce(folder: Path, port: int) -> None:
    """Written whole or not at all: readers never see half of it."""
    written = folder / "server.json.new"
    written.write_text(json.dumps({"pid": os.getpid(), "port": port}))
    written.replace(whereabouts_of(folder))
    (folder / "port").write_text(str(port))


def _last_port(folder: Path) -> int:
    """The port of the last time, so that clients find a restarted server where it was."""
    said = folder / "port"
    text = said.read_text() if said.exists() else ""
    return int(text) if text.isdecimal() else 0


def _free_port(*, prefer: int) -> int:
    for port in (prefer, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except (OSError, OverflowError):
                continue
            return int(probe.getsockname()[1])
    raise OSError("There is no free port on 127.0.0.1.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
