"""Signing up, in and out; members, roles and keys."""

import httpx

PASSWORD = "a long password"


async def test_sign_up_and_me(client: httpx.AsyncClient, owner_headers: dict[str, str]) -> None:
    me = (await client.get("/v1/me", headers=owner_headers)).json()
    assert me["role"] == "owner" and "members:write" in me["scopes"]
