"""What a language model may cost, through HTTP: one workspace's word is not another's."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.app import create_app
from api.deps import Services
from store.budgets import Budgets, Limits
from tests.api.services import cheap_passwords
from tests.isolation.tenants import add_member, sign_up

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


async def test_money_is_the_owners_affair(client: httpx.AsyncClient) -> None:
    tenant = await sign_up(client, "budget.roles")
    await add_member(client, tenant, "editor")
    editor = tenant.credentials["editor"]
    assert (await client.get("/v1/model", headers=editor)).status_code == 200
    refused = await client.put("/v1/model/budget", json={"tokens": 1}, headers=editor)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("granted", "wanted", "status"),
    [
        (Limits(tokens=500), {"tokens": 501}, 409),
        (Limits(tokens=500), {"cost": 1}, 409),  # no limit of tokens is more than any
        (Limits(micros=1_000_000), {"cost": 1.01}, 409),
        (Limits(tokens=500, micros=1_000_000), {"tokens": 500, "cost": 1}, 200),
    ],
)
async def test_nobody_grants_themselves_more_than_the_operator(
    services: Services, granted: Limits, wanted: dict[str, Any], status: int
) -> None:
    app = create_app(replace(services, budget=granted), passwords=cheap_passwords())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        mark = f"granted.{granted.tokens}.{granted.micros}.{len(wanted)}{wanted.get('tokens')}"
        headers = (await sign_up(client, mark)).credentials["owner"]
        usual = (await client.get("/v1/model", headers=headers)).json()["tokens"]["limit"]
        assert usual == granted.tokens
        answer = await client.put("/v1/model/budget", json=wanted, headers=headers)
        assert answer.status_code == status, answer.text
        after = (await client.get("/v1/model", headers=headers)).json()["tokens"]["limit"]
        assert after == granted.tokens
