"""API keys: shown once, kept as a hash, with no more rights than they need."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.bodies import Body, Id, Line
from api.callers import CurrentCaller
from api.deps import Work, after_commit
from api.door import Door
from api.paging import After, Limit, Page, page
from api.parts import Using
from api.problems import answers
from api.tokens import KeyText, digest
from smartcontent.errors import NotAllowed
from smartcontent.scopes import Scope
from store.api_keys import ApiKey, ApiKeys

router = APIRouter(prefix="/v1/keys", route_class=Door, tags=["people"])


class NewKey(Body):
    """What the key is for, and what it may do."""

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=50)]


class ShownKey(BaseModel):
    """A new key.  `secret` is shown this once and cannot be shown again."""

    model_config = ConfigDict(extra="forbid")

    key: ApiKey
    secret: str


@router.get("")
async def list_keys(session: Work, after: After = None, limit: Limit = 50) -> Page[ApiKey]:
    """The workspace's keys, without their secrets."""
    return page(await ApiKeys(session).list(after=after, limit=limit + 1), limit)


@router.post("", status_code=201)
async def create_key(body: NewKey, caller: CurrentCaller, session: Work) -> ShownKey:
    """Make a key.  Nobody can give a key rights that they do not have."""
    if missing := sorted(set(body.scopes) - caller.scopes):
        raise NotAllowed(
            "A key cannot have rights that its maker lacks.",
            todo="Leave these scopes out, or ask somebody who has them.",
            scopes=missing,
        )
    text = KeyText.new()
    key = await ApiKeys(session).add(
        name=body.name,
        prefix=text.prefix,
        key_hash=digest(str(text)),
        scopes=sorted(set(body.scopes)),
    )
    return ShownKey(key=key, secret=str(text))


@router.delete("/{key_id:uuid}", status_code=204, responses=answers(404))
async def revoke_key(key_id: Id, request: Request, parts: Using, session: Work) -> Response:
    """End a key.  Other server processes notice within five seconds."""
    await ApiKeys(session).revoke(key_id)
    after_commit(request, parts.doorman.forget_keys)
    return Response(status_code=204)
