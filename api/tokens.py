"""The three kinds of credential: short access tokens, rotating refresh tokens, API keys.

Access tokens are JWTs (RFC 7519) signed with a key derived from the master secret.  Refresh
tokens and API keys are 256 random bits: a plain SHA-256 of them is kept, for nobody can guess
what has no pattern.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
CLAIMS = ["exp", "sub", "ws", "role"]
KEY_MARK = "sc_"


Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


def signing_key(master: bytes) -> bytes:
    """The key of access tokens (HKDF, RFC 5869): the master secret itself signs nothing."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"smartcontent access tokens")
    return derive.derive(master)


class AccessTokens:
    """Issues and reads access tokens.

    >>> from uuid import uuid4
    >>> tokens, workspace = AccessTokens(b"k" * 32), uuid4()
    >>> ana = Member(id=uuid4(), workspace_id=workspace, email="a@b.c", name="Ana", role="editor")
    >>> tokens.read(tokens.issue(ana)).workspace_id == workspace
    True
    """

    def __init__(self, key: bytes, *, clock: Clock = _now) -> None:
        self._key = key
        self._clock = clock

    def issue(self, member: Member) -> str:
        now = self._clock()
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
                # The library would ask the machine's clock; ours may be that of a world.
                options={"require": CLAIMS, "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError as problem:
            raise unknown_credential() from problem
        self._require_current(claims["exp"])
        try:
            return Caller(
                workspace_id=UUID(claims["ws"]),
                member_id=UUID(claims["sub"]),
                role=claims["role"],
                scopes=frozenset(ROLE_SCOPES[claims["role"]]),
            )
        except (KeyError, ValueError) as problem:
            raise unknown_credential() from problem

    def _require_current(self, expires: object) -> None:
        if not isinstance(expires, int) or expires <= self._clock().timestamp():
            raise NotAuthenticated(
                "This access token has expired.", todo="Renew it: POST /v1/auth/refresh"
            )


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
