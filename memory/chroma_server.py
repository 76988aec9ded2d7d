"""One Chroma server per data folder, on loopback, found or started by whoever needs it.

A persistent Chroma client is not safe for several processes (vectors get lost without a
word), so the vectors live in a server that outlives its starter.  Liveness is a file lock that
the server holds: a pid may be reused and a file may be stale, a held lock is neither.
"""

import json
import os
import signal
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from memory import chroma_child
from memory.chroma_child import HOST, lock_of, whereabouts_of
from smartcontent.errors import FolderUnwritable, SetupProblem

START_SECONDS = 30.0
STOP_SECONDS = 10.0
PAUSE_SECONDS = 0.02


class Running(NamedTuple):
    """A server that holds its folder's lock."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


def ensure(data_dir: Path) -> str:
    """URL of the folder's server, started when there is none.

    Raises FolderUnwritable, and SetupProblem when a server does not come up or does not answer.
    """
    folder = _folder(data_dir)
    with FileLock(folder / "start.lock"):
        return (_find(folder) or _start(folder)).url


def stop(data_dir: Path) -> bool:
    """End the folder's server; False when there was none.  Vectors stay."""
    folder = data_dir / "chroma"
    if not folder.is_dir():
        return False
    with FileLock(folder / "start.lock"):
        running = _holder(folder)
        if running is None:
            return False
        _end(folder, running.pid)
        return True


def _folder(data_dir: Path) -> Path:
    """For its owner's eyes only: the vectors of all workspaces lie here."""
    folder = data_dir / "chroma"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "server.log").touch(mode=0o600)
    except OSError as problem:
        raise FolderUnwritable(
            f"The folder {folder} cannot be written: {problem.strerror}.",
            todo="Give this user the right to write there, or choose another folder: "
            "SMARTCONTENT_DATA_DIR=…",
            folder=str(folder),
        ) from problem
    return folder


def _find(folder: Path) -> Running | None:
    """The server that is there, once it answers; None when nobody holds the folder."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        running = _holder(folder)
        if running is None:
            return None
        if _answers(running.port):
            return running
        time.sleep(PAUSE_SECONDS)
    raise SetupProblem(
        f"A Chroma server holds {folder} and does not answer.",
        todo="Run `smartcontent down`, then start again.",
        folder=str(folder),
    )


def _holder(folder: Path) -> Running | None:
    """Who holds the folder.  Call it under the start lock: then nobody else is starting."""
    for _ in range(int(START_SECONDS / PAUSE_SECONDS)):
        if not _held(folder):
            return None
        said = whereabouts_of(folder)
        if said.exists():
            return Running(**json.loads(said.read_text()))
        time.sleep(PAUSE_SECONDS)
    return None


def _held(folder: Path) -> bool:
    try:
        with lock_of(folder).acquire(timeout=0):
            return False
    except Timeout:
        return True


def _start(folder: Path) -> Running:
    whereabouts_of(folder).unlink(missing_ok=True)
    pid = _spawn(folder)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not _ended(pid):
        running = _said_by(folder, pid)
        if running and _answers(running.port):
            return running
        time.sleep(PAUSE_SECONDS)
    raise SetupProblem(
        f"The Chroma server for {folder} did not start.",
        todo=f"See the end of {folder / 'server.log'}, or give SMARTCONTENT_CHROMA_URL.",
        folder=str(folder),
    )


def _spawn(folder: Path) -> int:
    """A session of its own, so that it survives its starter and its starter's terminal."""
    log = str(folder / "server.log")
    return os.posix_spawn(
        sys.executable,
        [sys.executable, "-P", chroma_child.__file__, str(folder.resolve())],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_APPEND, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) != (0, 0)
    except ChildProcessError:  # this process has its children reaped by somebody else
        return False


def _said_by(folder: Path, pid: int) -> Running | None:
    said = whereabouts_of(folder)
    running = Running(**json.loads(said.read_text())) if said.exists() else None
    return running if running and running.pid == pid else None


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/api/v2/heartbeat")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _end(folder: Path, pid: int) -> None:
    """Politely, then not: until the lock is free."""
    for asked in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, asked)
        except ProcessLookupError:
            break
        if _released(folder):
            break
    whereabouts_of(folder).unlink(missing_ok=True)


def _released(folder: Path) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if not _held(folder):
            return True
        time.sleep(PAUSE_SECONDS)
    return False
