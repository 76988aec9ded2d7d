"""The public feed of a workspace: what was published to the sandbox, for anyone who has the link.

The one place where a workspace is named by an address and not by a credential: only its name and
what its people approved for publication can be seen here.
"""

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.bodies import Id
from api.deps import Services, Serving
from api.door import Door
from api.problems import answers
from connectors.sandbox import Sandbox
from smartcontent.errors import NotFound
from store.workspaces import Workspaces

RSS = "application/rss+xml"
UNKNOWN = "application/octet-stream"
BEGINNINGS = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}

router = APIRouter(prefix="/feed", route_class=Door, tags=["feed"])


def _returns(*media_types: str) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string"}} for media_type in media_types}
    return {**answers(404), 200: {"content": content}}


@router.get("/{workspace_id:uuid}.rss", response_class=Response, responses=_returns(RSS))
async def get_feed(workspace_id: Id, request: Request, services: Serving) -> Response:
    """The feed as RSS 2.0."""
    name, sandbox = await public_feed(services, workspace_id)
    page = str(request.url).removesuffix(".rss")
    feed = await asyncio.to_thread(sandbox.rss, workspace_id, title=name, link=page)
    return Response(feed, media_type=RSS)


@router.get(
    "/{workspace_id:uuid}/media/{name}",
    response_class=Response,
    responses=_returns(*BEGINNINGS.values(), UNKNOWN),
)
async def get_feed_picture(workspace_id: Id, name: str, services: Serving) -> Response:
    """A picture of a published post."""
    _, sandbox = await public_feed(services, workspace_id)
    data = await asyncio.to_thread(sandbox.media, workspace_id, name)
    kind = next((kind for start, kind in BEGINNINGS.items() if data.startswith(start)), UNKNOWN)
    return Response(data, media_type=kind)


async def public_feed(services: Services, workspace_id: UUID) -> tuple[str, Sandbox]:
    """The workspace's name and its feed.  Raises NotFound."""
    sandbox = services.connectors.get("sandbox")
    if not isinstance(sandbox, Sandbox):
        raise NotFound("There is no feed here.", todo="Connect the sandbox.")
    async with services.database.transaction(workspace_id) as session:
        return (await Workspaces(session).get()).name, sandbox
