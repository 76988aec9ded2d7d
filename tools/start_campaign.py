"""Start a campaign: the run is queued in the same transaction, the worker does the rest."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from smartcontent import Given, tool
from smartcontent.content import Caller, Platform
from smartcontent.errors import Conflict, NotFound, PastTime
from smartcontent.publishing import Campaign, CampaignSettings
from smartcontent.scopes import require
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Session
from store.queue import Queue
from store.runs import Runs
from store.segments import Segments
from tools.learn_voice import learn_voice
from tools.platforms import Platforms

RUN = "run_campaign"
EVERYONE = "everyone"  # where there are no groups yet
Tone = Annotated[str, Field(max_length=100)]
FARTHEST = timedelta(days=3_653)  # the calendar ends in 9999, and slots lie behind the start


@tool(scope="campaigns:write", effect=True)
async def start_campaign(
    content_id: UUID,
    platforms: tuple[Platform, ...] = ("sandbox",),
    posts: Annotated[int, Field(ge=1, le=10)] = 3,
    not_before: AwareDatetime | None = None,
    within_hours: Annotated[int, Field(ge=0, le=24 * 31)] = 72,
    tone: Tone | None = None,
    tones: Annotated[dict[str, Tone], Field(max_length=50)] | None = None,
    auto_approve: bool = False,
    *,
    caller: Given[Caller],
    session: Given[Session],
    available: Given[Platforms],
) -> Campaign:
    """Start a campaign for a content: it is analysed, written, checked and scheduled.

    `tone` is joyful, warm, curious, surprised, worried, sad, angry or neutral, measured on every
    text; `tones` are others for single segments, by name.  Its posts then wait for approval.
    `auto_approve` publishes without asking again and needs the right to approve.

    Examples: "start a campaign for my article about bread", "launch a campaign with 3 posts",
    "publish my article on mastodon", "promote this article tomorrow"
    """
    available.require(platforms)
    _require_soon(not_before)
    if auto_approve:
        require(caller, "posts:approve")
    settings = CampaignSettings(
        platforms=platforms,
        posts=posts,
        not_before=not_before,
        within_hours=within_hours,
        tone=tone,
        tones=tones or {},
        auto_approve=auto_approve,
    )
    await Contents(session).get(content_id)
    await _require_segments(session, settings.tones)
    await learn_voice(session)
    campaign = await Campaigns(session).add(content_id, settings, created_by=caller.member_id)
    await wake(session, caller, campaign.id)
    return campaign


async def wake(session: Session, caller: Caller, campaign_id: UUID) -> None:
    """Tell the worker to look at a campaign's run once this transaction commits."""
    run = await Runs(session).of(campaign_id)
    ids = {"workspace_id": str(caller.workspace_id), "run_id": str(run.id)}
    await Queue(session).defer(RUN, ids, key=f"run:{run.id}")


async def _require_segments(session: Session, asked: Collection[str]) -> None:
    """Raises NotFound for a name that is no segment's: a slip would go by unnoticed."""
    if not asked:
        return
    segments = await Segments(session).list()
    names = [EVERYONE, *(segment.name for segment in segments if not segment.everyone)]
    known = {name.casefold() for name in (*names, *(str(segment.id) for segment in segments))}
    for name in asked:
        if name.casefold() not in known:
            raise NotFound(
                f"There is no segment {name}.",
                todo=f"Choose among: {', '.join(names)}.",
                segment=name,
            )


def _require_soon(at: datetime | None) -> None:
    now = datetime.now(UTC)
    if at is not None and at <= now:
        raise PastTime(
            f"{at.isoformat()} is in the past.",
            todo="Give a time to come, with its zone, such as 2030-01-01T09:00:00Z.",
            not_before=at.isoformat(),
            now=now.isoformat(),
        )
    if at is not None and at > now + FARTHEST:
        raise Conflict(
            f"{at.isoformat()} is more than ten years away.",
            todo="Give an earlier time.",
            not_before=at.isoformat(),
        )
