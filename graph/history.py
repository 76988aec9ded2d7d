"""What earlier decisions earned, as plain numbers for the forecast of slots.

Posts and impressions are paid on different scales (a post without view counts by how much more it
earned than its account's usual, an impression by its clicks), so a history is of one kind.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from graph.canonical import Canonical, Earned
from learning.bandit.uniform import Uniform
from learning.rewards import RewardSpec
from learning.timing import Observation
from smartcontent.content import SimilarPost
from store.database import Session
from store.decisions import Decisions, Logged
from store.posts import Posts

IMPRESSIONS = 2_000  # the workspace's own latest
POSTS = 500
VALUED = frozenset({"reward", "dwell"})  # sums of values, no numbers of events
ENOUGH = 20  # posts, before they alone say what a time is worth


async def observations(session: Session, rewards: RewardSpec) -> list[Observation]:
    """What tells most of times: posts where enough are known, else impressions if there are any.

    When people answer on the creator's own pages is the next best thing to when they answer posts.
    """
    posts = await post_observations(session, rewards)
    if len(posts) >= ENOUGH:
        return posts
    log = await Decisions(session).impressions(limit=IMPRESSIONS)
    return _observed(log, rewards, {}) or posts


async def post_observations(session: Session, rewards: RewardSpec) -> list[Observation]:
    """Of posts alone, each at the hour it was published."""
    log = await Decisions(session).posts(limit=POSTS)
    posts = await Posts(session).decided([logged.decision.id for logged in log])
    times = {post.decision_id: post.published_at for post in posts if post.published_at}
    return _observed(log, rewards, times)


async def with_rewards(
    session: Session, rewards: RewardSpec, similar: Sequence[SimilarPost]
) -> list[SimilarPost]:
    """Similar posts with how they did: what each earned, as the learner was paid for it, and how
    many events tell so.  Of posts before the latest 500 nothing is said."""
    if not similar:
        return []
    log = await Decisions(session).posts(limit=POSTS)
    decided = await Posts(session).decided([logged.decision.id for logged in log])
    earned = {
        entry.logged.decision.id: entry for entry in Canonical(Uniform(), rewards).earned(log)
    }
    by_post = {post.id: earned[post.decision_id] for post in decided}
    return [_with_reward(post, by_post.get(post.post_id)) for post in similar]


def _with_reward(post: SimilarPost, entry: Earned | None) -> SimilarPost:
    if entry is None:
        return post
    counts = entry.logged.counts.items()
    events = sum(int(count) for kind, count in counts if kind not in VALUED)
    return post.model_copy(update={"reward": entry.reward, "events": events})


def _observed(
    log: Sequence[Logged], rewards: RewardSpec, times: Mapping[UUID, datetime]
) -> list[Observation]:
    """Platform, time and reward of what is known, by the rewards that the policy learns from."""
    earned = Canonical(Uniform(), rewards).earned(log)
    return [seen for entry in earned if (seen := _observation(entry, times)) is not None]


def _observation(entry: Earned, times: Mapping[UUID, datetime]) -> Observation | None:
    """None where nothing is known: that is not a reward of 0."""
    decision = entry.logged.decision
    chosen = next(action for action in decision.actions if action.id == decision.chosen)
    platform = chosen.features.get("platform")
    if entry.reward is None or not isinstance(platform, str):
        return None
    segment = chosen.features.get("segment")
    at = times.get(decision.id, decision.created_at)
    return Observation(platform, at, entry.reward, segment if isinstance(segment, str) else None)
