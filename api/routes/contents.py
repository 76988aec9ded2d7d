"""Contents: what the creator wrote, as uploaded and as read, with every version."""

import asyncio
from hashlib import sha256
from typing import Annotated, Literal, TypedDict
from uuid import UUID

from fastapi import APIRouter, Header, HTTPException, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.bodies import INTEGRAL, Body, Id, Line, Passage
from api.callers import CurrentCaller
from api.deps import Serving, Work, open_transaction
from api.door import Door
from api.paging import After, Limit, Page, page
from api.problems import answers
from api.replies import KeyedOnce, KeyedWork, working
from api.uploads import TEXT_FORM, Form, form_body, part_of, read_text, require_fields
from smartcontent.content import Analysis, Content
from smartcontent.errors import NotFound
from store.contents import Analyses, Contents
from tools.analyse_content import analyse_content as analyse
from tools.bring_content import bring_content, remember_soon
from tools.convert_document import LIMIT
from tools.read_content import read
from tools.read_link import read_link

router = APIRouter(prefix="/v1/contents", route_class=Door, tags=["contents"])
Format = Literal["text", "markdown", "html"]
MEDIA_TYPES: dict[Format, str] = {
    "text": "text/plain",
    "markdown": "text/markdown",
    "html": "text/html",
}
Link = Annotated[
    str, StringConstraints(max_length=2_000, pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[!-~]*)?$")
]
Tag = Annotated[str | None, Header(include_in_schema=False)]


class Changes(TypedDict, total=False):
    """What an edit may change; None leaves it as it is."""

    title: str | None
    link: str | None
    text: str
    source: str


class NewContent(Body):
    """A text, and how it is marked up."""

    text: Passage
    title: Line | None = None
    format: Format = "text"
    link: Link | None = None


class NewLink(Body):
    """Where a text lives on the web."""

    link: Link
    title: Line | None = None


class Edit(Body):
    """Changes to a content; `version` is the one that was changed."""

    version: Annotated[int, Field(ge=1, le=10**9), INTEGRAL]
    text: Passage | None = None
    title: Line | None = None
    link: Link | None = None


class Listed(BaseModel):
    """A content in a list: its text is in GET /v1/contents/{content_id}."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    title: str
    format: Format
    link: str | None
    version: int
    characters: int
    pictures: int
    created_at: AwareDatetime

    @classmethod
    def of(cls, content: Content) -> "Listed":
        return cls(
            id=content.id,
            title=content.title,
            format=content.format,
            link=content.link,
            version=content.version,
            characters=len(content.text),
            pictures=len(content.media),
            created_at=content.created_at,
        )


@router.get("")
async def list_contents(session: Work, after: After = None, limit: Limit = 50) -> Page[Listed]:
    """The creator's contents, newest first."""
    rows = await Contents(session).list(after=after, limit=limit + 1)
    return page([Listed.of(content) for content in rows], limit)


@router.post("", status_code=201, dependencies=[KeyedOnce])
async def create_content(
    body: NewContent, caller: CurrentCaller, request: Request, keyed: KeyedWork, response: Response
) -> Content:
    """Bring a text.  Marks, front matter and machinery are left out of what is read."""
    reading = await asyncio.to_thread(
        read, body.text, body.title or "text", MEDIA_TYPES[body.format]
    )
    async with working(request, keyed) as session:
        content = await bring_content(session, caller, reading, title=body.title, link=body.link)
    return _shown(content, response, created=True)


@router.post(
    "/upload",
    status_code=201,
    openapi_extra=form_body(TEXT_FORM),
    responses=answers(415),
    dependencies=[KeyedOnce],
)
async def upload_content(
    form: Form, caller: CurrentCaller, request: Request, keyed: KeyedWork, response: Response
) -> Content:
    """Bring a file: text, Markdown, HTML, PDF, DOCX, or the subtitles of a video (SRT, WebVTT)."""
    require_fields(form, required={"file"})
    reading = await read_text(await part_of(form, "file", LIMIT))
    async with working(request, keyed) as session:
        content = await bring_content(session, caller, reading)
    return _shown(content, response, created=True)


