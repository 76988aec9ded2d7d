"""`python -m benchmarks.serving_server --port N`: the product's server with one more route.

The route does nothing, by the product's own door: the same credential, body, response and
headers, and no learner, no row and no transaction.
"""

import argparse
import asyncio

from fastapi import APIRouter, FastAPI, Response
from uuid_utils.compat import uuid7

from api.callers import CurrentCaller
from api.door import Door
from api.parts import Using
from api.ranking import Rank
from api.routes.decisions import Chosen
from smartcontent.bootstrap import Product
from smartcontent.commands.opening import read_settings, with_product
from smartcontent.commands.serve import server

router = APIRouter(prefix="/v1/nothing", route_class=Door)


@router.post("/rank", status_code=201)
async def rank(body: Rank, caller: CurrentCaller, parts: Using, response: Response) -> Chosen:
    """The first action, whoever asks.  Bears the operation's name, so it needs its right."""
    share, named = 1.0 / len(body.actions), uuid7()
    response.headers["Location"] = f"/v1/decisions/{named}"
    return Chosen(
        id=named,
        chosen=body.actions[0].id,
        propensities={action.id: share for action in body.actions},
        explored=False,
        branch="learned",
        policy="vowpal",
        policy_version="vowpal@0:000000000000",
        personalised=False,
        created_at=parts.services.clock(),
    )


async def serve(product: Product, port: int) -> None:
    settings = product.services.settings.model_copy(update={"port": port})
    ready = server(product, settings)
    app = ready.config.app
    if not isinstance(app, FastAPI):
        raise TypeError("The server's application is a FastAPI.")
    app.include_router(router)
    watching = asyncio.create_task(product.team.policies.watch(product.services.database))
    try:
        await ready.serve()
    finally:
        watching.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    read_settings()
    with_product(lambda product: serve(product, port))


if __name__ == "__main__":
    main()
