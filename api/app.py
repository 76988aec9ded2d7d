"""The application: every part put together.  Nothing is opened before the first request."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import available_timezones

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from api import pages, problems, verdicts
from api.attempts import Attempts
from api.callers import Doorman
from api.deps import Services
from api.headers import Envelope
from api.limits import UPLOAD_LIMIT, UPLOADS, BodyLimit
from api.metrics import Metrics
from api.openapi import documented
from api.parts import Parts
from api.passwords import Passwords
from api.pseudonyms import Pseudonyms
from api.ranking import Ranking
from api.replies import Replayed, on_replayed
from api.routes import (
    audience,
    campaigns,
    catalogue,
    chat,
    checks,
    consents,
    contents,
    decisions,
    events,
    feed,
    health,
    keys,
    learning,
    measures,
    media,
    members,
    models,
    posts,
    progress,
    sign_in,
    variants,
    voice,
)
from api.sessions import Sessions
from api.tenants import Tenants
from api.together import Together
from api.tokens import AccessTokens, signing_key
from connectors.spec import known_specs
from smartcontent import __version__
from smartcontent.errors import SmartContentError
from store.secrets import master_key

# Paths are tried in this order, so what is asked most comes first.
ROUTERS: Sequence[APIRouter] = (
    decisions.router,
    events.router,
    sign_in.router,
    members.router,
    keys.router,
    contents.router,
    variants.router,
    checks.router,
    media.router,
    campaigns.router,
    progress.router,
    posts.router,
    voice.router,
    consents.router,
    audience.router,
    learning.router,
    measures.router,
    catalogue.router,
    models.router,
    chat.router,
    feed.router,
    health.router,
    pages.router,
    verdicts.router,
)
STATIC = Path(__file__).parent / "static"
NO_PLACE = {"localtime"}  # where the server happens to stand


def create_app(
    services: Services, *, passwords: Passwords | None = None, stream_seconds: float = 600.0
) -> FastAPI:
    """The HTTP door over the given services.

    `stream_seconds` is how long one event stream is kept; browsers connect again by themselves.
    """
    app = FastAPI(
        title="SmartContent",
        version=__version__,
        summary="Writes what the source supports, decides, publishes never blindly twice, learns.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        docs_url=None,  # they load scripts from elsewhere; the document is at /openapi.json
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    parts = make_parts(services, passwords or Passwords(), stream_seconds)
    app.state.services = services
    app.state.parts = parts
    app.add_middleware(BodyLimit, larger={UPLOADS: UPLOAD_LIMIT})
    app.add_middleware(Envelope, metrics=parts.metrics)
    _add_refusals(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.openapi = documented(app, _closed_lists(services))  # type: ignore[method-assign]
    return app


def make_parts(services: Services, passwords: Passwords, stream_seconds: float) -> Parts:
    secret = services.settings.secret_key
    master = master_key(secret.get_secret_value() if secret else None, services.settings.data_dir)
    access = AccessTokens(signing_key(master), clock=services.clock)
    metrics, pseudonyms = Metrics(), Pseudonyms(services.vault)
    ranking = Ranking(services, pseudonyms, Tenants(), metrics)
    return Parts(
        services=services,
        passwords=passwords,
        sessions=Sessions(services, passwords, access, Attempts(services.clock)),
        doorman=Doorman(services, access),
        pseudonyms=pseudonyms,
        metrics=metrics,
        ranking=ranking,
        ranked=Together(ranking.in_one_transaction),
        stream_seconds=stream_seconds,
    )


def _closed_lists(services: Services) -> Mapping[str, Sequence[str]]:
    policies = services.policies.kinds.names
    known = known_specs(services.connectors)
    return {
        "platforms": sorted(services.connectors), "known_platforms": list(known),
        "time_zones": sorted(available_timezones() - NO_PLACE),
        "policies": policies,
    }  # fmt: skip


def _add_refusals(app: FastAPI) -> None:
    async def on_http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            error.headers = {"Allow": ", ".join(_methods(app, request))}
        return await problems.on_http(request, error)

    app.add_exception_handler(SmartContentError, problems.on_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, problems.on_invalid)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, on_http)  # type: ignore[arg-type]
    app.add_exception_handler(Replayed, on_replayed)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, problems.on_bug)


def _methods(app: FastAPI, request: Request) -> list[str]:
    """All methods of a path (RFC 9110, 15.5.6); the framework names the first route's alone."""
    path = request.scope["path"]
    found: set[str] = set()
    for route in iter_route_contexts(app.routes):
        form = getattr(route, "path_regex", None)
        if form is not None and form.match(path):
            found |= route.methods or set()
    return sorted(found)
