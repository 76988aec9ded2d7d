"""The audience is stored under pseudonyms alone: HMAC of the caller's id with the workspace's key.

Without the key a pseudonym tells nothing, and the same person has different ones in different
workspaces.
"""

import hmac
from collections.abc import Sequence
from uuid import UUID

from store.database import Session
from store.secrets import Vault
from store.workspaces import Workspaces


def pseudonym(key: bytes, subject: str) -> str:
    """HMAC-SHA256 (RFC 2104) of a subject's id, in hex.

    >>> pseudonym(b"key", "ana") == pseudonym(b"key", "ana") != pseudonym(b"other", "ana")
    True
    """
    return hmac.digest(key, subject.encode(), "sha256").hex()


def key_context(workspace_id: UUID) -> str:
    """What a workspace's sealed key is bound to: it opens for that workspace alone."""
    return f"pseudonym-key:{workspace_id}"


class Pseudonyms:
    """Pseudonyms for every workspace.  Keys are opened once and kept: they never change."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._keys: dict[UUID, bytes] = {}

    async def of(self, session: Session, workspace_id: UUID, subject: str) -> str:
        return pseudonym(await self.key(session, workspace_id), subject)

    async def many(
        self, session: Session, workspace_id: UUID, subjects: Sequence[str | None]
    ) -> list[str | None]:
        """A pseudonym in the place of each subject, None where there is none."""
        if not any(subjects):
            return list(subjects)
        key = await self.key(session, workspace_id)
        return [subject and pseudonym(key, subject) for subject in subjects]

    async def key(self, session: Session, workspace_id: UUID) -> bytes:
        """The workspace's key; `session` is a transaction in that workspace."""
        if workspace_id not in self._keys:
            sealed = await Workspaces(session).pseudonym_key_sealed()
            self._keys[workspace_id] = self._vault.open(sealed, context=key_context(workspace_id))
        return self._keys[workspace_id]
