"""Campaigns and posts through HTTP, watched live; the worker's part is played by the ledger."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from api.deps import Services
from smartcontent.publishing import RunState
from store.runs import Lease, Runs
from tests.isolation.tenants import Tenant, settle

Headers = dict[str, str]


@pytest.fixture
async def tenant(client: httpx.AsyncClient, services: Services, app: FastAPI) -> Tenant:
    """A workspace whose campaign has one post that waits for approval."""
    mark = f"t{uuid4().hex[:12]}"
    return await settle(client, services, app.state.parts, mark)


async def _content(client: httpx.AsyncClient, headers: Headers) -> str:
    made = await client.post("/v1/contents", json={"text": "Bread rises."}, headers=headers)
    return str(made.json()["id"])


async def test_starting_one(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    asked = {"posts": 2, "tone": "neutral", "tones": {"everyone": "warm"}}
    body = {"content_id": await _content(client, owner_headers), "settings": asked}
    started = await client.post("/v1/campaigns", json=body, headers=owner_headers)
    assert (started.status_code, started.json()["state"]) == (202, "queued")
    whole = (await client.get(started.headers["location"], headers=owner_headers)).json()
    settings = whole["campaign"]["settings"]
    assert {name: settings[name] for name in asked} == asked and whole["posts"] == []
    cancel = f"{started.headers['location']}/cancel"
    cancelled = await client.post(cancel, headers=owner_headers)
    assert cancelled.json()["state"] == "cancelled"


BAD: list[tuple[dict[str, Any], int, str]] = [
    ({"platforms": ["myspace"]}, 422, "unknown-platform"),
    ({"not_before": "2020-01-01T00:00:00Z"}, 409, "past-time"),
    ({"posts": 0}, 422, "invalid-input"),
    ({"tones": {"nobody": "warm"}}, 404, "not-found"),
    ({"tone": 3}, 422, "invalid-input"),
    ({"posts": True}, 422, "invalid-input"),
    ({"platforms": []}, 422, "invalid-input"),
    ({"auto_approve": "yes"}, 422, "invalid-input"),
    ({"budget": 1}, 422, "invalid-input"),
]


@pytest.mark.parametrize(("asked", "status", "code"), BAD, ids=[str(bad[0])[:30] for bad in BAD])
async def test_what_cannot_be_started(
    client: httpx.AsyncClient,
    owner_headers: Headers,
    asked: dict[str, Any],
    status: int,
    code: str,
) -> None:
    body = {"content_id": await _content(client, owner_headers), "settings": asked}
    answer = await client.post("/v1/campaigns", json=body, headers=owner_headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["todo"]
    listed = await client.get("/v1/campaigns", headers=owner_headers)
    assert listed.json()["items"] == []


async def test_approval_binds_to_the_text(client: httpx.AsyncClient, tenant: Tenant) -> None:
    owner, (post_id,) = tenant.credentials["owner"], tenant.ids["post"]
    path = f"/v1/posts/{post_id}"
    post = (await client.get(path, headers=owner)).json()
    body = {"content_hash": "0" * 64}
    stale = await client.post(f"{path}/approve", json=body, headers=owner)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale-version")
    body = {"content_hash": post["content_hash"], "text": "My own words."}
    approved = (await client.post(f"{path}/approve", json=body, headers=owner)).json()
    assert (approved["state"], approved["text"]) == ("approved", "My own words.")
    decision = f"/v1/decisions/{tenant.ids['decision'][0]}"
    assert (await client.get(decision, headers=owner)).json()["overridden"] is True
    again = await client.post(f"{path}/approve", json=body, headers=owner)
    assert (again.status_code, again.json()["code"]) == (409, "wrong-state")
    cancelled = await client.post(f"{path}/cancel", headers=owner)
    assert cancelled.json()["state"] == "cancelled"


async def test_rejecting(client: httpx.AsyncClient, tenant: Tenant) -> None:
    path = f"/v1/posts/{tenant.ids['post'][0]}/reject"
    answer = await client.post(path, json={"note": "no"}, headers=tenant.credentials["reviewer"])
    assert answer.json()["state"] == "cancelled"
    query = {"campaign_id": tenant.ids["campaign"][0], "state": "cancelled"}
    listed = await client.get("/v1/posts", params=query, headers=tenant.credentials["analyst"])
    assert [post["id"] for post in listed.json()["items"]] == tenant.ids["post"]


async def _running(services: Services, tenant: Tenant) -> Lease:
    """The tenant's run, under way in the hands of a worker."""
    async with services.database.transaction(tenant.workspace_id) as session:
        run = await Runs(session).of(UUID(tenant.ids["campaign"][0]))
        lease = await Runs(session).lease(run.id, owner="worker", seconds=30.0)
        await Runs(session).move(lease, RunState.RUNNING)
    return lease


