"""Signing up, in and out; members, roles and keys; the browser's cookie."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from api.app import create_app
from api.callers import SESSION_COOKIE
from api.deps import Services
from tests.api.services import cheap_passwords

Headers = dict[str, str]
PASSWORD = "a long password"
BAD_CREDENTIALS = (
    "", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer sc_x", "Bearer sc_a_b"
)  # fmt: skip


async def _sign_up(client: httpx.AsyncClient) -> dict[str, Any]:
    body = {
        "workspace": "House",
        "name": "Owner",
        "email": f"{uuid7()}@example.test",
        "password": PASSWORD,
    }
    answer = await client.post("/v1/workspaces", json=body)
    assert answer.status_code == 201, answer.text
    return {"email": body["email"], **answer.json()}


async def _sign_in(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    form = {"grant_type": "password", "username": email, "password": password}
    return await client.post("/v1/auth/token", data=form)


async def test_who_i_am(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    me = (await client.get("/v1/me", headers=owner_headers)).json()
    assert me["role"] == "owner" and "members:write" in me["scopes"]


async def test_a_workspace_has_a_clock_of_its_own(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    async def told() -> tuple[str, str]:
        me = (await client.get("/v1/me", headers=owner_headers)).json()
        times = (await client.get("/v1/best-times?platform=sandbox", headers=owner_headers)).json()
        assert times["items"][0]["creator_time"].endswith(("Z", "+05:45"))
        return me["workspace"]["time_zone"], times["time_zone"]

    assert await told() == ("UTC", "UTC")
    body = {"time_zone": "Asia/Kathmandu"}
    answer = await client.put("/v1/workspace/clock", json=body, headers=owner_headers)
    assert (answer.status_code, answer.json()["time_zone"]) == (200, "Asia/Kathmandu")
    assert await told() == ("Asia/Kathmandu", "Asia/Kathmandu")
    for odd in ("Mars/Olympus", "../etc/passwd", "UTC; DROP TABLE"):
        body = {"time_zone": odd}
        refused = await client.put("/v1/workspace/clock", json=body, headers=owner_headers)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert await told() == ("Asia/Kathmandu", "Asia/Kathmandu")


@pytest.mark.parametrize(("share", "held"), [(0.0, set()), (0.5, {"learned", "holdback"})])
async def test_a_share_is_held_back_from_what_was_learned(
    client: httpx.AsyncClient, owner_headers: Headers, share: float, held: set[str]
) -> None:
    body: dict[str, Any] = {"share": share}
    answer = await client.put("/v1/workspace/holdback", json=body, headers=owner_headers)
    assert (answer.status_code, answer.json()["holdback"]) == (200, share)
    actions = [{"id": "story"}, {"id": "quote"}]
    ranked = [
        await client.post(
            "/v1/decisions/rank", json={"context": {}, "actions": actions}, headers=owner_headers
        )
        for _ in range(40)
    ]
    branches = {one.json()["branch"] for one in ranked}
    assert branches == (held or {"learned"})
    for odd in (-0.1, 0.51, "all"):
        refused = await client.put(
            "/v1/workspace/holdback", json={"share": odd}, headers=owner_headers
        )
        assert refused.status_code == 422


async def test_an_address_has_one_account(client: httpx.AsyncClient) -> None:
    email = (await _sign_up(client))["email"].upper()
    body = {"workspace": "Two", "name": "Two", "email": email, "password": PASSWORD}
    answer = await client.post("/v1/workspaces", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "already-exists")


async def test_sign_in_never_says_what_was_wrong(client: httpx.AsyncClient) -> None:
    email = (await _sign_up(client))["email"]
    assert (await _sign_in(client, email, PASSWORD)).status_code == 200
    wrong = await _sign_in(client, email, "another password")
    unknown = await _sign_in(client, "nobody@example.test", PASSWORD)
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.headers["www-authenticate"] == "Bearer"


async def test_guessing_comes_to_an_end(client: httpx.AsyncClient) -> None:
    """For members and for nobody alike; the right password does not help either."""
    member = (await _sign_up(client))["email"]
    for email in (member, f"{uuid7()}@example.test"):
        for _ in range(20):
            assert (await _sign_in(client, email, "wrong password")).status_code == 401
        answer = await _sign_in(client, email, PASSWORD)
        assert (answer.status_code, answer.json()["code"]) == (429, "rate-limited")
        assert 0 < int(answer.headers["retry-after"]) <= 900


async def test_sign_up_is_closed_to_other_machines(services: Services) -> None:
    fields = dict(services.__dict__)
    fields["settings"] = services.settings.model_copy(update={"host": "0.0.0.0"})  # noqa: S104
    app = create_app(Services(**fields), passwords=cheap_passwords())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        body = {"workspace": "W", "name": "N", "email": "n@example.test", "password": PASSWORD}
        assert (await client.post("/v1/workspaces", json=body)).status_code == 403


async def test_a_refresh_token_is_good_once_and_reuse_ends_the_family(
    client: httpx.AsyncClient,
) -> None:
    first = (await _sign_up(client))["tokens"]["refresh_token"]
    second = (await client.post("/v1/auth/refresh", json={"refresh_token": first})).json()
    third = await client.post("/v1/auth/refresh", json={"refresh_token": second["refresh_token"]})
    assert third.status_code == 200
    stolen = await client.post("/v1/auth/refresh", json={"refresh_token": first})
    assert stolen.status_code == 401
    latest = {"refresh_token": third.json()["refresh_token"]}
    assert (await client.post("/v1/auth/refresh", json=latest)).status_code == 401


async def test_signing_out_ends_the_session(client: httpx.AsyncClient) -> None:
    token = {"refresh_token": (await _sign_up(client))["tokens"]["refresh_token"]}
    assert (await client.post("/v1/auth/logout", json=token)).status_code == 204
    assert (await client.post("/v1/auth/refresh", json=token)).status_code == 401
    assert (await client.post("/v1/auth/logout", json={"refresh_token": "x"})).status_code == 204


async def test_members_and_roles(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    email = f"{uuid7()}@example.test"
    person = {"email": email, "name": "Ben", "role": "analyst", "password": PASSWORD}
    added = await client.post("/v1/members", json=person, headers=owner_headers)
    assert added.status_code == 201 and "password" not in added.text
    again = await client.post("/v1/members", json=person, headers=owner_headers)
    assert again.json()["code"] == "already-exists"
    path = f"/v1/members/{added.json()['id']}/role"
    changed = await client.put(path, json={"role": "editor"}, headers=owner_headers)
    assert changed.json()["role"] == "editor"
    token = (await _sign_in(client, email, PASSWORD)).json()["access_token"]
    ben = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/v1/me", headers=ben)).json()["role"] == "editor"
    assert (await client.post("/v1/members", json=person, headers=ben)).status_code == 403


async def test_the_last_owner_stays(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    (owner,) = (await client.get("/v1/members", headers=owner_headers)).json()["items"]
    path = f"/v1/members/{owner['id']}/role"
    answer = await client.put(path, json={"role": "analyst"}, headers=owner_headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong-state")


async def test_keys(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    wanted = {"name": "shop", "scopes": ["contents:read"]}
    made = (await client.post("/v1/keys", json=wanted, headers=owner_headers)).json()
    key = {"Authorization": f"Bearer {made['secret']}"}
    assert (await client.get("/v1/contents", headers=key)).status_code == 200
    denied = await client.post("/v1/contents", json={"text": "words"}, headers=key)
    assert (denied.status_code, denied.json()["facts"]["scope"]) == (403, "contents:write")
    listed = await client.get("/v1/keys", headers=owner_headers)
    assert made["secret"] not in listed.text and made["key"]["prefix"] in listed.text
    forged = {"Authorization": f"Bearer {made['secret'][:-1]}x"}
    assert (await client.get("/v1/contents", headers=forged)).status_code == 401
    path = f"/v1/keys/{made['key']['id']}"
    assert (await client.delete(path, headers=owner_headers)).status_code == 204
    assert (await client.get("/v1/contents", headers=key)).status_code == 401


@pytest.mark.parametrize(
    "credential",
    ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer sc_x", "Bearer sc_a_b"],
)
async def test_bad_credentials(client: httpx.AsyncClient, credential: str) -> None:
    headers = {"Authorization": credential} if credential else {}
    answer = await client.get("/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-authenticated")


async def test_a_cookie_works_from_our_own_pages_alone(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        token = (await _sign_up(browser))["tokens"]["access_token"]
        browser.cookies.set(SESSION_COOKIE, token)
        assert (await browser.get("/v1/me")).status_code == 200
        body = {"text": "words"}
        ours = {"Origin": "http://test"}, {"Sec-Fetch-Site": "same-origin"}
        theirs: tuple[Headers, ...] = (
            {},
            {"Origin": "http://evil.test"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://test"},
        )
        for headers in ours:
            answer = await browser.post("/v1/contents", json=body, headers=headers)
            assert answer.status_code == 201, answer.text
        for headers in theirs:
            answer = await browser.post("/v1/contents", json=body, headers=headers)
            assert answer.status_code == 403, headers
