"""Drafts through HTTP: written while one waits, with the tone asked for, and kept nowhere."""

from uuid import uuid4

import httpx
import pytest

from tests.agents.articles import NIGHT

Headers = dict[str, str]


@pytest.fixture
async def path(client: httpx.AsyncClient, owner_headers: Headers) -> str:
    body = {"text": NIGHT, "format": "markdown"}
    made = await client.post("/v1/contents", json=body, headers=owner_headers)
    return f"/v1/contents/{made.json()['id']}/variants"


async def test_each_strategy_gives_a_checked_draft(
    client: httpx.AsyncClient, owner_headers: Headers, path: str
) -> None:
    answer = await client.post(path, json={"platform": "sandbox"}, headers=owner_headers)
    items = answer.json()["items"]
    assert answer.status_code == 200 and len(items) > 3
    assert len({item["strategy"] for item in items}) == len(items)
    assert any(item["traces"] for item in items)
    assert all(item["wanted_tone"] is None for item in items)


async def test_a_tone_is_asked_for_and_told(
    client: httpx.AsyncClient, owner_headers: Headers, path: str
) -> None:
    answer = await client.post(path, json={"tone": "warm"}, headers=owner_headers)
    for item in answer.json()["items"]:
        assert item["wanted_tone"] == "warm"
        assert "tone-not-applied" in {finding["rule"] for finding in item["findings"]}


@pytest.mark.parametrize(
    ("body", "status"),
    [({"platform": "myspace"}, 422), ({"tone": ""}, 422), ({"mood": "warm"}, 422)],
)
async def test_what_cannot_be_drafted(
    client: httpx.AsyncClient, owner_headers: Headers, path: str, body: Headers, status: int
) -> None:
    answer = await client.post(path, json=body, headers=owner_headers)
    assert answer.status_code == status and answer.json()["todo"]
    missing = f"/v1/contents/{uuid4()}/variants"
    assert (await client.post(missing, json={}, headers=owner_headers)).status_code == 404