def _events(stream: str) -> list[tuple[str, dict[str, Any]]]:
    """Names and data of the events in a stream."""
    found = []
    for block in stream.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


async def test_watching(client: httpx.AsyncClient, services: Services, tenant: Tenant) -> None:
    """Earlier steps first, then what happens, until somebody is asked."""
    workspace, owner = tenant.workspace_id, tenant.credentials["owner"]
    lease = await _running(services, tenant)
    path = f"/v1/campaigns/{tenant.ids['campaign'][0]}/events"
    watching = asyncio.create_task(client.get(path, headers=owner))
    await asyncio.sleep(0.2)
    async with services.database.transaction(workspace) as session:
        await Runs(session).step(lease, "writer", "three variants", 0.5)
        await Runs(session).move(lease, RunState.AWAITING_APPROVAL)
    answer = await watching
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = [(name, data.get("name", data.get("state"))) for name, data in _events(answer.text)]
    assert told == [
        ("step", "analyst"),
        ("state", "running"),
        ("step", "writer"),
        ("state", "awaiting_approval"),
    ]
    later = await client.get(path, headers={**owner, "Last-Event-ID": "1"})
    assert [data.get("name") for _, data in _events(later.text)] == ["writer", None]


async def test_a_stream_ends_by_itself_and_holds_no_transaction(
    client: httpx.AsyncClient, services: Services, tenant: Tenant
) -> None:
    """A queued run tells its state, then nothing; the connection ends after `stream_seconds`."""
    owner = tenant.credentials["owner"]
    await _running(services, tenant)
    path = f"/v1/campaigns/{tenant.ids['campaign'][0]}/events"
    watching = [asyncio.create_task(client.get(path, headers=owner)) for _ in range(30)]
    await asyncio.sleep(0.3)  # more streams than the pool has connections, and it still answers
    assert (await client.get("/v1/me", headers=owner)).status_code == 200
    answers = await asyncio.gather(*watching)
    assert {_events(answer.text)[-1][1]["state"] for answer in answers} == {"running"}


async def test_insights_segments_and_the_catalogue(
    client: httpx.AsyncClient, tenant: Tenant
) -> None:
    analyst = tenant.credentials["analyst"]
    insights = (await client.get("/v1/insights", headers=analyst)).json()
    assert insights["strategies"][0]["name"] == "story"
    assert insights["lift"]["verdict"] == f"{tenant.mark} verdict"
    (segment,) = (await client.get("/v1/segments", headers=analyst)).json()["items"]
    assert segment["everyone"] is True
    platforms = (await client.get("/v1/platforms", headers=analyst)).json()
    assert [spec["platform"] for spec in platforms["items"]] == ["sandbox"]
    others = {spec["platform"]: spec for spec in platforms["others"]}
    assert {"bluesky", "youtube", "wordpress"} <= set(others) and "sandbox" not in others
    assert all(spec["source"] and spec["as_of"] for spec in others.values())
    strategies = (await client.get("/v1/strategies", headers=analyst)).json()["items"]
    assert len(strategies) >= 6
    tools = (await client.get("/v1/tools", headers=analyst)).json()["items"]
    assert {"search_content", "show_insights"} <= {tool["name"] for tool in tools}
    assert "start_campaign" not in {tool["name"] for tool in tools}
