"""Rules of a voice over HTTP: listed with what they rest on, given, changed, let go."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from api.callers import SESSION_COOKIE
from api.deps import Services
from smartcontent.content import Caller, Role
from smartcontent.errors import NotAllowed
from smartcontent.scopes import ROLE_SCOPES
from store.database import Database
from tools.add_voice_rule import add_voice_rule
from tools.show_voice import show_voice
from tools.toolbox import Toolbox

Headers = dict[str, str]
REPLACE = {"kind": "replace", "about": "utilise", "instead": "use"}


async def send(
    client: httpx.AsyncClient, headers: Headers, method: str, path: str, body: Any = None
) -> httpx.Response:
    return await client.request(method, f"/v1/voice{path}", json=body, headers=headers)


async def test_a_rule_is_given_changed_and_deleted(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    made = await send(client, owner_headers, "POST", "", REPLACE)
    assert made.status_code == 201, made.text
    rule = made.json()
    assert rule["says"] == "Say “use” instead of “utilise”."
    assert (rule["origin"], rule["enabled"], rule["applied_without_model"]) == (
        "creator", True, True,
    )  # fmt: skip
    path = f"/{rule['id']}"
    assert made.headers["location"] == f"/v1/voice{path}"
    off = await send(client, owner_headers, "PATCH", path, {"enabled": False})
    assert off.json() == {**rule, "enabled": False}
    shown = await send(client, owner_headers, "GET", path)
    assert (shown.json(), shown.headers["etag"]) == (off.json(), off.headers["etag"])
    stale = {**owner_headers, "If-Match": made.headers["etag"]}
    assert (await send(client, stale, "PATCH", path, {"instead": "apply"})).status_code == 412
    fresh = {**owner_headers, "If-Match": off.headers["etag"]}
    changed = await send(client, fresh, "PATCH", path, {"instead": "apply"})
    assert changed.json()["says"] == "Say “apply” instead of “utilise”."
    assert (await send(client, owner_headers, "DELETE", path)).status_code == 204
    assert (await send(client, owner_headers, "GET", path)).status_code == 404
    assert (await send(client, owner_headers, "GET", "")).json() == {"items": [], "next": None}


async def test_what_is_no_rule(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    await send(client, owner_headers, "POST", "", {"kind": "no_emoji"})
    for body, status, code in (
        ({"kind": "no_emoji"}, 409, "already-exists"),
        ({"kind": "hashtags"}, 422, "invalid-input"),
        ({"kind": "shouting", "most": 3}, 422, "invalid-input"),
        ({**REPLACE, "about": "3 days", "instead": "4 days"}, 409, "conflict"),
        ({**REPLACE, "about": "rose", "instead": "fell"}, 409, "conflict"),
        ({**REPLACE, "instead": "Utilise"}, 409, "conflict"),
    ):
        answer = await send(client, owner_headers, "POST", "", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
    (rule,) = (await send(client, owner_headers, "GET", "")).json()["items"]
    wrong = await send(client, owner_headers, "PATCH", f"/{rule['id']}", {"about": "x"})
    assert wrong.status_code == 409
    missing = await send(client, owner_headers, "PATCH", f"/{uuid4()}", {"enabled": False})
    assert missing.status_code == 404


async def test_own_posts_are_brought_and_let_go(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    texts = [f"We opened room number {n} today. It is warm." for n in range(5)]
    keyed = {**owner_headers, "Idempotency-Key": "once"}
    brought = await send(client, keyed, "POST", "/examples", {"texts": texts})
    assert brought.status_code == 201, brought.text
    assert brought.json()["new"] == 5
    said = [rule["says"] for rule in brought.json()["rules"]]
    assert "No hashtags." in said
    again = await send(client, keyed, "POST", "/examples", {"texts": texts})
    assert (again.json(), again.headers["idempotent-replayed"]) == (brought.json(), "true")
    twice = await send(client, owner_headers, "POST", "/examples", {"texts": texts})
    assert twice.json()["new"] == 0
    (newest, *others) = (await send(client, owner_headers, "GET", "/examples")).json()["items"]
    assert (newest["text"], len(others)) == (texts[-1], 4)
    gone = await send(client, owner_headers, "DELETE", f"/examples/{newest['id']}")
    assert gone.status_code == 204
    page = await client.get("/v1/voice/examples", params={"limit": 3}, headers=owner_headers)
    assert len(page.json()["items"]) == 3 and page.json()["next"]


async def test_the_page_lists_rules_and_switches_them(
    app: FastAPI, client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    rule = (await send(client, owner_headers, "POST", "", REPLACE)).json()
    token = owner_headers["Authorization"].removeprefix("Bearer ")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        browser.cookies.set(SESSION_COOKIE, token)
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        assert "Say “use” instead of “utilise”.</strong>" in (await browser.get("/")).text
        switched = await browser.post(f"/voice/{rule['id']}", data={"enabled": "false"})
        assert (switched.status_code, switched.headers["location"]) == (303, "/#voice")
        shown = (await browser.get("/")).text
        assert "Say “use” instead of “utilise”.</s>" in shown and "Switch on:" in shown
        missing = await browser.post(f"/voice/{uuid4()}", data={"enabled": "false"})
        assert missing.status_code == 422 and "There is no such rule" in missing.text
    off = await send(client, owner_headers, "GET", f"/{rule['id']}")
    assert off.json()["enabled"] is False


BOX = Toolbox([show_voice, add_voice_rule])


def caller(workspace: str, role: Role) -> Caller:
    scopes = frozenset(map(str, ROLE_SCOPES[role]))
    return Caller(workspace_id=UUID(workspace), role=role, scopes=scopes)


async def test_the_assistant_shows_and_adds(
    client: httpx.AsyncClient, owner_headers: Headers, services: Services
) -> None:
    me = (await client.get("/v1/me", headers=owner_headers)).json()
    editor, reviewer = (caller(me["workspace"]["id"], role) for role in ("editor", "reviewer"))
    provided: dict[Any, object] = {Database: services.database}
    asked = {"kind": "manner", "about": "Warm."}
    await BOX.call("add_voice_rule", asked, caller=editor, provided=provided)
    (card,) = await BOX.call("show_voice", {}, caller=reviewer, provided=provided)
    assert (card["rule"], card["why"], card["on"]) == ("Warm.", "yours", True)
    with pytest.raises(NotAllowed):
        await BOX.call("add_voice_rule", asked, caller=reviewer, provided=provided)
