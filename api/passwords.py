"""Password hashes: argon2id with the RFC 9106 low-memory parameters (argon2-cffi's default)."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Each hash takes 64 MiB for some 50 ms: a few at a time, so that a flood of log-ins queues.
AT_ONCE = 4


class Passwords:
    """Hashes and checks passwords off the event loop, the same time for known and unknown users.

    >>> import asyncio
    >>> passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    >>> kept = asyncio.run(passwords.hash("correct horse"))
    >>> asyncio.run(passwords.matches(kept, "correct horse")), kept.startswith("$argon2id$")
    (True, True)
    >>> asyncio.run(passwords.matches(None, "correct horse"))
    False
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = cache(lambda: self._hasher.hash("nobody has this password"))
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, kept: str | None, password: str) -> bool:
        """Whether the password is the kept one.  None (an unknown user) costs as much and is no."""
        async with self._turns:
            same = await asyncio.to_thread(self._verify, kept, password)
        return same and kept is not None

    def _verify(self, kept: str | None, password: str) -> bool:
        nobody = self._nobody()  # made for known users too: the first log-in tells nothing
        try:
            return self._hasher.verify(kept or nobody, password)
        except (VerificationError, InvalidHashError):
            return False
