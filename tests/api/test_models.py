"""What a language model may cost, through HTTP: one workspace's word is not another's."""

from uuid import UUID

import httpx

from api.deps import Services
from store.budgets import Budgets
from tests.isolation.tenants import sign_up

Headers = dict[str, str]
FREE = {"spent": 0.0, "limit": None, "remaining": None}


async def test_a_budget_is_set_spent_and_left(
    client: httpx.AsyncClient, services: Services
) -> None:
    ana, ben = [await sign_up(client, f"budget.{name}") for name in ("ana", "ben")]
    own, others = ana.credentials["owner"], ben.credentials["owner"]
    first = (await client.get("/v1/model", headers=own)).json()
    assert (first["model"], first["calls"], first["tokens"]) == (None, 0, FREE)
    body = {"tokens": 1_000, "cost": 2.5}
    said = await client.put("/v1/model/budget", json=body, headers=own)
    assert said.status_code == 200, said.text
    await _spend(services, ana.workspace_id, 400, 600_000)
    now = (await client.get("/v1/model", headers=own)).json()
    assert now["tokens"] == {"spent": 400.0, "limit": 1000.0, "remaining": 600.0}
    assert now["cost"] == {"spent": 0.6, "limit": 2.5, "remaining": 1.9}
    assert now["calls"] == 1
    stranger = (await client.get("/v1/model", headers=others)).json()
    assert (stranger["calls"], stranger["tokens"], stranger["cost"]) == (0, FREE, FREE)
    less = await client.put("/v1/model/budget", json={"tokens": 100}, headers=own)
    assert less.json()["tokens"]["remaining"] == 0.0 and less.json()["cost"]["limit"] is None


async def _spend(services: Services, workspace: UUID, tokens: int, micros: int) -> None:
    async with services.database.transaction(workspace) as session:
        await Budgets(session).reserve(tokens, micros)


async def test_what_is_no_budget(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    for body in ({"tokens": -1}, {"cost": "much"}, {"tokens": 1.5}, {"money": 1}):
        answer = await client.put("/v1/model/budget", json=body, headers=owner_headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input"), body
    assert (await client.get("/v1/model")).status_code == 401
