"""Children that are easy to kill: forked from a parent that has imported everything once.

The parent must have one thread only.  A child makes its own event loop and connections.
"""

import asyncio
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Coroutine

Work = Callable[[], Coroutine[None, None, None]]
TICK = 0.002


class ChildFailed(Exception):
    """A child ended with an error of its own: its traceback is on stderr."""


class Child:
    """A forked process at work."""

    def __init__(self, work: Work) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _live(work)

    def killed(self, *, after: float) -> bool:
        """SIGKILL it after so many seconds; False when it had come to its end before."""
        ended = self._ended(within=after)
        if ended is not None:
            return ended
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return True

    def pause(self, *, after: float) -> None:
        """SIGSTOP it after so many seconds: it sleeps and does not know it."""
        time.sleep(after)
        os.kill(self.pid, signal.SIGSTOP)

    def wake(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def finish(self, *, within: float) -> None:
        """Let it come to its end.  Raises TimeoutError, ChildFailed."""
        if self.killed(after=within):
            raise TimeoutError(f"A child did not come to its end within {within} s.")

    def _ended(self, *, within: float) -> bool | None:
        """Whether a SIGKILL of its own ended it; None while it lives."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return _was_killed(status)
            time.sleep(TICK)
        return None


def die() -> None:
    """Kill this very process, as somebody else would."""
    os.kill(os.getpid(), signal.SIGKILL)


def _was_killed(status: int) -> bool:
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, -signal.SIGKILL):
        raise ChildFailed(f"exit code {code}")
    return code != 0


def _live(work: Work) -> None:
    """All of a child's life; it never returns into the parent's code."""
    gc.freeze()
    code = 1
    try:
        asyncio.run(work())
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(code)
