"""Whose credential is this?  Asked before a workspace is known, in `Database.definer()`.

Each look-up is a SECURITY DEFINER function that returns ids and nothing else; the hash itself is
read afterwards, inside the workspace's own transaction.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from store.database import Session

LOGIN = text("SELECT workspace_id, member_id FROM lookup_login(:wanted)")
API_KEY = text("SELECT workspace_id, key_id FROM lookup_api_key(:wanted)")
REFRESH_TOKEN = text("SELECT workspace_id, token_id FROM lookup_refresh_token(:wanted)")


async def login_lookup(session: Session, email: str) -> tuple[UUID, UUID] | None:
    """(workspace, member) of an address, upper and lower case alike."""
    return await _pair(session, LOGIN, email)


async def api_key_lookup(session: Session, prefix: str) -> tuple[UUID, UUID] | None:
    """(workspace, key) of a key that was not revoked."""
    return await _pair(session, API_KEY, prefix)


async def refresh_lookup(session: Session, token_hash: str) -> tuple[UUID, UUID] | None:
    """(workspace, token), used and expired ones too: a second use must be noticed."""
    return await _pair(session, REFRESH_TOKEN, token_hash)


async def _pair(session: Session, statement: TextClause, wanted: str) -> tuple[UUID, UUID] | None:
    if "\x00" in wanted:  # PostgreSQL's text cannot hold it, so nobody has it
        return None
    row: Any = (await session.execute(statement, {"wanted": wanted})).first()
    return None if row is None else (row[0], row[1])
