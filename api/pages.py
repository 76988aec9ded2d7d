"""The first screen: server-rendered pages for a person with a browser and no patience.

Pages are made of the same tool functions and repositories as the API; they add a session cookie,
which the doorman takes only from our own pages.
"""

import asyncio
import re
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from api.callers import SESSION_COOKIE
from api.cards import Refused
from api.home import home
from api.parts import Parts, Using
from api.routes.feed import public_feed
from api.sessions import Tokens
from api.uploads import read_upload
from smartcontent.content import Caller
from smartcontent.errors import NotAuthenticated, SmartContentError
from smartcontent.scopes import Scope, require
from smartcontent.tones import TONES
from store.voice import VoiceRules
from tools.bring_content import bring_content
from tools.convert_document import LIMIT as DOCUMENT_LIMIT
from tools.decode_text import LIMIT
from tools.platforms import Platforms
from tools.read_content import Reading, read
from tools.read_link import Fetch, read_link
from tools.start_campaign import start_campaign

HERE = Path(__file__).parent
REFRESH_COOKIE = "smartcontent_refresh"
MONTH = 30 * 24 * 3600
FEED_LENGTH = 50
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(HERE / "templates")


def show(request: Request, page: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    return templates.TemplateResponse(request, page, values, status_code=status)


def go(address: str) -> RedirectResponse:
    """Look at another page, by GET."""
    return RedirectResponse(address, status_code=303)


async def member(request: Request, parts: Parts, scope: Scope) -> Caller:
    """Who is signed in, if the role may do this.  Raises NotAuthenticated, NotAllowed."""
    caller = await parts.doorman.caller(request)
    require(caller, scope)
    return caller


@router.get("/login")
async def login_page(request: Request) -> HTMLResponse:
    return show(request, "login.html")


@router.post("/login")
async def login(
    request: Request,
    parts: Using,
    email: Annotated[str, Form(max_length=254)],
    password: Annotated[str, Form(max_length=200)],
) -> Response:
    try:
        tokens = await parts.sessions.open(await parts.sessions.log_in(email, password))
    except NotAuthenticated as problem:
        return show(request, "login.html", status=401, problem=problem.detail, email=email)
    return _with_session(go("/"), request, tokens)


@router.post("/logout")
async def logout(request: Request, parts: Using) -> Response:
    if token := request.cookies.get(REFRESH_COOKIE):
        await parts.sessions.log_out(token)
    response = go("/login")
    response.delete_cookie(SESSION_COOKIE)
    response.delete_cookie(REFRESH_COOKIE)
    return response


@router.get("/")
async def first_screen(request: Request, parts: Using, campaign: UUID | None = None) -> Response:
    try:
        caller = await member(request, parts, "campaigns:read")
    except NotAuthenticated:
        return await _renewed(request, parts)
    return await show_home(request, parts, caller, campaign)


@router.post("/contents")
async def bring(
    request: Request,
    parts: Using,
    text: Annotated[str, Form(max_length=LIMIT)] = "",
    file: Annotated[UploadFile | None, File()] = None,
    tone: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Read what was brought and start its campaign."""
    caller = await member(request, parts, "campaigns:write")
    try:
        reading = await _reading(text, file, parts.services.fetch)
        async with parts.services.database.transaction(caller.workspace_id) as session:
            content = await bring_content(session, caller, reading)
            specs = {name: c.spec for name, c in parts.services.connectors.items()}
            campaign = await start_campaign(
                content.id,
                tone=tone or None,
                caller=caller,
                session=session,
                available=Platforms(specs),
            )
    except SmartContentError as problem:
        return await show_home(request, parts, caller, None, problem=problem)
    return go(f"/?campaign={campaign.id}#campaign")


@router.post("/voice/{rule_id}")
async def switch_rule(
    request: Request, parts: Using, rule_id: UUID, enabled: Annotated[bool, Form()]
) -> Response:
    """Switch a rule of the voice on or off."""
    caller = await member(request, parts, "campaigns:write")
    try:
        async with parts.services.database.transaction(caller.workspace_id) as session:
            await VoiceRules(session).change(rule_id, enabled=enabled)
    except SmartContentError as problem:
        return await show_home(request, parts, caller, None, problem=problem)
    return go("/#voice")


@router.post("/chat")
async def ask(
    request: Request, parts: Using, message: Annotated[str, Form(min_length=1, max_length=4000)]
) -> Response:
    """Chat for browsers without scripts: one question, its answer on top of the page."""
    caller = await member(request, parts, "chat:use")
    answer = await parts.services.assistant(caller, None, message)
    return await show_home(request, parts, caller, None, notice=answer.text)


@router.get("/feed/{workspace_id:uuid}")
async def feed(request: Request, parts: Using, workspace_id: UUID) -> HTMLResponse:
    """What was published to the sandbox, for anyone who has the link."""
    name, sandbox = await public_feed(parts.services, workspace_id)
    posts = await asyncio.to_thread(sandbox.posts, workspace_id, FEED_LENGTH)
    return show(request, "feed.html", name=name, workspace_id=workspace_id, posts=posts)


async def _reading(text: str, file: UploadFile | None, fetch: Fetch) -> Reading:
    """A file, a text, or the article at the address that the text is."""
    if file is not None and file.filename:
        data = await read_upload(file, DOCUMENT_LIMIT)
        return await asyncio.to_thread(read, data, file.filename, file.content_type)
    if ADDRESS.fullmatch(text.strip()):
        return await read_link(text.strip(), fetch)
    return await asyncio.to_thread(read, text, "pasted text", "text/markdown")


async def show_home(
    request: Request,
    parts: Parts,
    caller: Caller,
    campaign: UUID | None,
    *,
    problem: SmartContentError | None = None,
    notice: str = "",
    refused: Refused | None = None,
) -> HTMLResponse:
    """The first screen; `refused` is a yes that was not taken, with what the person had sent."""
    async with parts.services.database.transaction(caller.workspace_id) as session:
        shown = await home(session, parts.services, campaign, refused)
    said = {"kind": "bad", "text": str(problem)} if problem else None
    said = {"kind": "", "text": notice} if notice else said
    status = 422 if problem else 200
    return show(request, "home.html", status=status, home=shown, notice=said, tones=TONES)


async def _renewed(request: Request, parts: Parts) -> Response:
    """A new session for who still has the right to one, else the sign-in page."""
    try:
        tokens = await parts.sessions.renew(request.cookies.get(REFRESH_COOKIE, ""))
    except NotAuthenticated:
        return go("/login")
    return _with_session(go(str(request.url)), request, tokens)


def _with_session(response: Response, request: Request, tokens: Tokens) -> Response:
    kept: dict[str, Any] = {
        "httponly": True,
        "samesite": "lax",
        "secure": request.url.scheme == "https",
    }
    response.set_cookie(SESSION_COOKIE, tokens.access_token, max_age=tokens.expires_in, **kept)
    response.set_cookie(REFRESH_COOKIE, tokens.refresh_token, max_age=MONTH, **kept)
    return response
