"""The door's own parts, made once per application from the services."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from api.callers import Doorman
from api.deps import Services
from api.metrics import Metrics
from api.passwords import Passwords
from api.pseudonyms import Pseudonyms
from api.ranking import Rank, Ranking
from api.sessions import Sessions
from api.together import Together
from smartcontent.decision import Decision


@dataclass(frozen=True)
class Parts:
    services: Services
    passwords: Passwords
    sessions: Sessions
    doorman: Doorman
    pseudonyms: Pseudonyms
    metrics: Metrics
    ranking: Ranking
    ranked: Together[Rank, Decision]
    stream_seconds: float


async def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Using = Annotated[Parts, Depends(parts_of)]
