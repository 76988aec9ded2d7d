"""A person's word on a post, said on the first screen: yes, yes all the same, or no."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from api.cards import Refused
from api.pages import go, member, show_home
from api.parts import Parts, Using
from smartcontent.content import Caller, Finding
from smartcontent.errors import InvalidInput, NotFound, SmartContentError
from smartcontent.publishing import Post
from store.posts import Posts
from tools.approve_post import approve
from tools.decode_text import LIMIT
from tools.review_post import Yes
from tools.start_campaign import wake

NOTE = 2_000
router = APIRouter(include_in_schema=False)
Text = Annotated[str | None, Form(max_length=LIMIT)]
Note = Annotated[str, Form(max_length=NOTE)]
Rules = Annotated[list[str], Form(max_length=50)]
Hash = Annotated[str, Form(max_length=64)]


@router.post("/posts/{post_id}/verdict")
async def decide_post(
    request: Request,
    parts: Using,
    post_id: UUID,
    verdict: Annotated[str, Form(pattern="^(approve|override|reject)$")],
    content_hash: Hash,
    text: Text = None,
    note: Note = "",
    override: Rules = [],  # noqa: B006  a form's default is copied
) -> Response:
    """A person's word on one post; what it sets aside counts only with `override`."""
    caller = await member(request, parts, "posts:approve")
    if verdict == "reject":
        return await _rejected(request, parts, caller, post_id, note)
    words = await _words(request, text)
    rules = tuple(override) if verdict == "override" else ()
    yes = Yes(post_id, content_hash, text=words, note=note, override=rules)
    return await _approved(request, parts, caller, yes)


@router.post("/variants/{variant_id}/use")
async def use_variant(
    request: Request,
    parts: Using,
    variant_id: UUID,
    place: Annotated[str, Form(pattern=r"^[0-9a-f-]{36} [0-9a-f]{64}$")],
    note: Note = "",
    override: Rules = [],  # noqa: B006  a form's default is copied
) -> Response:
    """Approve a text that was blocked in the place of a waiting post."""
    caller = await member(request, parts, "posts:approve")
    post_id, content_hash = place.split()
    yes = Yes(
        UUID(post_id), content_hash, variant_id=variant_id, note=note, override=tuple(override)
    )
    return await _approved(request, parts, caller, yes)


async def _words(request: Request, text: str | None) -> str | None:
    """The edit.  An emptied field is one too, though the framework reads it as a missing field."""
    if text is None:
        return "" if "text" in await request.form() else None
    return text.replace("\r\n", "\n")


async def _approved(request: Request, parts: Parts, caller: Caller, yes: Yes) -> Response:
    try:
        post = await _approve(parts, caller, yes)
    except InvalidInput as problem:
        refused = _refused(yes, problem)
        campaign = await _campaign(parts, caller, yes.post_id)
        return await show_home(request, parts, caller, campaign, problem=problem, refused=refused)
    except SmartContentError as problem:
        campaign = await _campaign(parts, caller, yes.post_id)
        return await show_home(request, parts, caller, campaign, problem=problem)
    return go(f"/?campaign={post.campaign_id}#campaign")


async def _approve(parts: Parts, caller: Caller, yes: Yes) -> Post:
    opened = partial(parts.services.database.transaction, caller.workspace_id)
    return await approve(opened, parts.services.checking, caller, yes)


async def _rejected(
    request: Request, parts: Parts, caller: Caller, post_id: UUID, note: str
) -> Response:
    try:
        async with parts.services.database.transaction(caller.workspace_id) as session:
            posts = Posts(session)
            await posts.reject(post_id, by=caller.member_id, note=note)
            post = await posts.get(post_id)
            await wake(session, caller, post.campaign_id)
    except SmartContentError as problem:
        campaign = await _campaign(parts, caller, post_id)
        return await show_home(request, parts, caller, campaign, problem=problem)
    return go(f"/?campaign={post.campaign_id}#campaign")


def _refused(yes: Yes, problem: InvalidInput) -> Refused:
    found = problem.facts.get("findings", ())
    findings = [Finding.model_validate(one) for one in found] if isinstance(found, list) else []
    return Refused(yes.post_id, yes.text, yes.note, findings, yes.variant_id)


async def _campaign(parts: Parts, caller: Caller, post_id: UUID) -> UUID | None:
    """Whose page the person was on, if the post is there at all."""
    async with parts.services.database.transaction(caller.workspace_id) as session:
        try:
            return (await Posts(session).get(post_id)).campaign_id
        except NotFound:
            return None
