"""Campaigns: one content becoming posts; started here, done by the worker, watched live."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from api.bodies import CLOSED, INTEGRAL, Body, Id, Moment, Word
from api.callers import CurrentCaller
from api.deps import Serving, Work
from api.door import Door
from api.paging import After, Limit, Page, page
from api.problems import answers
from api.replies import Once
from smartcontent.content import Variant
from smartcontent.publishing import Campaign, Post
from store.campaigns import Campaigns
from store.posts import Approval, Posts
from store.runs import Runs, RunStep
from store.variants import Variants
from tools.platforms import Platforms
from tools.start_campaign import start_campaign as start
from tools.start_campaign import wake

router = APIRouter(prefix="/v1/campaigns", route_class=Door, tags=["campaigns"])
Platform = Annotated[Word, Field(json_schema_extra={CLOSED: "platforms"})]


class Settings(Body):
    """How the campaign should go; without `not_before` it begins as soon as posts are approved.

    A tone is joyful, warm, curious, surprised, worried, sad, angry or neutral: it is measured on
    every text.  Any other word is only told to a language model.  `tones` are those for single
    segments, by a segment's name or id.
    """

    platforms: Annotated[list[Platform], Field(min_length=1, max_length=20)] = ["sandbox"]
    posts: Annotated[int, Field(ge=1, le=10), INTEGRAL] = 3
    not_before: Moment | None = None
    within_hours: Annotated[int, Field(ge=0, le=24 * 31), INTEGRAL] = 72
    tone: Word | None = None
    tones: Annotated[dict[Word, Word], Field(max_length=50)] = {}
    auto_approve: bool = False


class NewCampaign(Body):
    content_id: Id
    settings: Settings = Settings()


class WholeCampaign(BaseModel):
    """A campaign with what came of it so far."""

    model_config = ConfigDict(extra="forbid")

    campaign: Campaign
    problem: str | None
    steps: list[RunStep]
    variants: list[Variant]
    posts: list[Post]
    approvals: list[Approval]


@router.get("")
async def list_campaigns(session: Work, after: After = None, limit: Limit = 50) -> Page[Campaign]:
    """The creator's campaigns, newest first."""
    return page(await Campaigns(session).list(after=after, limit=limit + 1), limit)


@router.post("", status_code=202, responses=answers(404, 409), dependencies=[Once])
async def start_campaign(
    body: NewCampaign, caller: CurrentCaller, services: Serving, session: Work, response: Response
) -> Campaign:
    """Start a campaign.  It is queued in the same transaction; the worker does the rest."""
    specs = {name: connector.spec for name, connector in services.connectors.items()}
    asked = body.settings
    campaign = await start(
        body.content_id,
        platforms=tuple(asked.platforms),
        posts=asked.posts,
        not_before=asked.not_before,
        within_hours=asked.within_hours,
        tone=asked.tone,
        tones=asked.tones,
        auto_approve=asked.auto_approve,
        caller=caller,
        session=session,
        available=Platforms(specs),
    )
    response.headers["Location"] = f"/v1/campaigns/{campaign.id}"
    return campaign


@router.get("/{campaign_id:uuid}", responses=answers(404))
async def get_campaign(campaign_id: Id, session: Work) -> WholeCampaign:
    """A campaign with its steps, variants (findings included), posts, and every word on these."""
    campaign = await Campaigns(session).get(campaign_id)
    run = await Runs(session).of(campaign_id)
    return WholeCampaign(
        campaign=campaign,
        problem=run.problem,
        steps=await Runs(session).steps(run.id),
        variants=await Variants(session).of(campaign_id),
        posts=await Posts(session).list(campaign_id=campaign_id, limit=100),
        approvals=await Posts(session).approvals(campaign_id),
    )


@router.post("/{campaign_id:uuid}/cancel", responses=answers(404, 409), dependencies=[Once])
async def cancel_campaign(campaign_id: Id, caller: CurrentCaller, session: Work) -> Campaign:
    """Stop a campaign and every post of it that has not begun to be published."""
    await Runs(session).cancel(campaign_id)
    await wake(session, caller, campaign_id)  # so that its thread goes at once
    return await Campaigns(session).get(campaign_id)
