"""Members' sessions: log in, renew, log out.

A session is a family of refresh tokens, each good for one use.  A token that comes a second time
was stolen, by whoever came first or by whoever came second: the whole family ends.
"""

from dataclasses import dataclass
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from uuid_utils.compat import uuid7

from api.attempts import Attempts
from api.deps import Services
from api.passwords import Passwords
from api.tokens import (
    ACCESS_LIFE,
    REFRESH_LIFE,
    AccessTokens,
    digest,
    new_refresh_token,
    unknown_credential,
)
from smartcontent.content import Member
from smartcontent.errors import NotAuthenticated
from store.credentials import login_lookup, refresh_lookup
from store.database import Session
from store.members import Members
from store.refresh_tokens import RefreshTokens


class Tokens(BaseModel):
    """What a client keeps (RFC 6749, 5.1)."""

    model_config = ConfigDict(extra="forbid")

    access_token: str
    token_type: str = "bearer"
    expires_in: int
    refresh_token: str


@dataclass(frozen=True)
class Sessions:
    """Opens, renews and ends sessions."""

    services: Services
    passwords: Passwords
    access: AccessTokens
    attempts: Attempts

    async def log_in(self, email: str, password: str) -> Member:
        """The member with this address and password.

        Raises NotAuthenticated, and never why; RateLimited after too many wrong ones.
        """
        self.attempts.require_left(email)
        async with self.services.database.definer() as session:
            found = await login_lookup(session, email)
        kept = member = None
        if found is not None:
            workspace_id, member_id = found
            async with self.services.database.transaction(workspace_id) as session:
                kept = await Members(session).password_hash(member_id)
                member = await Members(session).get(member_id)
        if not await self.passwords.matches(kept, password) or member is None:
            self.attempts.failed(email)
            raise NotAuthenticated(
                "This address and password do not belong together.",
                todo="Check both; after a fresh start, `smartcontent up` prints the demo's.",
            )
        self.attempts.succeeded(email)
        return member

    async def open(self, member: Member) -> Tokens:
        """Tokens of a new family."""
        async with self.services.database.transaction(member.workspace_id) as session:
            return await self._grant(session, member, uuid7())

    async def renew(self, refresh_token: str) -> Tokens:
        """Exchange a refresh token.  Raises NotAuthenticated for unknown, used and expired ones."""
        async with self.services.database.definer() as session:
            found = await refresh_lookup(session, digest(refresh_token))
        if found is None:
            raise unknown_credential()
        workspace_id, token_id = found
        async with self.services.database.transaction(workspace_id) as session:
            spent = await RefreshTokens(session).use(token_id)
            if spent is not None:
                member = await Members(session).get(spent.member_id)
                return await self._grant(session, member, spent.family_id)
        # Only now: that the family has ended is committed before the refusal.
        raise NotAuthenticated(
            "This refresh token was used before, so its session has ended everywhere.",
            todo="Sign in again, and change the password if it was not you: POST /v1/auth/token",
        )

    async def log_out(self, refresh_token: str) -> None:
        """End the token's family.  A token that is not known has nothing left to end."""
        async with self.services.database.definer() as session:
            found = await refresh_lookup(session, digest(refresh_token))
        if found is not None:
            workspace_id, token_id = found
            async with self.services.database.transaction(workspace_id) as session:
                await RefreshTokens(session).end(token_id)

    async def _grant(self, session: Session, member: Member, family_id: UUID) -> Tokens:
        refresh = new_refresh_token()
        now = self.services.clock()
        await RefreshTokens(session).add(member.id, family_id, digest(refresh), now + REFRESH_LIFE)
        return Tokens(
            access_token=self.access.issue(member),
            expires_in=int(ACCESS_LIFE.total_seconds()),
            refresh_token=refresh,
        )
