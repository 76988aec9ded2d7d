"""The three kinds of credential: short access tokens, rotating refresh tokens, API keys.

Access tokens are JWTs (RFC 7519) signed with a key derived from the master secret.  Refresh
tokens and API keys are 256 random bits: a plain SHA-256 of them is kept, for nobody can guess
what has no pattern.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from smartcontent.content import Caller, Member
from smartcontent.errors import NotAuthenticated
from smartcontent.scopes import ROLE_SCOPES

ACCESS_LIFE = timedelta(minutes=15)
REFRESH_LIFE = timedelta(days=30)
AUDIENCE = "smartcontent"
KEY_MARK = "sc_"


def signing_key(master: bytes) -> bytes:
    """The key of access tokens (HKDF, RFC 5869): the master secret itself signs nothing."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"smartcontent access tokens")
    return derive.derive(master)


class AccessTokens:
    """Issues and reads access tokens.

    >>> from datetime import UTC
    >>> from uuid import uuid4
    >>> tokens, workspace = AccessTokens(b"k" * 32), uuid4()
    >>> ana = Member(id=uuid4(), workspace_id=workspace, email="a@b.c", name="Ana", role="editor")
    >>> tokens.read(tokens.issue(ana, now=datetime.now(UTC))).workspace_id == workspace
    True
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, member: Member, *, now: datetime) -> str:
        claims = {
            "sub": str(member.id),
            "ws": str(member.workspace_id),
            "role": member.role,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + ACCESS_LIFE,
        }
        return jwt.encode(claims, self._key, algorithm="HS256")

    def read(self, token: str) -> Caller:
        """Who holds the token.  Raises NotAuthenticated."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS256"],
                audience=AUDIENCE,
                options={"require": ["exp", "sub", "ws", "role"]},
            )
        except jwt.ExpiredSignatureError as problem:
            raise NotAuthenticated(
                "This access token has expired.", todo="Renew it: POST /v1/auth/refresh"
            ) from problem
        except jwt.InvalidTokenError as problem:
            raise unknown_credential() from problem
        try:
            return Caller(
                workspace_id=UUID(claims["ws"]),
                member_id=UUID(claims["sub"]),
                role=claims["role"],
                scopes=frozenset(ROLE_SCOPES[claims["role"]]),
            )
        except (KeyError, ValueError) as problem:
            raise unknown_credential() from problem


def unknown_credential() -> NotAuthenticated:
    """One answer for every credential that is not good, whatever is wrong with it."""
    return NotAuthenticated(
        "This credential is not known.",
        todo="Sign in: POST /v1/auth/token, or send an API key as a Bearer token.",
    )


def new_refresh_token() -> str:
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a secret that is long and random."""
    return sha256(secret.encode()).hexdigest()


@dataclass(frozen=True)
class KeyText:
    """An API key as its owner sees it, once: `sc_<prefix>_<secret>`.

    >>> KeyText.parse("sc_a1b2c3d4e5f6_secret")
    KeyText(prefix='a1b2c3d4e5f6', secret='secret')
    >>> KeyText.parse("sc_")
    """

    prefix: str
    secret: str

    @classmethod
    def new(cls) -> "KeyText":
        return cls(secrets.token_hex(6), secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> "KeyText | None":
        prefix, _, secret = text.removeprefix(KEY_MARK).partition("_")
        return cls(prefix, secret) if text.startswith(KEY_MARK) and prefix and secret else None

    def __str__(self) -> str:
        return f"{KEY_MARK}{self.prefix}_{self.secret}"
