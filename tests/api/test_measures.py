"""Health, fairness, lift, what-if, best times and insights: plain words, no 0 for unknown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

Headers = dict[str, str]
ACTIONS = [
    {"id": name, "features": {"strategy": name, "platform": "sandbox", "segment": "readers"}}
    for name in ("story", "quote")
]
SOON = [(datetime.now(UTC) + timedelta(hours=hours)).isoformat() for hours in (3, 9)]


async def _shown(client: httpx.AsyncClient, headers: Headers, count: int) -> list[str]:
    body = {"requests": [{"actions": ACTIONS}] * count}
    answer = await client.post("/v1/decisions/rank/batch", json=body, headers=headers)
    ids = [chosen["id"] for chosen in answer.json()["items"]]
    now = datetime.now(UTC).isoformat()
    events = [
        {"id": f"{kind}{id}", "kind": kind, "occurred_at": now, "decision_id": id}
        for place, id in enumerate(ids)
        for kind in (["impression", "click"] if place % 4 == 0 else ["impression"])
    ]
    sent = await client.post("/v1/events", json={"events": events}, headers=headers)
    assert sent.json()["accepted"] == len(events)
    return ids


async def _get(
    client: httpx.AsyncClient, headers: Headers, path: str, **query: Any
) -> dict[str, Any]:
    answer = await client.get(path, params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_a_new_workspace_knows_nothing_and_says_so(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    health = await _get(client, owner_headers, "/v1/learning/health")
    assert (health["level"], health["decisions"]) == ("unknown", 0)
    assert (await _get(client, owner_headers, "/v1/learning/fairness"))["alarm"] is False
    assert await _get(client, owner_headers, "/v1/learning/lift") == {"items": {}}
    track = await _get(client, owner_headers, "/v1/predictions/track")
    assert (track["whole"]["known"], track["whole"]["error"], track["platforms"]) == (0, None, {})
    times = await _get(client, owner_headers, "/v1/best-times", platform="sandbox", count=2)
    assert len(times["items"]) == 2 and len(times["hours"]) == 168
    assert not any(one["better_than_chance"] for one in times["items"])
    assert all(one["samples"] == 0 and one["note"] for one in times["hours"])


async def test_rewards_that_arrive_are_seen(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    await _shown(client, owner_headers, 60)
    health = await _get(client, owner_headers, "/v1/learning/health")
    found = {one["name"]: one for one in health["findings"]}
    assert health["decisions"] == 60 and found["rewards arrive"]["level"] == "good"
    assert found["reward delay"]["level"] == "good"
    assert all(one["sentence"] for one in health["findings"])


async def test_insights_have_intervals(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    await _shown(client, owner_headers, 40)
    said = await _get(client, owner_headers, "/v1/insights", days=7)
    (segment,) = said["segments"]
    assert (segment["name"], segment["impressions"], segment["engaged"]) == ("readers", 40, 10)
    assert 0.1 < segment["low"] < segment["engagement_rate"] == 0.25 < segment["high"] < 0.45
    assert said["contents"] == [] and len(said["days"]) == 1


async def test_what_if(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    await _shown(client, owner_headers, 30)
    body = {"texts": ["Bread rises.", "Why does bread rise?"], "platforms": ["sandbox"]}
    answer = await client.post(
        "/v1/predictions", json={**body, "times": SOON}, headers=owner_headers
    )
    items = answer.json()["items"]
    assert [(one["text"], one["platform"]) for one in items] == [
        (text, "sandbox") for text in (0, 0, 1, 1)
    ]
    for one in items:
        assert one["low"] < one["expected"] < one["high"]
        assert "not told apart" in one["note"] and one["better_than_chance"] is False


BAD: list[dict[str, Any]] = [
    {"texts": []}, {"texts": [""]}, {"platforms": ["myspace"]}, {"times": ["tomorrow"]},
    {"times": []}, {"texts": ["x"] * 11}, {"hours": [1]},
]  # fmt: skip


@pytest.mark.parametrize("wrong", BAD, ids=str)
async def test_what_if_refuses(
    client: httpx.AsyncClient, owner_headers: Headers, wrong: dict[str, Any]
) -> None:
    body = {"texts": ["Bread rises."], "platforms": ["sandbox"], "times": SOON, **wrong}
    answer = await client.post("/v1/predictions", json=body, headers=owner_headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("invalid-input", "unknown-platform")
    times = await client.get("/v1/best-times?platform=myspace", headers=owner_headers)
    assert (times.status_code, times.json()["code"]) == (422, "unknown-platform")
