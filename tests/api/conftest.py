"""The application over a real database, with small fakes where a model would be slow."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from uuid_utils.compat import uuid7

from api.app import create_app
from api.deps import Services
from store.database import Database
from tests.api.services import cheap_passwords, make_services


@pytest.fixture(scope="session")
def services(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Everything a request may use, over the session's database."""
    return make_services(database, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def app(services: Services) -> FastAPI:
    return create_app(services, passwords=cheap_passwords(), stream_seconds=1.0)


@pytest.fixture(scope="session")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Talks to the application in this process, as from this machine."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def owner_headers(client: httpx.AsyncClient) -> dict[str, str]:
    """The credential of the owner of a fresh workspace."""
    body = {
        "workspace": "House",
        "name": "Owner",
        "email": f"{uuid7()}@example.test",
        "password": "a long password",
    }
    answer = await client.post("/v1/workspaces", json=body)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['tokens']['access_token']}"}
