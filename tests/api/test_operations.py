"""Every route has its rights, and every role gets exactly what the table gives it."""

from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api import pages, verdicts
from api.app import create_app
from api.deps import Services
from api.door import Door
from api.operations import OPERATIONS, roles_of
from smartcontent.content import Role
from smartcontent.errors import SetupProblem
from tests.api.services import cheap_passwords
from tests.isolation.requests import Attempt, Generator
from tests.isolation.tenants import ROLES, Tenant, add_member, sign_up

# What a stranger may do without any credential.
PUBLIC = {
    "create_workspace", "sign_in", "refresh", "sign_out",
    "get_feed", "get_feed_picture", "healthz", "readyz", "metrics",
}  # fmt: skip


def test_every_route_has_rights_and_every_right_a_route(app: FastAPI) -> None:
    screens = {
        route.name
        for screen in (pages, verdicts)
        for route in screen.router.routes
        if isinstance(route, APIRoute)
    }
    routes = [
        route.name
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and route.name not in screens
    ]
    assert sorted(map(str, routes)) == sorted(OPERATIONS)
    assert {name for name, access in OPERATIONS.items() if access == "public"} == PUBLIC
    documented = {
        operation["operationId"]
        for path in app.openapi()["paths"].values()
        for operation in path.values()
    }
    assert documented == set(OPERATIONS)


def test_control_a_route_without_rights_does_not_start() -> None:
    router = APIRouter(route_class=Door)

    async def read_everything() -> str:
        return "everything"

    with pytest.raises(SetupProblem, match="read_everything"):
        router.get("/everything")(read_everything)


def _one_each(app: FastAPI) -> list[Attempt]:
    """One well-formed request for each operation, about things that do not exist."""
    kinds = ("content", "campaign", "post")
    ids = {kind: [str(uuid4())] for kind in kinds} | {"subject": ["maria"], "hash": ["0" * 64]}
    nobody = Tenant("nobody", uuid4(), ids=ids)
    attempts = Generator(app.openapi(), nobody, frozenset(PUBLIC)).attempts()
    found: dict[str, Attempt] = {}
    for attempt in attempts:
        found.setdefault(attempt.operation, attempt)
    return list(found.values())


async def _status(client: httpx.AsyncClient, attempt: Attempt, headers: dict[str, str]) -> int:
    files = {"file": ("a.txt", b"some words", "text/plain")} if attempt.file else None
    answer = await client.request(
        attempt.method, attempt.path, params=attempt.query, json=attempt.body, files=files,
        headers=headers,
    )  # fmt: skip
    return answer.status_code


async def _wrong(
    client: httpx.AsyncClient, attempts: list[Attempt], holders: dict[Role, dict[str, str]]
) -> list[str]:
    """Where an answer is not the one the table promises."""
    wrong = []
    for attempt in attempts:
        if (status := await _status(client, attempt, {})) != 401:
            wrong.append(f"nobody: {attempt.operation}: {status}")
        for role, headers in holders.items():
            status = await _status(client, attempt, headers)
            denied = role not in roles_of(attempt.operation)
            if (status == 403) != denied or status in (401, 405) or status >= 500:
                wrong.append(f"{role}: {attempt.operation}: {status}")
    return wrong


@pytest.fixture(scope="module")
async def holders(client: httpx.AsyncClient) -> dict[Role, dict[str, str]]:
    tenant = await sign_up(client, f"roles{uuid4().hex[:8]}")
    for role in ROLES[1:]:
        await add_member(client, tenant, role)
    return {role: tenant.credentials[role] for role in ROLES}


async def test_every_role_and_every_operation(
    app: FastAPI, client: httpx.AsyncClient, holders: dict[Role, dict[str, str]]
) -> None:
    attempts = _one_each(app)
    assert len(attempts) == len(OPERATIONS) - len(PUBLIC)
    assert await _wrong(client, attempts, holders) == []


async def test_control_a_wrong_right_is_found(
    services: Services, holders: dict[Role, dict[str, str]]
) -> None:
    """An operation behind another one's door is noticed for every role it concerns."""
    app = create_app(services, passwords=cheap_passwords())
    attempts = [attempt for attempt in _one_each(app) if attempt.operation == "list_members"]
    router = APIRouter()

    @router.get("/v1/members")
    async def list_members() -> str:
        return "everybody"

    app.include_router(router)
    app.router.routes.insert(0, app.router.routes.pop())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        found = await _wrong(client, attempts, holders)
    assert [line.partition(":")[0] for line in found] == ["nobody", "editor", "reviewer", "analyst"]
