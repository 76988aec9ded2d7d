"""A new workspace with its first owner; the demo and the sign-up route make theirs alike."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from api.deps import Services
from api.passwords import Passwords
from api.pseudonyms import key_context
from smartcontent.content import Member, Workspace
from smartcontent.errors import AlreadyExists, NotAllowed
from store.credentials import login_lookup
from store.members import Members
from store.workspaces import Workspaces

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Founder:
    """Who opens a workspace, and what it is called."""

    workspace: str
    email: str
    name: str
    password: str


def require_open(services: Services) -> None:
    """Sign-up is open where only this machine can reach it."""
    if services.settings.host not in LOOPBACK:
        raise NotAllowed(
            "Sign-up is closed on a server that other machines can reach.",
            todo="Ask whoever runs it for an account.",
        )


async def found(
    services: Services, passwords: Passwords, founder: Founder
) -> tuple[Workspace, Member]:
    """Make a workspace, its pseudonym key and its owner.  Raises AlreadyExists."""
    async with services.database.definer() as session:
        if await login_lookup(session, founder.email) is not None:
            raise AlreadyExists(
                "This address has an account already.", todo="Sign in: POST /v1/auth/token"
            )
    kept = await passwords.hash(founder.password)
    workspace_id: UUID = uuid7()
    sealed = services.vault.seal(secrets.token_bytes(32), context=key_context(workspace_id))
    async with services.database.transaction(workspace_id) as session:
        workspace = await Workspaces(session).create(
            founder.workspace, id=workspace_id, pseudonym_key_sealed=sealed
        )
        member = await Members(session).add(
            email=founder.email, name=founder.name, role="owner", password_hash=kept
        )
    return workspace, member
