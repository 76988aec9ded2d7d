"""Credentials: what is forged, foreign, old or altered opens nothing."""

import base64
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt
import pytest
from argon2 import PasswordHasher

from api.passwords import Passwords
from api.tokens import AUDIENCE, AccessTokens, KeyText, signing_key
from smartcontent.content import Member
from smartcontent.errors import NotAuthenticated

KEY = signing_key(b"m" * 32)
ANA = Member(id=uuid4(), workspace_id=uuid4(), email="a@b.c", name="Ana", role="reviewer")
CLAIMS = {"sub": str(ANA.id), "ws": str(ANA.workspace_id), "role": "owner", "aud": AUDIENCE}


def _an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def test_a_token_says_who_and_with_which_rights() -> None:
    caller = AccessTokens(KEY).read(AccessTokens(KEY).issue(ANA))
    assert (caller.workspace_id, caller.member_id) == (ANA.workspace_id, ANA.id)
    assert "posts:approve" in caller.scopes and "contents:write" not in caller.scopes


def _unsigned() -> str:
    parts = ({"alg": "none", "typ": "JWT"}, {**CLAIMS, "exp": 9_999_999_999})
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join(part.rstrip("=") for part in coded) + "."


FORGED = {
    "another key": jwt.encode({**CLAIMS, "exp": 9_999_999_999}, b"x" * 32, algorithm="HS256"),
    "no signature": _unsigned(),
    "another audience": jwt.encode(
        {**CLAIMS, "aud": "elsewhere", "exp": 9_999_999_999}, KEY, algorithm="HS256"
    ),
    "no end": jwt.encode(CLAIMS, KEY, algorithm="HS256"),
    "another algorithm": jwt.encode({**CLAIMS, "exp": 9_999_999_999}, KEY * 2, algorithm="HS512"),
    "old": AccessTokens(KEY, clock=_an_hour_ago).issue(ANA),
    "no role of ours": jwt.encode(
        {**CLAIMS, "role": "root", "exp": 9_999_999_999}, KEY, algorithm="HS256"
    ),
    "no id": jwt.encode({**CLAIMS, "sub": "1", "exp": 9_999_999_999}, KEY, algorithm="HS256"),
    "nonsense": "a.b.c",
    "empty": "",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
def test_forged_tokens_open_nothing(token: str) -> None:
    with pytest.raises(NotAuthenticated):
        AccessTokens(KEY).read(token)


def test_keys_are_found_by_prefix_and_never_alike() -> None:
    first, second = KeyText.new(), KeyText.new()
    assert KeyText.parse(str(first)) == first != second
    assert len(first.secret) >= 43  # 256 bits
    for text in ("", "sc_", "sc_a", "sc__b", "xx_a_b"):
        assert KeyText.parse(text) is None


async def test_passwords() -> None:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    kept = await passwords.hash("correct horse")
    assert await passwords.matches(kept, "correct horse")
    assert not await passwords.matches(kept, "battery staple")
    assert not await passwords.matches("not a hash", "correct horse")
    assert not await passwords.matches(None, "nobody has this password")


def test_ids_of_callers_are_ids() -> None:
    caller = AccessTokens(KEY).read(AccessTokens(KEY).issue(ANA))
    assert isinstance(caller.workspace_id, UUID)
