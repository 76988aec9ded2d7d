"""Posts: looked at, approved or not, and where they stand."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field, StringConstraints

from api.bodies import Body, Id, Note, Passage, Word
from api.callers import CurrentCaller
from api.deps import Serving, Work
from api.door import Door
from api.paging import After, Limit, Page, page
from api.problems import answers
from api.replies import KeyedOnce, KeyedWork, Once, working
from smartcontent.publishing import Post, PostState
from store.posts import Posts
from tools.approve_post import approve
from tools.review_post import Yes
from tools.start_campaign import wake

router = APIRouter(prefix="/v1/posts", route_class=Door, tags=["posts"])
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class NewApproval(Body):
    """Yes to exactly the text with this hash.

    `text`, or the words of another variant of the campaign, replaces it before it is approved.
    `override` names the rules whose findings were read and are set aside; `note` says why.
    """

    content_hash: Hash
    note: Note = ""
    text: Passage | None = None
    variant_id: Id | None = None
    override: Annotated[list[Word], Field(max_length=50)] = []


class Rejection(Body):
    note: Note = ""


@router.get("")
async def list_posts(
    session: Work,
    campaign_id: Annotated[Id | None, Query()] = None,
    state: PostState | None = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[Post]:
    """Posts, newest first, of one campaign or in one state if asked so."""
    posts = await Posts(session).list(
        campaign_id=campaign_id, state=state, after=after, limit=limit + 1
    )
    return page(posts, limit)


@router.get("/{post_id:uuid}", responses=answers(404))
async def get_post(post_id: Id, session: Work) -> Post:
    """One post: its text, where and when, and what became of it."""
    return await Posts(session).get(post_id)


@router.post("/{post_id:uuid}/approve", responses=answers(404, 409), dependencies=[KeyedOnce])
async def approve_post(
    post_id: Id,
    body: NewApproval,
    caller: CurrentCaller,
    services: Serving,
    request: Request,
    keyed: KeyedWork,
) -> Post:
    """Approve what was looked at, byte for byte; what was changed since is not approved.

    Another text is checked like the product's own: errors refuse it (`text-blocked`) unless each
    rule is overridden, warnings are kept with the approval.
    """
    yes = Yes(
        post_id,
        body.content_hash,
        text=body.text,
        variant_id=body.variant_id,
        note=body.note,
        override=tuple(body.override),
    )
    return await approve(partial(working, request, keyed), services.checking, caller, yes)


@router.post("/{post_id:uuid}/reject", responses=answers(404, 409), dependencies=[Once])
async def reject_post(post_id: Id, body: Rejection, caller: CurrentCaller, session: Work) -> Post:
    """Say no.  The post is not published and its decision teaches the learner nothing."""
    posts = Posts(session)
    await posts.reject(post_id, by=caller.member_id, note=body.note)
    post = await posts.get(post_id)
    await wake(session, caller, post.campaign_id)
    return post


@router.post("/{post_id:uuid}/cancel", responses=answers(404, 409), dependencies=[Once])
async def cancel_post(post_id: Id, session: Work) -> Post:
    """Take a post back.  Once this is answered it will never be published."""
    await Posts(session).cancel(post_id)
    return await Posts(session).get(post_id)
