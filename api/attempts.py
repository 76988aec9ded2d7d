"""How often a password may be guessed.  Each server process counts for itself."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from smartcontent.errors import RateLimited

MOST = 20
WINDOW = timedelta(minutes=15)
ADDRESSES = 50_000  # how many are remembered; the longest quiet are forgotten first


class Attempts:
    """Counts wrong passwords by address, of members and of nobody alike.

    >>> from datetime import UTC
    >>> attempts = Attempts(lambda: datetime(2026, 1, 1, tzinfo=UTC), most=1)
    >>> attempts.failed("ana@example.test")
    >>> attempts.require_left("ana@example.test")
    Traceback (most recent call last):
    smartcontent.errors.RateLimited: Too many wrong passwords for this address. Wait until ...
    >>> attempts.succeeded("ana@example.test")
    >>> attempts.require_left("ana@example.test")
    """

    def __init__(self, clock: Callable[[], datetime], *, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._failures: OrderedDict[str, list[datetime]] = OrderedDict()

    def require_left(self, email: str) -> None:
        """Raises RateLimited after too many failures within the window."""
        since = self._clock() - WINDOW
        recent = [at for at in self._failures.get(_name(email), ()) if at > since]
        if len(recent) >= self._most:
            until = recent[-self._most] + WINDOW
            raise RateLimited(
                "Too many wrong passwords for this address.",
                until=until,
                todo=f"Wait until {until.isoformat(timespec='seconds')}.",
            )

    def failed(self, email: str) -> None:
        name = _name(email)
        kept = self._failures.get(name, [])
        self._failures[name] = [*kept[-self._most :], self._clock()]
        self._failures.move_to_end(name)
        if len(self._failures) > ADDRESSES:
            self._failures.popitem(last=False)

    def succeeded(self, email: str) -> None:
        self._failures.pop(_name(email), None)


def _name(email: str) -> str:
    """Addresses of strangers are not kept."""
    return sha256(email.strip().lower().encode("utf-8", "replace")).hexdigest()
