"""Refusals: problem details everywhere, keys that make a POST safe to repeat, careful headers."""

import asyncio
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from api.app import create_app
from api.deps import Services
from store.replies import Replies
from tests.api.services import cheap_passwords

Headers = dict[str, str]
JSON = {"content-type": "application/json"}


def _problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code and said["type"].endswith(said["code"])
    assert said["title"] and said["detail"]
    return answer.status_code, said["code"]


async def test_nothing_there(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    for path in ("/v1/nothing", "/v1/contents/not-an-id", "/v1/contents/"):
        assert _problem(await client.get(path, headers=owner_headers)) == (404, "not-found")


@pytest.mark.parametrize(("path", "allow"), [
    ("/v1/contents", "GET, POST"),
    ("/v1/contents/upload", "POST"),
    ("/v1/contents/01900000-0000-7000-8000-000000000000", "DELETE, GET, PATCH"),
    ("/v1/decisions/rank", "POST"),
    ("/v1/subjects/x/consents/training", "DELETE, GET, PUT"),
    ("/healthz", "GET"),
])  # fmt: skip
async def test_allow_names_every_method(client: httpx.AsyncClient, path: str, allow: str) -> None:
    for method in ("TRACE", "OPTIONS", "QUERY"):
        answer = await client.request(method, path)
        assert _problem(answer) == (405, "method-not-allowed")
        assert answer.headers["allow"] == allow


@pytest.mark.parametrize(("body", "status", "code"), [
    (b"{", 400, "malformed-body"),
    (b"\xff", 400, "malformed-body"),
    (b'{"text": ' + b"1" * 5_000 + b"}", 400, "malformed-body"),
    (b"[" * 100_000, 400, "malformed-body"),
    (b"", 422, "invalid-input"),
    (b"null", 422, "invalid-input"),
    (b"[]", 422, "invalid-input"),
    (b'{"text": "a\\u0000b"}', 422, "invalid-input"),
    (b'{"text": "\\ud800"}', 422, "invalid-input"),
    (b'{"text": 1e400}', 422, "invalid-input"),
    (b'{"text": "a", "workspace_id": "b"}', 422, "invalid-input"),
])  # fmt: skip
async def test_bodies(
    client: httpx.AsyncClient, owner_headers: Headers, body: bytes, status: int, code: str
) -> None:
    answer = await client.post("/v1/contents", content=body, headers={**owner_headers, **JSON})
    assert _problem(answer) == (status, code)


async def test_the_wrong_kind_of_body(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    for kind in ("text/plain", "application/xml", "nonsense"):
        headers = {**owner_headers, "content-type": kind}
        answer = await client.post("/v1/contents", content=b'{"text": "a"}', headers=headers)
        assert _problem(answer) == (415, "unsupported-media-type")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=true", "after=x",
    "limit=99999999999999999999999999"])  # fmt: skip
async def test_queries(client: httpx.AsyncClient, owner_headers: Headers, query: str) -> None:
    answer = await client.get(f"/v1/contents?{query}", headers=owner_headers)
    assert _problem(answer) == (422, "invalid-input")
    assert answer.json()["errors"][0]["where"].startswith("query.")


async def test_who_asks_comes_before_what_is_asked(client: httpx.AsyncClient) -> None:
    """Nobody learns anything about bodies without a credential, however large they are."""
    answer = await client.post("/v1/contents", content=b"{", headers=JSON)
    assert _problem(answer) == (401, "not-authenticated")


async def test_a_bug_of_ours_tells_nothing(services: Services) -> None:
    app = create_app(services, passwords=cheap_passwords())
    router = APIRouter()

    @router.get("/bug")
    async def bug() -> None:
        raise ZeroDivisionError("a secret")

    app.include_router(router)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/bug")
    assert _problem(answer) == (500, "internal")
    assert "secret" not in answer.text
    assert UUID(answer.headers["x-request-id"])
    counted = app.state.parts.metrics.text().decode()
    assert 'smartcontent_requests_total{operation="bug",status="500"} 1.0' in counted


async def test_headers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz", headers={"X-Request-ID": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers
    bad = await client.get("/healthz", headers={"X-Request-ID": "a b\tc"})
    assert UUID(bad.headers["x-request-id"])


async def test_the_machine(client: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await client.get("/readyz")).json()["database"] == "ok"
    metrics = (await client.get("/metrics")).text
    assert 'smartcontent_requests_total{operation="readyz",status="200"}' in metrics
    elsewhere = httpx.ASGITransport(app, client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=elsewhere, base_url="http://test") as stranger:
        assert _problem(await stranger.get("/metrics")) == (401, "not-authenticated")


async def test_a_key_makes_a_post_safe_to_repeat(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    keyed = {**owner_headers, "Idempotency-Key": "attempt-1"}
    body = {"text": "Only once."}
    first = await client.post("/v1/contents", json=body, headers=keyed)
    again = await client.post("/v1/contents", json=body, headers=keyed)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    other = await client.post("/v1/contents", json={"text": "Other."}, headers=keyed)
    assert _problem(other) == (422, "invalid-input")
    listed = await client.get("/v1/contents", headers=owner_headers)
    assert len(listed.json()["items"]) == 1
    bad = await client.post(
        "/v1/contents", json=body, headers={**owner_headers, "Idempotency-Key": "a b"}
    )
    assert _problem(bad) == (422, "invalid-input")


async def test_a_key_works_for_files_too(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    keyed = {**owner_headers, "Idempotency-Key": "file-1"}
    answers = [
        await client.post("/v1/contents/upload", files={"file": ("a.txt", text)}, headers=keyed)
        for text in (b"words", b"words", b"other words")
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 422]


async def test_a_failed_attempt_may_be_tried_again(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    keyed = {**owner_headers, "Idempotency-Key": "attempt-2"}
    body = {"content_id": "01900000-0000-7000-8000-000000000000"}
    assert (await client.post("/v1/campaigns", json=body, headers=keyed)).status_code == 404
    made = await client.post("/v1/contents", json={"text": "Words."}, headers=owner_headers)
    body = {"content_id": made.json()["id"]}
    assert (await client.post("/v1/campaigns", json=body, headers=keyed)).status_code == 202


async def test_while_the_first_attempt_runs(
    client: httpx.AsyncClient, owner_headers: Headers, services: Services
) -> None:
    """The second is told at once, and does not wait for the first."""
    me = (await client.get("/v1/me", headers=owner_headers)).json()
    workspace = UUID(me["workspace"]["id"])
    keyed = {**owner_headers, "Idempotency-Key": "attempt-3"}
    async with services.database.transaction(workspace) as session:
        begun = Replies(session).begin(
            "POST /v1/contents", "attempt-3", "x", expires_at=services.clock()
        )
        assert await begun is None
        asking = client.post("/v1/contents", json={"text": "Words."}, headers=keyed)
        answer = await asyncio.wait_for(asking, timeout=5)
    assert _problem(answer) == (409, "wrong-state")
