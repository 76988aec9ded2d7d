"""Generated tests over a real socket: every phase, every check, no failure allowed.

`SMARTCONTENT_EXAMPLES=200 python -m pytest tests/api/test_schemathesis.py` looks harder.
"""

import os
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from api.app import create_app
from store.database import Database
from tests.api.generated import generate
from tests.api.live import Opened, serving
from tests.api.services import cheap_passwords, make_services

EXAMPLES = int(os.environ.get("SMARTCONTENT_EXAMPLES", "3"))


def _owner(url: str) -> dict[str, str]:
    body = {
        "workspace": "House",
        "name": "Owner",
        "email": "generated@example.test",
        "password": "a long password",
    }
    answer = httpx.post(f"{url}/v1/workspaces", json=body)
    return {"Authorization": f"Bearer {answer.json()['tokens']['access_token']}"}


@pytest.mark.timeout(1_800)
def test_no_generated_request_finds_a_fault(database: Database, tmp_path: Path) -> None:
    async def open_app() -> Opened:
        own = Database(database.url)
        services = make_services(own, tmp_path)
        app = create_app(services, passwords=cheap_passwords(), stream_seconds=0.2)
        return app, own.close

    with serving(open_app) as url:
        outcome = generate(url, _owner(url), examples=EXAMPLES)
    assert outcome.failures == {}
    assert outcome.errors == []
    assert outcome.cases["coverage"] > 1_000 and outcome.cases["fuzzing"] > 100


class Sum(BaseModel):
    total: int


def _faulty() -> FastAPI:
    """A careless application: wrong types accepted, wrong shapes told, a crash, a false Allow."""
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get("/sum", response_model=None, responses={200: {"model": Sum}})
    async def add(first: str = "1", second: str = "2") -> dict[str, str]:
        return {"total": first + second}

    @app.post("/share")
    async def share(count: dict[str, int]) -> float:
        return 1 / len(count)

    return app


def test_control_faults_are_found() -> None:
    async def nothing() -> None:
        return None

    async def open_app() -> Opened:
        return _faulty(), nothing

    with serving(open_app) as url:
        outcome = generate(url, {}, examples=5)
    found = {failure.partition(":")[0] for failure in outcome.failures}
    assert {"response_schema_conformance", "not_a_server_error", "negative_data_rejection"} <= found
