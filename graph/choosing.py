"""From checked variants and forecast slots to posts: one logged decision each.

Everything that forbids an action is applied before the draw, so a propensity is always the
probability among what was really possible.  Seeds and ids derive from the run: a node that runs
twice finds the rows of its first attempt and changes nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from agents.learner import strategy_action
from graph.decide import DecisionRequest, decide
from graph.state import Checked
from graph.team import Team
from smartcontent.content import (
    Action,
    Analysis,
    Decision,
    Features,
    Post,
    PostState,
    Segment,
    Slot,
    SlotForecast,
    Variant,
    Workspace,
)
from store.database import Session
from store.posts import Posts
from tools.strategies import strategies

SLOTS_PER_PLATFORM = 6
ACCOUNT = "main"
DAYPARTS = ("night", "morning", "afternoon", "evening")


@dataclass(frozen=True)
class Candidate:
    """A variant in a slot: what a post would be, and the action that stands for it."""

    variant: Variant
    slot: Slot
    action: Action


def seed_of(run_id: UUID, purpose: str) -> int:
    """A seed in [0, 2**31), the same for the same run and purpose on every machine.

    >>> seed_of(UUID(int=1), "post 0") == seed_of(UUID(int=1), "post 0")
    True
    """
    digest = hashlib.sha256(f"{run_id}|{purpose}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def daypart(at: datetime, time_zone: str) -> str:
    """The quarter of the creator's day.

    >>> daypart(datetime.fromisoformat("2026-01-05T20:30:00+00:00"), "Europe/Berlin")
    'evening'
    """
    return DAYPARTS[at.astimezone(ZoneInfo(time_zone)).hour // 6]


def best_slots(forecasts: Sequence[SlotForecast]) -> list[Slot]:
    """The few best slots of each platform, so that the learner explores among good ones."""
    ranked = sorted(forecasts, key=lambda forecast: (-forecast.expected, forecast.slot.at))
    kept: dict[str, list[Slot]] = {}
    for forecast in ranked:
        of_platform = kept.setdefault(forecast.slot.platform, [])
        if len(of_platform) < SLOTS_PER_PLATFORM:
            of_platform.append(forecast.slot)
    return [slot for slots in kept.values() for slot in slots]


def candidates(
    variants: Sequence[Variant],
    slots: Sequence[Slot],
    segments: Sequence[Segment],
    *,
    time_zone: str,
) -> list[Candidate]:
    """Every variant in every slot of its platform."""
    names = {segment.id: segment.name for segment in segments}
    arms = {strategy.name: strategy_action(strategy).features for strategy in strategies()}
    return [
        Candidate(
            variant,
            slot,
            _action(
                variant,
                slot,
                {**arms.get(variant.strategy, {}), "segment": names[variant.segment_id]},
                time_zone,
            ),
        )
        for variant, slot in product(variants, slots)
        if variant.platform == slot.platform
    ]


def _action(variant: Variant, slot: Slot, known: Features, time_zone: str) -> Action:
    local = slot.at.astimezone(ZoneInfo(time_zone))
    features: Features = {
        **known,
        "strategy": variant.strategy,
        "platform": variant.platform,
        "daypart": daypart(slot.at, time_zone),
        "weekday": local.strftime("%A").lower(),
    }
    return Action(id=f"{variant.id}@{slot.at.isoformat()}", features=features)


def remaining(pool: Sequence[Candidate], taken: Sequence[Candidate]) -> list[Candidate]:
    """What may still be drawn: no text twice, and no slot twice while another is free."""
    texts = {candidate.variant.content_hash for candidate in taken}
    slots = {candidate.slot for candidate in taken}
    unsaid = [candidate for candidate in pool if candidate.variant.content_hash not in texts]
    fresh = [candidate for candidate in unsaid if candidate.slot not in slots]
    return fresh or unsaid


def context_of(analysis: Analysis) -> Features:
    """What is known of the content, and nothing about a person: everyone sees the same post."""
    topic = max(analysis.topics, key=lambda topic: topic.weight, default=None)
    return {"language": analysis.language, "topic": topic.name if topic else "none"}


async def choose_posts(
    session: Session,
    team: Team,
    state: Checked,
    forecasts: Sequence[SlotForecast],
    workspace: Workspace,
) -> list[Post]:
    """Draw the campaign's posts one after another and keep them with their decisions.

    Posts that an earlier attempt of the same run kept are returned as they are.
    """
    numbers = {post_id(state["run_id"], n): n for n in range(state["settings"].posts)}
    kept = await Posts(session).list(campaign_id=state["campaign_id"])
    if earlier := [post for post in kept if post.id in numbers]:
        return sorted(earlier, key=lambda post: numbers[post.id])
    allowed = [variant for variant in state["variants"] if variant.id in state["allowed"]]
    pool = candidates(
        allowed, best_slots(forecasts), state["segments"], time_zone=workspace.time_zone
    )
    taken: list[Candidate] = []
    posts: list[Post] = []
    for id, number in numbers.items():
        left = remaining(pool, taken)
        if not left:
            break
        decision = await _draw(session, team, state, left, number, workspace.holdback)
        chosen = next(one for one in left if one.action.id == decision.chosen)
        taken.append(chosen)
        posts.append(post_of(id, state["campaign_id"], chosen, decision))
    await Posts(session).add(posts)
    return posts


async def _draw(
    session: Session,
    team: Team,
    state: Checked,
    left: Sequence[Candidate],
    number: int,
    holdback: float,
) -> Decision:
    request = DecisionRequest(
        id=uuid5(state["run_id"], f"decision {number}"),
        kind="post",
        context=context_of(state["analysis"]),
        actions=[candidate.action for candidate in left],
        campaign_id=state["campaign_id"],
        unit=f"{state['run_id']}/{number}",
        seed=seed_of(state["run_id"], f"post {number}"),
    )
    decisions = await decide(
        session,
        [request],
        policies=team.policies,
        learner=team.learner,
        holdback=holdback,
        now=team.clock(),
        workspace_id=state["workspace_id"],
    )
    return decisions[0]


def post_id(run_id: UUID, number: int) -> UUID:
    """The same for the same run on every machine: a post is intended once."""
    return uuid5(run_id, f"post {number}")


def post_of(id: UUID, campaign_id: UUID, chosen: Candidate, decision: Decision) -> Post:
    """The post a decision asks for, waiting for a person's word."""
    variant = chosen.variant
    return Post(
        id=id,
        campaign_id=campaign_id,
        variant_id=variant.id,
        decision_id=decision.id,
        platform=variant.platform,
        account=ACCOUNT,
        text=variant.text,
        media=variant.media,
        content_hash=variant.content_hash,
        state=PostState.AWAITING_APPROVAL,
        scheduled_at=chosen.slot.at,
    )
