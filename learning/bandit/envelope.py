"""A sealed envelope for a policy's state.

Vowpal Wabbit loads a truncated or bit-flipped model without a word, so nothing is loaded
before every byte is what was written: magic, SHA-256 of the rest, one line of JSON, the model.
"""

import hashlib
import json
from typing import Any

from smartcontent.errors import SnapshotDamaged

MAGIC = b"SCPOLICY"
VERSION = 2
_DIGEST = hashlib.sha256().digest_size


def seal(policy: str, header: dict[str, Any], model: bytes = b"") -> bytes:
    """The same header and model give the same bytes."""
    head = {"policy": policy, "version": VERSION, **header}
    body = json.dumps(head, sort_keys=True, separators=(",", ":")).encode() + b"\n" + model
    return MAGIC + hashlib.sha256(body).digest() + body


def unseal(policy: str, envelope: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and model.  SnapshotDamaged when a bit differs or it is not this policy's.

    >>> unseal("uniform", seal("uniform", {"updates": 3}))[0]["updates"]
    3
    """
    magic, digest, body = (
        envelope[: len(MAGIC)],
        envelope[len(MAGIC) : len(MAGIC) + _DIGEST],
        envelope[len(MAGIC) + _DIGEST :],
    )
    if magic != MAGIC or hashlib.sha256(body).digest() != digest:
        raise damaged("its checksum does not fit")
    head, _, model = body.partition(b"\n")
    header: dict[str, Any] = json.loads(head)
    if (header["policy"], header["version"]) != (policy, VERSION):
        raise damaged(f"it holds {header['policy']} in version {header['version']}")
    return header, model


def damaged(why: str) -> SnapshotDamaged:
    return SnapshotDamaged(
        f"A stored policy cannot be used: {why}.",
        todo="Load the snapshot before it and fold the log again from there.",
    )
