"""A campaign with a decision and a post, for tests that need one to stand on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from smartcontent.content import Content, Segment, Segmentation, Variant
from smartcontent.decision import Action, Decision, Explanation
from smartcontent.publishing import Campaign, CampaignSettings, Post, PostState
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Session
from store.decisions import Decisions
from store.posts import Posts
from store.rows import new_id
from store.segments import Segments
from store.variants import Variants

PAST = datetime.now(UTC) - timedelta(minutes=5)


def decision(chosen: str = "story", **changes: object) -> Decision:
    """Two strategies, one chosen with probability 0.9."""
    other = "quote" if chosen == "story" else "story"
    action = [
        Action(id=name, features={"strategy": name, "platform": "sandbox", "segment": "everyone"})
        for name in (chosen, other)
    ]
    propensities = {chosen: 0.9, other: 0.1}
    plain = Decision(
        id=new_id(),
        kind="impression",
        context={"zebra": 1.5, "aardvark": "x"},
        actions=tuple(action),
        chosen=chosen,
        propensities=propensities,
        mixture=propensities,
        policy="uniform",
        policy_version="1",
        seed=2**64 - 1,
        explored=False,
        explanation=Explanation(score=0.5),
        created_at=PAST,
    )
    return plain.model_copy(update=changes)


@dataclass(frozen=True)
class Scene:
    """What there is, all of one workspace."""

    content: Content
    campaign: Campaign
    segment: Segment
    variant: Variant
    decision: Decision
    post: Post


async def stage(session: Session, *, due: datetime = PAST, **written: object) -> Scene:
    """One campaign with one post that waits for approval; `written` are fields of its variant."""
    content = await Contents(session).add(title="A", text="t", source="t", format="text")
    campaign = await Campaigns(session).add(content.id, CampaignSettings(), created_by=None)
    everyone = Segment(id=new_id(), name="everyone", size=0, everyone=True)
    await Segments(session).replace(Segmentation(segments=(everyone,)))
    variant = Variant(
        id=new_id(),
        segment_id=everyone.id,
        strategy="story",
        platform="sandbox",
        text="Once upon a time.",
        language="en",
    ).model_copy(update=written)
    await Variants(session).add(campaign.id, [variant])
    made = decision(kind="post", campaign_id=campaign.id)
    await Decisions(session).add([made])
    post = Post(
        id=new_id(),
        campaign_id=campaign.id,
        variant_id=variant.id,
        decision_id=made.id,
        platform="sandbox",
        account="main",
        text=variant.text,
        content_hash=variant.content_hash,
        state=PostState.AWAITING_APPROVAL,
        scheduled_at=due,
    )
    await Posts(session).add([post])
    return Scene(content, campaign, everyone, variant, made, post)


async def approved(session: Session, scene: Scene) -> UUID:
    """Approve and schedule the scene's post; the outbox row's id."""
    posts = Posts(session)
    await posts.approve(scene.post.id, content_hash=scene.post.content_hash, by=None)
    return await posts.schedule(scene.post.id)
