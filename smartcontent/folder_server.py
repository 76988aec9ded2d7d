"""One server per folder, on loopback, found or started by whoever needs it.

It outlives its starter: processes of the product come and go, and the next finds it by the file
it wrote and the lock it holds (see `folder_lock`).  Starters take turns by another lock.
"""

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from filelock import FileLock, Timeout

from smartcontent.errors import FolderUnwritable, SetupProblem
from smartcontent.folder_lock import HOST, Running, lock_of, whereabouts_of

STOP_SECONDS = 10.0
PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class FolderServer:
    """How a folder's server is started: `program` is a Python file, run with the folder's path
    and `arguments`; `health` is a path that answers 200 once it serves."""

    name: str
    folder: Path
    program: str
    health: str
    instead: str
    arguments: tuple[str, ...] = ()
    seconds: float = 30.0

    def ensure(self) -> Running:
        """The folder's server, started when there is none.

        Raises FolderUnwritable, and SetupProblem when it does not come up or does not answer.
        """
        self._make_folder()
        with FileLock(self.folder / "start.lock"):
            return self._find() or self.start()

    def running(self) -> Running | None:
        """The server that holds the folder now, if any; nothing is started."""
        if not self.folder.is_dir():
            return None
        with FileLock(self.folder / "start.lock"):
            return self._holder()

    def stop(self) -> bool:
        """End the folder's server; False when there was none.  What it keeps stays."""
        if not self.folder.is_dir():
            return False
        with FileLock(self.folder / "start.lock"):
            running = self._holder()
            if running is None:
                return False
            self._end(running.pid)
            return True

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def _make_folder(self) -> None:
        """For its owner's eyes only."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.log.touch(mode=0o600)
        except OSError as problem:
            raise FolderUnwritable(
                f"The folder {self.folder} cannot be written: {problem.strerror}.",
                todo="Give this user the right to write there, or choose another folder: "
                "SMARTCONTENT_DATA_DIR=…",
                folder=str(self.folder),
            ) from problem

    def _find(self) -> Running | None:
        """The server that is there, once it answers; None when nobody holds the folder."""
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline:
            running = self._holder()
            if running is None:
                return None
            if self._answers(running.port):
                return running
            time.sleep(PAUSE_SECONDS)
        raise SetupProblem(
            f"A {self.name} holds {self.folder} and does not answer.",
            todo="Run `smartcontent down`, then start again.",
            folder=str(self.folder),
        )

    def _holder(self) -> Running | None:
        """Who holds the folder.  Call it under the start lock: then nobody else is starting."""
        for _ in range(int(self.seconds / PAUSE_SECONDS)):
            if not self._held():
                return None
            said = whereabouts_of(self.folder)
            if said.exists():
                return Running(**json.loads(said.read_text()))
            time.sleep(PAUSE_SECONDS)
        return None

    def _held(self) -> bool:
        try:
            with lock_of(self.folder).acquire(timeout=0):
                return False
        except Timeout:
            return True

    def start(self) -> Running:
        """Start one, whoever else may be starting: `ensure` asks first, under a lock."""
        whereabouts_of(self.folder).unlink(missing_ok=True)
        pid = self._spawn()
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline and not _ended(pid):
            running = self._said_by(pid)
            if running and self._answers(running.port):
                return running
            time.sleep(PAUSE_SECONDS)
        raise SetupProblem(
            f"The {self.name} for {self.folder} did not start.",
            todo=f"See the end of {self.log}, or {self.instead}.",
            folder=str(self.folder),
        )

    def _spawn(self) -> int:
        """A session of its own, so that it survives its starter and its starter's terminal."""
        return os.posix_spawn(
            sys.executable,
            [sys.executable, "-P", self.program, str(self.folder.resolve()), *self.arguments],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log), os.O_WRONLY | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )

    def _said_by(self, pid: int) -> Running | None:
        said = whereabouts_of(self.folder)
        running = Running(**json.loads(said.read_text())) if said.exists() else None
        return running if running and running.pid == pid else None

    def _answers(self, port: int) -> bool:
        connection = HTTPConnection(HOST, port, timeout=1)
        try:
            connection.request("GET", self.health)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _end(self, pid: int) -> None:
        """Politely, then not: until the lock is free."""
        for asked in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(pid, asked)
            except ProcessLookupError:
                break
            if self._released():
                break
        whereabouts_of(self.folder).unlink(missing_ok=True)

    def _released(self) -> bool:
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not self._held():
                return True
            time.sleep(PAUSE_SECONDS)
        return False


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG) != (0, 0)
    except ChildProcessError:  # this process has its children reaped by somebody else
        return False
