"""Rank, reward, explain; events by the batch; consent decides what may be used."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.deps import Services
from smartcontent.content import Features

Headers = dict[str, str]
ACTIONS = [{"id": "story"}, {"id": "quote", "features": {"words": 12, "tone": "calm"}}]
NOW = datetime.now(UTC).isoformat()


async def _rank(client: httpx.AsyncClient, headers: Headers, **more: Any) -> dict[str, Any]:
    body = {"actions": ACTIONS, **more}
    answer = await client.post("/v1/decisions/rank", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    chosen: dict[str, Any] = answer.json()
    return chosen


async def test_rank_is_logged_whole(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    chosen = await _rank(client, owner_headers, context={"hour": 9, "page": "home"})
    assert chosen["chosen"] in {"story", "quote"}
    assert sum(chosen["propensities"].values()) == pytest.approx(1.0)
    path = f"/v1/decisions/{chosen['id']}"
    logged = (await client.get(path, headers=owner_headers)).json()
    assert logged["context"] == {"hour": 9.0, "page": "home"}
    assert logged["propensities"] == chosen["propensities"] and logged["seed"] >= 0
    why = (await client.get(f"{path}/explanation", headers=owner_headers)).json()
    assert why["chosen"] == chosen["chosen"] and why["sentence"]


async def test_rank_batch(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    body = {"requests": [{"actions": ACTIONS}] * 5}
    answer = await client.post("/v1/decisions/rank/batch", json=body, headers=owner_headers)
    ids = [chosen["id"] for chosen in answer.json()["items"]]
    listed = (await client.get("/v1/decisions", headers=owner_headers)).json()["items"]
    assert len(set(ids)) == 5 and {one["id"] for one in listed} == set(ids)
    bad = {"requests": [{"actions": ACTIONS}, {"actions": [{"id": "a"}, {"id": "a"}]}]}
    assert (
        await client.post("/v1/decisions/rank/batch", json=bad, headers=owner_headers)
    ).status_code == 409
    assert len((await client.get("/v1/decisions", headers=owner_headers)).json()["items"]) == 5


BAD: list[dict[str, Any]] = [
    {}, {"actions": []}, {"actions": [{}]}, {"actions": [{"id": ""}]},
    {"actions": [{"id": "a", "features": {"x": True}}]},
    {"actions": [{"id": "a", "features": {"x": None}}]},
    {"actions": [{"id": "a", "features": {"x": 1e300}}]},
    {"actions": [{"id": "a", "features": {"x\0": 1}}]},
    {"actions": [{"id": str(n)} for n in range(101)]},
    {"actions": ACTIONS, "context": {"x": [1]}},
    {"actions": ACTIONS, "subject": 7}, {"actions": ACTIONS, "subject": ""},
    {"actions": ACTIONS, "workspace_id": str(uuid4())},
]  # fmt: skip


@pytest.mark.parametrize("body", BAD, ids=lambda body: str(body)[:40])
async def test_rank_refuses(
    client: httpx.AsyncClient, owner_headers: Headers, body: dict[str, Any]
) -> None:
    answer = await client.post("/v1/decisions/rank", json=body, headers=owner_headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")
    assert answer.json()["errors"]


async def _logged(client: httpx.AsyncClient, headers: Headers, id: str) -> dict[str, Any]:
    logged: dict[str, Any] = (await client.get(f"/v1/decisions/{id}", headers=headers)).json()
    return logged


async def test_a_person_is_used_only_with_consent(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    context: Features = {"person.age": 40.0, "page": "home"}
    before = await _rank(client, owner_headers, context=context, subject="maria")
    logged = await _logged(client, owner_headers, before["id"])
    assert logged["context"] == {"page": "home"} and logged["subject"] is None
    assert logged["personalised"] is False
    path = "/v1/subjects/maria/consents/personalisation"
    assert (await client.put(path, headers=owner_headers)).status_code == 200
    allowed = await _rank(client, owner_headers, context=context, subject="maria")
    logged = await _logged(client, owner_headers, allowed["id"])
    assert logged["context"] == context and logged["personalised"] is True
    assert len(logged["subject"]) == 64 and "maria" not in json.dumps(logged)
    assert (await client.delete(path, headers=owner_headers)).status_code == 204
    after = await _rank(client, owner_headers, context=context, subject="maria")
    assert (await _logged(client, owner_headers, after["id"]))["context"] == {"page": "home"}


async def test_a_reward_counts_once(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    chosen = await _rank(client, owner_headers)
    path = f"/v1/decisions/{chosen['id']}/reward"
    first = await client.post(path, json={"value": 1}, headers=owner_headers)
    again = await client.post(path, json={"value": 1}, headers=owner_headers)
    other = await client.post(path, json={"value": 0.5, "event_id": "e2"}, headers=owner_headers)
    assert [one.json()["counted"] for one in (first, again, other)] == [True, False, True]
    assert (first.status_code, again.status_code) == (201, 201)


async def _raw(client: httpx.AsyncClient, headers: Headers, path: str, body: str) -> httpx.Response:
    sent = {**headers, "content-type": "application/json"}
    return await client.post(path, content=body.encode(), headers=sent)


async def test_a_reward_of_nan(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    chosen = await _rank(client, owner_headers)
    path = f"/v1/decisions/{chosen['id']}/reward"
    for value in ("NaN", "Infinity", "1e999", "true", '"1"', "null"):
        answer = await _raw(client, owner_headers, path, f'{{"value": {value}}}')
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input"), value
    unknown = f"/v1/decisions/{uuid4()}/reward"
    answer = await client.post(unknown, json={"value": 1}, headers=owner_headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_good_events_are_kept_and_bad_ones_listed(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    chosen = await _rank(client, owner_headers)
    good = {"kind": "click", "occurred_at": NOW, "decision_id": chosen["id"]}
    future = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    events = [
        {"id": "a", **good},
        {"id": "b", **good, "decision_id": str(uuid4())},
        {"id": "c", **good, "kind": "stare"},
        {"id": "d", **good, "occurred_at": "yesterday"},
        {"id": "e", **good, "occurred_at": future},
        {"id": "f", **good, "colour": "red"},
        "not an event",
        {"id": "a", **good},
        {"id": "g\0", **good},
        {"id": "h", **good, "post_id": str(uuid4())},
    ]
    answer = await client.post("/v1/events", json={"events": events}, headers=owner_headers)
    said = answer.json()
    assert answer.status_code == 200 and said["accepted"] == 1 and said["duplicates"] == 1
    assert [one["index"] for one in said["rejected"]] == [1, 2, 3, 4, 5, 6, 8, 9]
    assert all(one["code"] == "invalid-event" and one["reason"] for one in said["rejected"])
    again = await client.post("/v1/events", json={"events": events[:1]}, headers=owner_headers)
    assert again.json() == {"accepted": 0, "duplicates": 1, "rejected": []}


async def test_nan_in_an_event_leaves_the_others(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    one = f'{{"id": "n", "kind": "reward", "occurred_at": "{NOW}", "value": NaN}}'
    two = f'{{"id": "o", "kind": "reward", "occurred_at": "{NOW}", "value": 1}}'
    answer = await _raw(client, owner_headers, "/v1/events", f'{{"events": [{one}, {two}]}}')
    assert answer.json()["accepted"] == 1 and answer.json()["rejected"][0]["index"] == 0


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"events": []}', '{"events": {}}',
    '{"events": [1], "more": 1}', '{"events": ' + json.dumps([{}] * 1001) + "}"])  # fmt: skip
async def test_a_malformed_batch(
    client: httpx.AsyncClient, owner_headers: Headers, body: str
) -> None:
    answer = await _raw(client, owner_headers, "/v1/events", body)
    assert answer.status_code in (400, 422), answer.text


async def test_subjects_are_stored_as_pseudonyms_and_only_with_consent(
    client: httpx.AsyncClient, owner_headers: Headers, services: Services
) -> None:
    me = (await client.get("/v1/me", headers=owner_headers)).json()
    event = {"kind": "click", "occurred_at": NOW, "subject": "maria@example.test"}
    body = {"events": [{"id": "before", **event}]}
    await client.post("/v1/events", json=body, headers=owner_headers)
    path = "/v1/subjects/maria%40example.test/consents/analytics"
    kept = (await client.put(path, headers=owner_headers)).json()["subject"]
    body = {"events": [{"id": "after", **event}]}
    await client.post("/v1/events", json=body, headers=owner_headers)
    assert await _subjects(services, UUID(me["workspace"]["id"])) == {"before": None, "after": kept}


async def _subjects(services: Services, workspace_id: UUID) -> dict[str, str | None]:
    async with services.database.transaction(workspace_id) as session:
        connection = await session.connection()
        rows = await connection.exec_driver_sql("SELECT id, subject FROM events")
        return dict(tuple(row) for row in rows)


async def test_consent(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    path = "/v1/subjects/ana/consents"
    assert (await client.get(path, headers=owner_headers)).json() == {"items": []}
    assert (await client.get(f"{path}/training", headers=owner_headers)).status_code == 404
    assert (await client.put(f"{path}/training", headers=owner_headers)).json()["granted"] is True
    assert (await client.get(f"{path}/training", headers=owner_headers)).status_code == 200
    await client.delete(f"{path}/training", headers=owner_headers)
    assert (await client.get(f"{path}/training", headers=owner_headers)).status_code == 404
    (said,) = (await client.get(path, headers=owner_headers)).json()["items"]
    assert said["granted"] is False
    assert (await client.put(f"{path}/world-peace", headers=owner_headers)).status_code == 422
