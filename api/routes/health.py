"""Is it alive, can it work, what does it count."""

import asyncio
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ConfigDict

from api.deps import Serving
from api.door import Door
from api.parts import Using
from api.problems import answers
from api.workspaces import LOOPBACK

NOBODY = UUID(int=0)  # a workspace that never is: asking for it asks whether anybody answers

router = APIRouter(route_class=Door, tags=["machine"])


class Health(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"] = "ok"


class Readiness(Health):
    """Each part that a request needs."""

    database: Literal["ok"] = "ok"
    memory: Literal["ok"] = "ok"


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers."""
    return Health()


@router.get("/readyz", responses=answers(503))
async def readyz(services: Serving) -> Readiness:
    """The database and the vector memory answer too."""
    await services.database.ready()
    await asyncio.to_thread(services.memory.count, NOBODY)
    return Readiness()


@router.get(
    "/metrics",
    response_class=Response,
    responses={**answers(401), 200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request, parts: Using) -> Response:
    """Prometheus metrics: for this machine without a credential, for others with any good one."""
    if request.client is None or request.client.host not in LOOPBACK:
        await parts.doorman.caller(request)
    return Response(parts.metrics.text(), media_type=CONTENT_TYPE_LATEST)
