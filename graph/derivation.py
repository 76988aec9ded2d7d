"""Ids and seeds derived from a run: a node that runs twice names and draws the same things."""

import hashlib
from uuid import UUID, uuid5


def id_of(run_id: UUID, purpose: str) -> UUID:
    """The same for the same run and purpose on every machine (UUID version 5, RFC 9562).

    >>> id_of(UUID(int=1), "post 0") == id_of(UUID(int=1), "post 0") != id_of(UUID(int=2), "post 0")
    True
    """
    return uuid5(run_id, purpose)


def seed_of(run_id: UUID, purpose: str) -> int:
    """A seed in [0, 2**31), the same for the same run and purpose on every machine.

    >>> 0 <= seed_of(UUID(int=1), "post 0") == seed_of(UUID(int=1), "post 0") < 2**31
    True
    """
    digest = hashlib.sha256(f"{run_id}|{purpose}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1
