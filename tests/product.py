"""The product as bootstrap makes it: real database, vectors, embeddings, models; a fresh folder.

Registered as a plugin by the folders that need it, so that one session opens it once and who
does not need it loads nothing of it.
"""

from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from api.app import create_app
from memory import chroma_server
from smartcontent.bootstrap import Product, open_product
from smartcontent.commands.home import Home, home
from smartcontent.commands.world import WorldClock
from smartcontent.settings import Settings
from store.rows import new_id
from store.urls import address, parts


@pytest.fixture(scope="session")
def clock() -> WorldClock:
    return WorldClock()


@pytest.fixture(scope="session")
async def product(
    server_url: str, tmp_path_factory: pytest.TempPathFactory, clock: WorldClock
) -> AsyncIterator[Product]:
    """Everything opened once, over a database and a folder of its own."""
    name, folder = f"test_{int(new_id()) >> 80}_e2e", tmp_path_factory.mktemp("product")
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = address(parts(server_url), dbname=name)
    settings = Settings(_env_file=None, data_dir=folder, database_url=SecretStr(url))
    async with open_product(settings, clock=clock) as opened:
        yield opened
    chroma_server.stop(folder)
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
async def owner(product: Product) -> Home:
    return await home(product)


@pytest.fixture(scope="session")
async def http(product: Product, owner: Home) -> AsyncIterator[httpx.AsyncClient]:
    """The application over HTTP, signed in as its owner."""
    transport = httpx.ASGITransport(create_app(product.services))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        form = {"grant_type": "password", "username": owner.email, "password": owner.password}
        tokens = (await client.post("/v1/auth/token", data=form)).json()
        client.headers["authorization"] = f"Bearer {tokens['access_token']}"
        yield client
