"""Talking through HTTP: a thread goes on, is its owner's alone, and can be deleted."""

from typing import Any
from uuid import uuid4

import httpx

from smartcontent.content import Role
from tests.isolation.tenants import add_member, sign_up

Headers = dict[str, str]


async def _say(
    client: httpx.AsyncClient, headers: Headers, message: str, thread: str | None = None
) -> dict[str, Any]:
    body = {"message": message} | ({"thread_id": thread} if thread else {})
    answer = await client.post("/v1/chat", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_a_conversation(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    first = await _say(client, owner_headers, "what can you do?")
    assert first["reply"] and first["waiting"] == []
    second = await _say(client, owner_headers, "thank you", first["thread_id"])
    assert second["thread_id"] == first["thread_id"]
    (thread,) = (await client.get("/v1/chat/threads", headers=owner_headers)).json()["items"]
    assert thread["title"] == "what can you do?"
    path = f"/v1/chat/threads/{thread['id']}"
    assert (await client.delete(path, headers=owner_headers)).status_code == 204
    assert (await client.delete(path, headers=owner_headers)).status_code == 404
    body = {"message": "hello?", "thread_id": thread["id"]}
    gone = await client.post("/v1/chat", json=body, headers=owner_headers)
    assert (gone.status_code, gone.json()["code"]) == (404, "not-found")


async def test_a_thread_is_not_a_colleagues(client: httpx.AsyncClient) -> None:
    tenant = await sign_up(client, f"chat{uuid4().hex[:8]}")
    role: Role = "editor"
    await add_member(client, tenant, role)
    owner, editor = tenant.credentials["owner"], tenant.credentials[role]
    thread = (await _say(client, owner, "what can you do?"))["thread_id"]
    assert (await client.get("/v1/chat/threads", headers=editor)).json()["items"] == []
    body = {"message": "and me?", "thread_id": thread}
    assert (await client.post("/v1/chat", json=body, headers=editor)).status_code == 404
    path = f"/v1/chat/threads/{thread}"
    assert (await client.delete(path, headers=editor)).status_code == 404
    assert (await client.delete(path, headers=owner)).status_code == 204


async def test_unknown_threads_and_empty_words(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    for body, status in (
        ({"message": "hello", "thread_id": str(uuid4())}, 404),
        ({"message": ""}, 422),
        ({"message": "\u2003"}, 422),
        ({"message": "hello", "role": "owner"}, 422),
    ):
        answer = await client.post("/v1/chat", json=body, headers=owner_headers)
        assert answer.status_code == status, answer.text
