"""Signing up, in and out: a password for tokens (OAuth 2.0, RFC 6749), tokens for new ones."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.bodies import CLOSED, Body, Key, Line
from api.callers import CurrentCaller
from api.deps import Work
from api.door import Door
from api.parts import Using
from api.problems import answers
from api.sessions import Tokens
from api.workspaces import Founder, found, require_open
from learning.timing import zone_of
from smartcontent.content import Member, Role, Workspace
from store.members import Members
from store.workspaces import Workspaces

EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"
Email = Annotated[str, StringConstraints(max_length=254, pattern=EMAIL)]
TimeZone = Annotated[
    str, Field(min_length=1, max_length=100, json_schema_extra={CLOSED: "time_zones"})
]
Password = Annotated[str, StringConstraints(min_length=10, max_length=200)]

router = APIRouter(prefix="/v1", route_class=Door, tags=["signing in"])


class SignUp(Body):
    """A new workspace and its owner."""

    workspace: Line
    name: Line
    email: Email
    password: Password


class Founded(BaseModel):
    """A new workspace, its owner, and the tokens to begin with."""

    model_config = ConfigDict(extra="forbid")

    workspace: Workspace
    member: Member
    tokens: Tokens


class NewClock(Body):
    """Where the creator lives: hours, days and times of the week are told in this zone."""

    time_zone: TimeZone


class NewHoldback(Body):
    """The share of people (for posts: of decisions) whom learning does not reach: what it earned
    is told by comparing with them.  0 tells nothing; more tells it sooner and costs more."""

    share: float = Field(ge=0.0, le=0.5)


class Refresh(Body):
    refresh_token: Key


class Me(BaseModel):
    """Who the credential speaks for; an API key has no member."""

    model_config = ConfigDict(extra="forbid")

    workspace: Workspace
    member: Member | None
    role: Role
    scopes: list[str]


@router.post("/workspaces", status_code=201, responses=answers(403, 409))
async def create_workspace(body: SignUp, parts: Using) -> Founded:
    """Open a workspace.  Open to anyone where the server listens on loopback alone, else closed."""
    require_open(parts.services)
    founder = Founder(body.workspace, body.email, body.name, body.password)
    workspace, member = await found(parts.services, parts.passwords, founder)
    tokens = await parts.sessions.open(member)
    return Founded(workspace=workspace, member=member, tokens=tokens)


@router.post("/auth/token", responses=answers(401, 429))
async def sign_in(
    parts: Using,
    grant_type: Annotated[Literal["password"], Form()],
    username: Annotated[str, Form(min_length=1, max_length=254)],
    password: Annotated[str, Form(min_length=1, max_length=200)],
) -> Tokens:
    """Exchange an e-mail address and a password for an access and a refresh token."""
    return await parts.sessions.open(await parts.sessions.log_in(username, password))


@router.post("/auth/refresh", responses=answers(401))
async def refresh(body: Refresh, parts: Using) -> Tokens:
    """Exchange a refresh token for new tokens.  Each works once: using one twice ends them all."""
    return await parts.sessions.renew(body.refresh_token)


@router.post("/auth/logout", status_code=204)
async def sign_out(body: Refresh, parts: Using) -> Response:
    """End the session of a refresh token.  Unknown tokens are ended already."""
    await parts.sessions.log_out(body.refresh_token)
    return Response(status_code=204)


@router.get("/me")
async def get_me(caller: CurrentCaller, session: Work) -> Me:
    """Who the credential speaks for, and what it may do."""
    member = await Members(session).get(caller.member_id) if caller.member_id else None
    return Me(
        workspace=await Workspaces(session).get(),
        member=member,
        role=caller.role,
        scopes=sorted(caller.scopes),
    )


@router.put("/workspace/clock")
async def set_clock(body: NewClock, session: Work) -> Workspace:
    """Tell this workspace's hours and days in a time zone, summer time included.

    It counts at once: for best times, the hours of segments, and the days of insights.
    """
    zone_of(body.time_zone)
    return await Workspaces(session).live_in(body.time_zone)


@router.put("/workspace/holdback")
async def set_holdback(body: NewHoldback, session: Work) -> Workspace:
    """Hold another share back from what was learned; from the next decision on.

    Who is held back at a share stays so at a larger one.
    """
    return await Workspaces(session).hold_back(body.share)
