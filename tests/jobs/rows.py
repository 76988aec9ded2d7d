"""A post ready to be sent, without the campaign that would have made it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from smartcontent.content import Variant
from smartcontent.decision import Action, Decision, Explanation
from smartcontent.publishing import CampaignSettings, Post, PostState
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Database
from store.decisions import Decisions
from store.posts import Posts
from store.variants import Variants

TEXT = "Neighbours borrow a drill for a week.  Zwei Leerzeichen, ein Emoji: 🛠️"


@dataclass(frozen=True)
class Ready:
    """A scheduled post and its outbox row."""

    workspace_id: UUID
    campaign_id: UUID
    post: Post
    outbox_id: UUID


async def ready(
    database: Database,
    workspace_id: UUID,
    *,
    platform: str = "target",
    media: tuple[UUID, ...] = (),
    at: datetime | None = None,
) -> Ready:
    """Approved and scheduled, for now or for `at`."""
    variant = Variant(
        id=uuid4(),
        segment_id=uuid4(),
        strategy="story",
        platform=platform,
        text=TEXT,
        language="de",
        media=media,
    )
    async with database.transaction(workspace_id) as session:
        content = await Contents(session).add(
            title="Tools", text="Tools.", source="Tools.", format="text", link="https://a.test/"
        )
        settings = CampaignSettings(platforms=(platform,))
        campaign = await Campaigns(session).add(content.id, settings, created_by=None)
        await Variants(session).add(campaign.id, [variant])
        decision = _decision(campaign.id)
        await Decisions(session).add([decision])
        post = _post(campaign.id, decision.id, variant, at or datetime.now(UTC))
        await Posts(session).add([post])
        await Posts(session).approve(post.id, content_hash=post.content_hash, by=None)
        outbox_id = await Posts(session).schedule(post.id)
    return Ready(workspace_id, campaign.id, post, outbox_id)


def _decision(campaign_id: UUID) -> Decision:
    return Decision(
        id=uuid4(),
        kind="post",
        actions=(Action(id="only"),),
        chosen="only",
        propensities={"only": 1.0},
        mixture={"only": 1.0},
        policy="uniform",
        policy_version="0",
        seed=1,
        explored=False,
        explanation=Explanation(score=0.0),
        campaign_id=campaign_id,
        created_at=datetime.now(UTC),
    )


def _post(campaign_id: UUID, decision_id: UUID, variant: Variant, at: datetime) -> Post:
    return Post(
        id=uuid4(),
        campaign_id=campaign_id,
        variant_id=variant.id,
        decision_id=decision_id,
        platform=variant.platform,
        account="main",
        text=variant.text,
        media=variant.media,
        content_hash=variant.content_hash,
        state=PostState.AWAITING_APPROVAL,
        scheduled_at=at,
    )