@router.post("/link", status_code=201, dependencies=[KeyedOnce])
async def bring_link(
    body: NewLink,
    caller: CurrentCaller,
    services: Serving,
    request: Request,
    keyed: KeyedWork,
    response: Response,
) -> Content:
    """Bring the article at a public address; private addresses are never asked.

    Menus, banners and comments around it are left out.
    """
    reading = await read_link(body.link, services.fetch)
    async with working(request, keyed) as session:
        content = await bring_content(session, caller, reading, title=body.title)
    return _shown(content, response, created=True)


@router.get("/{content_id:uuid}", response_model=Content, responses=answers(404))
async def get_content(
    content_id: Id, session: Work, response: Response, if_none_match: Tag = None
) -> Content | Response:
    """One content: its text as read, its source as uploaded, its pictures."""
    content = await Contents(session).get(content_id)
    if if_none_match == etag(content):
        return Response(status_code=304, headers={"ETag": etag(content)})
    return _shown(content, response)


@router.patch("/{content_id:uuid}", responses=answers(404, 409))
async def edit_content(
    content_id: Id,
    body: Edit,
    caller: CurrentCaller,
    request: Request,
    response: Response,
    if_match: Tag = None,
) -> Content:
    """Make a new version.  `version` (or If-Match) is the one the change was made to."""
    async with open_transaction(request) as session:
        before = await Contents(session).get(content_id)
    if if_match is not None and if_match not in ("*", etag(before)):
        raise HTTPException(412, "Somebody else edited this content first")
    changes = await _changes(body, before)
    async with open_transaction(request) as session:
        after = await Contents(session).edit(content_id, version=body.version, **changes)
        await remember_soon(session, caller, content_id)
    return _shown(after, response)


@router.delete("/{content_id:uuid}", status_code=204, responses=answers(404, 409))
async def delete_content(content_id: Id, caller: CurrentCaller, session: Work) -> Response:
    """Delete a content with its versions and pictures."""
    await Contents(session).delete(content_id)
    await remember_soon(session, caller, content_id)
    return Response(status_code=204)


@router.get("/{content_id:uuid}/versions", responses=answers(404))
async def list_versions(content_id: Id, session: Work) -> Page[Content]:
    """Every version of a content, newest first."""
    return Page(items=await Contents(session).versions(content_id))


@router.post("/{content_id:uuid}/analysis", responses=answers(404))
async def analyse_content(content_id: Id, caller: CurrentCaller, services: Serving) -> Analysis:
    """Analyse a content as it stands now, and keep what was found."""
    return await analyse(
        content_id, caller=caller, database=services.database, analysing=services.analysing
    )


@router.get("/{content_id:uuid}/analysis", responses=answers(404))
async def get_analysis(content_id: Id, session: Work) -> Analysis:
    """What the analyst found: language, topics, claims with their places, tone."""
    await Contents(session).get(content_id)
    found = await Analyses(session).of(content_id)
    if found is None:
        raise NotFound(
            "This content has not been analysed yet.",
            todo=f"Analyse it: POST /v1/contents/{content_id}/analysis",
            id=content_id,
        )
    return found


def etag(content: Content) -> str:
    """Names exactly this state of a content, its pictures included."""
    state = content.model_dump_json().encode()
    return f'"{content.version}-{sha256(state).hexdigest()[:16]}"'


def _shown(content: Content, response: Response, *, created: bool = False) -> Content:
    response.headers["ETag"] = etag(content)
    if created:
        response.headers["Location"] = f"/v1/contents/{content.id}"
    return content


async def _changes(body: Edit, before: Content) -> Changes:
    """What the edit changes; a new text is read like the first one was."""
    changes: Changes = {"title": body.title, "link": body.link}
    if body.text is not None:
        reading = await asyncio.to_thread(read, body.text, before.title, MEDIA_TYPES[before.format])
        changes |= {"text": reading.text, "source": reading.source}
    return changes
