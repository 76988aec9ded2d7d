"""From candidates to posts: one logged decision each, drawn by the learner."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from graph.candidates import Candidate, candidates, context_of, owed, remaining
from graph.decide import DecisionRequest, decide
from graph.derivation import id_of, seed_of
from graph.state import Checked
from graph.team import Team
from smartcontent.decision import Decision, SlotForecast
from smartcontent.publishing import CampaignSettings, Post, PostState
from store.database import Session
from store.posts import Posts
from store.workspaces import Workspaces

ACCOUNT = "main"
LATEST = 100  # posts that are looked at for who was served: what is owed is soon made good


async def choose_posts(
    session: Session, team: Team, state: Checked, forecasts: Sequence[SlotForecast]
) -> list[Post]:
    """Draw the campaign's posts one after another and keep them with their decisions.

    Posts that an earlier attempt of the same run kept are returned as they are.
    """
    if kept := await _kept(session, state):
        return kept
    workspace = await Workspaces(session).get()
    pool = candidates(state, forecasts, workspace.time_zone)
    served = await Posts(session).segments(limit=LATEST)
    taken: list[Candidate] = []
    posts: list[Post] = []
    while len(posts) < state["settings"].posts and (left := remaining(pool, taken)):
        number = len(posts)
        [decision] = await decide(
            session,
            [_request(state, owed(left, served, team.exposure_floor), number)],
            policies=team.policies,
            learner=team.learner,
            holdback=workspace.holdback,
            now=team.clock(),
            workspace_id=state["workspace_id"],
        )
        taken.append(next(one for one in left if one.action.id == decision.chosen))
        served.append(taken[-1].variant.segment_id)
        posts.append(_post(state, number, taken[-1], decision))
    await Posts(session).add(posts)
    return posts


def from_now(settings: CampaignSettings, now: datetime) -> CampaignSettings:
    """The settings without a beginning that has passed while the campaign waited its turn."""
    passed = settings.not_before is not None and settings.not_before < now
    return settings.model_copy(update={"not_before": None}) if passed else settings


async def _kept(session: Session, state: Checked) -> list[Post]:
    places = {_post_id(state, n): n for n in range(state["settings"].posts)}
    posts = await Posts(session).list(campaign_id=state["campaign_id"])
    return sorted((post for post in posts if post.id in places), key=lambda post: places[post.id])


def _post_id(state: Checked, number: int) -> UUID:
    return id_of(state["run_id"], f"post {number}")


def _request(state: Checked, left: Sequence[Candidate], number: int) -> DecisionRequest:
    return DecisionRequest(
        id=id_of(state["run_id"], f"decision {number}"),
        kind="post",
        context=context_of(state["analysis"]),
        actions=[candidate.action for candidate in left],
        campaign_id=state["campaign_id"],
        unit=f"{state['run_id']}/{number}",
        seed=seed_of(state["run_id"], f"decision {number}"),
        budget=state["settings"].posts - number,
    )


def _post(state: Checked, number: int, chosen: Candidate, decision: Decision) -> Post:
    """The post a decision asks for, waiting for a person's word."""
    variant = chosen.variant
    return Post(
        id=_post_id(state, number),
        campaign_id=state["campaign_id"],
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
