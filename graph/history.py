"""What earlier decisions earned, as plain numbers for the forecast of slots."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from graph.canonical import Canonical, Earned
from learning.bandit.uniform import Uniform
from learning.rewards import RewardSpec
from learning.timing import Observation
from smartcontent.publishing import PostState
from store.database import Session
from store.decisions import Decisions
from store.posts import Posts

LOOKED_BACK = 2000  # positions of the log
POSTS_READ = 200


async def observations(session: Session, rewards: RewardSpec) -> list[Observation]:
    """Platform, time and reward of recent decisions of which something is known.

    Rewards are those that the policy learns from.  A post counts at the hour it was published,
    an impression at the hour it was decided.
    """
    published = await Posts(session).list(state=PostState.PUBLISHED, limit=POSTS_READ)
    times = {post.decision_id: post.published_at for post in published if post.published_at}
    decisions = Decisions(session)
    recent = max(0, await decisions.settled() - LOOKED_BACK)
    log = await decisions.log(after_position=recent, limit=LOOKED_BACK)
    earned = Canonical(Uniform(), rewards).earned(log)
    return [seen for entry in earned if (seen := _observed(entry, times)) is not None]


def _observed(entry: Earned, times: Mapping[UUID, datetime]) -> Observation | None:
    """None where nothing is known: that is not a reward of 0."""
    decision = entry.logged.decision
    chosen = next(action for action in decision.actions if action.id == decision.chosen)
    platform = chosen.features.get("platform")
    if entry.reward is None or not isinstance(platform, str):
        return None
    segment = chosen.features.get("segment")
    at = times.get(decision.id, decision.created_at)
    return Observation(platform, at, entry.reward, segment if isinstance(segment, str) else None)
