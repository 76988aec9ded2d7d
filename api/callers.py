"""Who is asking: read from the credential alone, before a byte of the body is read.

A request carries a Bearer access token, a Bearer API key, or the session cookie of the first
screen.  A cookie is sent by a browser whoever wrote the page, so a request that changes something
must also come from our own pages (Fetch Metadata, or the Origin header of older browsers).
"""

import hmac
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import Request

from api.deps import Services
from api.tokens import KEY_MARK, AccessTokens, KeyText, digest, unknown_credential
from smartcontent.content import Caller
from smartcontent.errors import NotAllowed, NotAuthenticated
from store.api_keys import ApiKeys
from store.credentials import api_key_lookup

SESSION_COOKIE = "smartcontent_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
KEY_MEMORY = 5.0  # seconds that a good key is remembered, so that is how long revoking may take
KEYS_KEPT = 10_000


@dataclass(frozen=True)
class Remembered:
    caller: Caller
    until: float


class Doorman:
    """Turns a request into a Caller.  Raises NotAuthenticated."""

    def __init__(self, services: Services, tokens: AccessTokens) -> None:
        self._services = services
        self._tokens = tokens
        self._keys: OrderedDict[str, Remembered] = OrderedDict()

    async def caller(self, request: Request) -> Caller:
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer":
                raise unknown_credential()
            return await self._bearer(credential.strip())
        if cookie := request.cookies.get(SESSION_COOKIE):
            _require_own_page(request)
            return self._tokens.read(cookie)
        raise NotAuthenticated(
            "This needs a credential.",
            todo="Sign in: POST /v1/auth/token, or send an API key as a Bearer token.",
        )

    async def _bearer(self, credential: str) -> Caller:
        if not credential.startswith(KEY_MARK):
            return self._tokens.read(credential)
        kept = digest(credential)
        known = self._keys.get(kept)
        if known is None or known.until < monotonic():
            known = Remembered(await self._holder(credential), monotonic() + KEY_MEMORY)
            self._remember(kept, known)
        return known.caller

    def _remember(self, kept: str, known: Remembered) -> None:
        self._keys[kept] = known
        self._keys.move_to_end(kept)
        if len(self._keys) > KEYS_KEPT:
            self._keys.popitem(last=False)

    def forget_keys(self) -> None:
        """Look every key up again: one was revoked."""
        self._keys.clear()

    async def _holder(self, credential: str) -> Caller:
        text = KeyText.parse(credential)
        if text is None:
            raise unknown_credential()
        async with self._services.database.definer() as session:
            found = await api_key_lookup(session, text.prefix)
        if found is None:
            raise unknown_credential()
        workspace_id, key_id = found
        async with self._services.database.transaction(workspace_id) as session:
            keys = ApiKeys(session)
            key = await keys.get(key_id)
            kept = None if key.revoked_at else await keys.hash_of(key_id)
            if kept is None or not hmac.compare_digest(kept, digest(credential)):
                raise unknown_credential()
            await keys.touch(key_id)
        scopes = frozenset(key.scopes)
        return Caller(workspace_id=workspace_id, role="editor", scopes=scopes, key_id=key_id)


def _require_own_page(request: Request) -> None:
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = site == "same-origin" if site else urlsplit(origin or "").netloc == request.url.netloc
    if not ours:
        raise NotAllowed(
            "A browser session may only be used from our own pages.",
            todo="Send an API key or an access token as a Bearer token instead.",
        )


async def caller_of(request: Request) -> Caller:
    """The caller whom the door let in."""
    caller: Caller = request.state.caller
    return caller


CurrentCaller = Annotated[Caller, Depends(caller_of)]
