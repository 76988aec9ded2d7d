"""One application, and two tenants who do not know each other."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.deps import Services
from store.database import Database
from tests.api.services import cheap_passwords, make_services
from tests.isolation.tenants import Tenant, settle


@dataclass(frozen=True)
class Neighbours:
    """Two tenants of one application."""

    app: FastAPI
    services: Services
    client: httpx.AsyncClient
    ana: Tenant
    ben: Tenant


@pytest.fixture(scope="module")
async def neighbours(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Neighbours]:
    services = make_services(database, tmp_path_factory.mktemp("neighbours"))
    app = create_app(services, passwords=cheap_passwords(), stream_seconds=0.3)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        parts = app.state.parts
        ana = await settle(client, services, parts, "anasecret")
        ben = await settle(client, services, parts, "bensecret")
        yield Neighbours(app, services, client, ana, ben)
