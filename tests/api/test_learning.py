"""The learner's own affairs through HTTP: rewards, policies, evaluations, several places."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.deps import Services
from graph.trials import evaluate_policy
from store.database import Session
from store.registry import Registry

Headers = dict[str, str]
ACTIONS = [{"id": name, "features": {"strategy": name}} for name in ("story", "quote", "list")]


async def test_the_products_own_rewards_hold_until_others_are_set(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    own = (await client.get("/v1/rewards", headers=owner_headers)).json()
    assert own["version"] == 0 and own["weights"]["click"] == 1.0
    body = {"weights": {"click": 0.25, "like": 0}, "window_minutes": 30, "default": None}
    set_ = await client.put("/v1/rewards", json=body, headers=owner_headers)
    said = set_.json()
    assert (set_.status_code, said["version"], said["window_minutes"]) == (200, 1, 30)
    assert said["weights"]["click"] == 0.25 and "like" not in said["weights"]
    assert said["penalties"] == own["penalties"] and said["default"] is None
    again = await client.put("/v1/rewards", json=body, headers=owner_headers)
    assert again.json() == said == (await client.get("/v1/rewards", headers=owner_headers)).json()


async def test_the_products_own_again_is_the_products_own(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    own = (await client.get("/v1/rewards", headers=owner_headers)).json()
    said = (await client.put("/v1/rewards", json={}, headers=owner_headers)).json()
    assert {**said, "version": 0, "created_at": None} == own


BAD: list[dict[str, Any]] = [
    {"weights": {"stare": 1}}, {"weights": {"click": 101}}, {"weights": {"click": True}},
    {"penalties": {"hide": -1}}, {"low": 1}, {"high": 0}, {"high": 1e999},
    {"window_minutes": 0}, {"default": 11}, {"version": 3},
]  # fmt: skip


@pytest.mark.parametrize("body", BAD, ids=str)
async def test_rewards_refused(
    client: httpx.AsyncClient, owner_headers: Headers, body: dict[str, Any]
) -> None:
    answer = await client.put(
        "/v1/rewards",
        content=str(body).replace("'", '"').replace("True", "true").replace("inf", "1e999"),
        headers={**owner_headers, "content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


async def test_a_policy_in_the_shadow(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    (first,) = (await client.get("/v1/policies", headers=owner_headers)).json()["items"]
    assert (first["kind"], first["state"]) == ("uniform", "in_charge")
    body = {"name": "second", "kind": "uniform"}
    made = await client.post("/v1/policies", json=body, headers=owner_headers)
    assert (made.status_code, made.json()["state"]) == (201, "shadow")
    again = await client.post("/v1/policies", json=body, headers=owner_headers)
    assert (again.status_code, again.json()["code"]) == (409, "already-exists")
    path = made.headers["location"]
    whole = (await client.get(path, headers=owner_headers)).json()
    assert whole == {"policy": made.json(), "snapshots": [], "evaluations": []}
    early = await client.post(f"{path}/promote", headers=owner_headers)
    assert (early.status_code, early.json()["code"]) == (409, "wrong-state")
    assert "was not evaluated" in early.json()["detail"] and early.json()["todo"]
    back = await client.post("/v1/policies/rollback", headers=owner_headers)
    assert (back.status_code, back.json()["code"]) == (409, "wrong-state")
    retired = await client.post(f"{path}/retire", headers=owner_headers)
    assert retired.json()["state"] == "retired"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x", "kind": "oracle"}, 422),
        ({"name": "x", "kind": "uniform", "settings": {"epsilon": 0.1}}, 409),
        ({"name": "x", "kind": "uniform", "settings": {"bits": 40}}, 422),
        ({"name": " ", "kind": "uniform"}, 422),
        ({"name": "x", "kind": "uniform", "since": -1}, 422),
    ],
    ids=str,
)
async def test_policies_refused(
    client: httpx.AsyncClient, owner_headers: Headers, body: dict[str, Any], status: int
) -> None:
    answer = await client.post("/v1/policies", json=body, headers=owner_headers)
    assert answer.status_code == status, answer.text


async def test_promoting_and_rolling_back(
    client: httpx.AsyncClient, owner_headers: Headers, services: Services
) -> None:
    """By an evaluation that was made to say yes: what it says is for `tests/graph`."""
    body = {"name": "second", "kind": "uniform"}
    made = (await client.post("/v1/policies", json=body, headers=owner_headers)).json()
    asked = await client.post(
        "/v1/evaluations", json={"policy_id": made["id"]}, headers=owner_headers
    )
    assert (asked.status_code, asked.json()) == (202, {"policy_id": made["id"]})
    me = (await client.get("/v1/me", headers=owner_headers)).json()
    async with services.database.transaction(UUID(me["workspace"]["id"])) as session:
        await evaluate_policy(session, services.policies, UUID(made["id"]))
        await _say_yes(session)
    path = f"/v1/policies/{made['id']}/promote"
    promoted = await client.post(path, headers=owner_headers)
    assert (promoted.status_code, promoted.json()["state"]) == (200, "in_charge")
    (told,) = (await client.get("/v1/promotions", headers=owner_headers)).json()["items"]
    listed = await client.get(
        "/v1/evaluations", params={"policy_id": made["id"]}, headers=owner_headers
    )
    assert told["evaluation_id"] == listed.json()["items"][0]["id"]
    itself = {"policy_id": made["id"]}
    in_charge = await client.post("/v1/evaluations", json=itself, headers=owner_headers)
    assert in_charge.status_code == 409
    back = (await client.post("/v1/policies/rollback", headers=owner_headers)).json()
    assert (back["name"], back["state"]) == ("uniform", "in_charge")


async def _say_yes(session: Session) -> None:
    assert await Registry(session).shadows()
    connection = await session.connection()
    await connection.exec_driver_sql(
        "UPDATE evaluations SET details = jsonb_set(details::jsonb, '{promote}', 'true')::json"
    )


async def test_several_places_get_different_actions(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    slots = [{"id": "top", "features": {"width": 9}}, {"id": "side"}]
    body = {"actions": ACTIONS, "slots": slots, "context": {"page": "home"}}
    answer = await client.post("/v1/decisions/rank/slots", json=body, headers=owner_headers)
    top, side = answer.json()["items"]
    assert answer.status_code == 201 and (top["slot"], side["slot"]) == ("top", "side")
    first, second = top["decision"], side["decision"]
    assert set(first["propensities"]) == {"story", "quote", "list"}
    assert set(second["propensities"]) == {"story", "quote", "list"} - {first["chosen"]}
    for chosen in (first, second):
        assert sum(chosen["propensities"].values()) == pytest.approx(1.0)
        path = f"/v1/decisions/{chosen['id']}/reward"
        assert (await client.post(path, json={"value": 1}, headers=owner_headers)).is_success
    logged = (await client.get(f"/v1/decisions/{first['id']}", headers=owner_headers)).json()
    assert logged["context"] == {"page": "home", "slot": "top", "width": 9.0}


@pytest.mark.parametrize(
    ("slots", "status"),
    [([{"id": "a"}, {"id": "a"}], 409), ([{"id": str(n)} for n in range(4)], 409), ([], 422)],
    ids=["twice", "too many", "none"],
)
async def test_places_that_cannot_be_filled(
    client: httpx.AsyncClient, owner_headers: Headers, slots: list[dict[str, str]], status: int
) -> None:
    body = {"actions": ACTIONS, "slots": slots}
    answer = await client.post("/v1/decisions/rank/slots", json=body, headers=owner_headers)
    assert answer.status_code == status and answer.json()["detail"]
    listed = await client.get("/v1/decisions", headers=owner_headers)
    assert listed.json()["items"] == []


async def test_nobody_evaluates_what_is_not_there(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    nothing = str(uuid4())
    asked = await client.post("/v1/evaluations", json={"policy_id": nothing}, headers=owner_headers)
    assert asked.status_code == 404
    for path in (f"/v1/policies/{nothing}/promote", f"/v1/policies/{nothing}/retire"):
        assert (await client.post(path, headers=owner_headers)).status_code == 404
