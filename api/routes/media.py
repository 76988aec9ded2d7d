"""Pictures of a content: looked into, made anew without their metadata, described in words."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import StringConstraints, TypeAdapter, ValidationError
from uuid_utils.compat import uuid7

from api.bodies import STORABLE, Body, Id, KnownPlatform
from api.callers import CurrentCaller
from api.deps import Serving, Work
from api.door import Door
from api.problems import answers
from api.replies import KeyedOnce, KeyedWork, working
from api.uploads import MULTIPART, Part, part_of, read_form, require_fields
from connectors.spec import spec_for
from smartcontent.content import Media
from smartcontent.errors import InvalidInput, NotFound
from store.contents import Contents
from store.database import Session
from tools.fit_picture import fit_picture
from tools.image_check import BYTES, check_image

KINDS = ("image/png", "image/jpeg", "image/webp", "image/gif")
# Kept pictures are pictures, and yet nothing in them may ever run.
INERT = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=31536000, immutable",
}
Words = Annotated[str, StringConstraints(max_length=1_000, pattern=STORABLE)]
AltText = Annotated[
    Words, Query(description="What the picture shows, for those who cannot see it.")
]
WORDS: TypeAdapter[str] = TypeAdapter(Words)


class Description(Body):
    """What a picture shows, in words; an empty one takes them away."""

    alt_text: Words


BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in KINDS},
    }
}
PICTURE: dict[int | str, dict[str, Any]] = {
    **answers(404),
    200: {"content": {kind: {"schema": {"type": "string"}} for kind in KINDS}},
}

router = APIRouter(
    prefix="/v1/contents/{content_id:uuid}/media", route_class=Door, tags=["contents"]
)


@router.post(
    "", status_code=201, openapi_extra=BODY, responses=answers(404, 415), dependencies=[KeyedOnce]
)
async def attach_media(
    content_id: Id,
    request: Request,
    caller: CurrentCaller,
    services: Serving,
    keyed: KeyedWork,
    response: Response,
    alt_text: AltText = "",
) -> Media:
    """Add a picture: the file itself as the body, or a form with `file` and `alt_text`.

    It is kept without its metadata: no place, no camera, no hidden tail.
    """
    part, said = await _sent(request)
    image = await asyncio.to_thread(check_image, part.data, part.name)
    async with working(request, keyed) as session:
        await Contents(session).get(content_id)
        sha256 = await asyncio.to_thread(services.media.put, caller.workspace_id, image.data)
        media = Media(
            id=uuid7(),
            media_type=image.media_type,
            bytes=len(image.data),
            sha256=sha256,
            alt_text=said or alt_text,
        )
        await Contents(session).attach(content_id, media)
    response.headers["Location"] = f"/v1/contents/{content_id}/media/{media.id}"
    return media


@router.get("/{media_id:uuid}", response_class=Response, responses=PICTURE)
async def get_media(
    content_id: Id,
    media_id: Id,
    caller: CurrentCaller,
    services: Serving,
    session: Work,
    platform: Annotated[
        KnownPlatform | None,
        Query(description="Show it as this platform gets it: cropped, scaled."),
    ] = None,
) -> Response:
    """The picture itself, or as a platform gets it."""
    media = await _find(session, content_id, media_id)
    data = await asyncio.to_thread(services.media.get, caller.workspace_id, media.sha256)
    if platform is None:
        return Response(data, media_type=media.media_type, headers=INERT)
    spec = spec_for(platform, services.connectors)
    fitted = await asyncio.to_thread(fit_picture, data, spec)
    return Response(fitted.data, media_type=fitted.media_type, headers=INERT)


@router.patch("/{media_id:uuid}", responses=answers(404))
async def describe_media(content_id: Id, media_id: Id, body: Description, session: Work) -> Media:
    """Say in words what a picture shows: its alternative text."""
    await _find(session, content_id, media_id)
    await Contents(session).describe(content_id, media_id, body.alt_text)
    return await _find(session, content_id, media_id)


@router.delete("/{media_id:uuid}", status_code=204, responses=answers(404))
async def detach_media(content_id: Id, media_id: Id, session: Work) -> Response:
    """Take a picture away from its content."""
    await _find(session, content_id, media_id)
    await Contents(session).detach(content_id, media_id)
    return Response(status_code=204)


async def _find(session: Session, content_id: Id, media_id: Id) -> Media:
    """A picture by its own content and no other.  Raises NotFound."""
    content = await Contents(session).get(content_id)
    for media in content.media:
        if media.id == media_id:
            return media
    raise NotFound(
        "This content has no such picture.",
        todo="Its pictures are in GET /v1/contents/{content_id}.",
        id=media_id,
    )


async def _sent(request: Request) -> tuple[Part, str]:
    """The picture, and what a form says of it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == MULTIPART:
        form = await read_form(request)
        require_fields(form, required={"file"}, optional={"alt_text"})
        return await part_of(form, "file", BYTES), _words(form.get("alt_text", ""))
    if kind not in KINDS:
        raise HTTPException(415, f"This operation reads {', '.join(KINDS)} or {MULTIPART}")
    return Part(await request.body(), "picture", kind), ""


def _words(said: object) -> str:
    """Raises InvalidInput for a description that is too long, or is a file."""
    try:
        return WORDS.validate_python(said)
    except ValidationError as problem:
        raise InvalidInput(
            f"alt_text: {problem.errors()[0]['msg']}.",
            todo="Describe the picture in 1,000 characters at most.",
        ) from problem
