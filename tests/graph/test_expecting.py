"""What texts let expect, from the prior to the first impressions of a campaign."""

from uuid import UUID, uuid5

import numpy as np
import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from sqlalchemy import update

from graph.canonical import Canonical
from graph.decide import DecisionRequest
from graph.expecting import TextLifts
from graph.runner import Runner
from graph.serving import Policies
from learning.bandit.campaign import Campaign
from learning.bandit.campaigns import within
from learning.bandit.linear import Linear
from learning.prediction.text_features import NAMES, bucket, words
from learning.prediction.text_prior import Spread, TextPrior, Thirds, Weights
from learning.rewards import RewardSpec
from memory.embedding import HashedEmbedder
from smartcontent.content import Finding, Variant
from smartcontent.decision import Action, Decision
from smartcontent.publishing import CampaignSettings
from store.database import Database
from store.decisions import Decisions
from store.tables import WORKSPACES
from store.variants import Variants
from tests.graph.small_team import EVERYONE, TEXT, small_team, start
from tests.graph.world import decided, event, ingest
from tools.strategies import strategies

AUTO = CampaignSettings(auto_approve=True)
BUCKETS = 1 << 12
HASHED = HashedEmbedder(8)
STORY = 0.8  # what the word adds to the log of engagement, before it is shared by length


def prior(effect: float = STORY, *, reads: str = "hashed", knows: str = TEXT) -> TextPrior:
    """Likes (or dislikes) the word "story" and knows some words."""
    spoken, known = np.zeros(BUCKETS), np.zeros(BUCKETS, dtype=bool)
    spoken[bucket("story", BUCKETS)] = effect
    known[[bucket(word, BUCKETS) for word in words(knows)]] = True
    none, most = np.zeros(len(NAMES)), np.full(len(NAMES), 9.0)
    width = 8 * (1 + reads.count("+"))
    weights = Weights(np.zeros(width), none, spoken, none, most, known)
    return TextPrior(
        weights, Spread(0.04, 0.0), Thirds((0.1, 0.2), (True, True, True)), embedder=reads
    )


def variant(text: str, *, platform: str = "sandbox", language: str = "en") -> Variant:
    return Variant(
        id=uuid5(EVERYONE.id, text + platform),
        segment_id=EVERYONE.id,
        strategy="story",
        platform=platform,
        text=text,
        language=language,
    )


# -- texts and priors ----------------------------------------------------------------------------


def test_the_first_prior_that_knows_the_words_is_asked() -> None:
    other = HashedEmbedder(8)
    other.name = "other"
    both = prior(2.0, reads="hashed+other", knows="a story of tools story a")
    lifts = TextLifts([HASHED, other], lambda: [both, prior(1.0)])
    english = lifts.lifts(["a story of tools", "a tools of a"])
    foreign = lifts.lifts(["Neighbours story borrow", "nobody asked why"])
    assert english is not None and foreign is not None
    assert english.expected[0] == pytest.approx(2.0 / 2 / 2)
    assert foreign.expected[0] == pytest.approx(1.0 / 3**0.5 / 2)


def test_without_its_embedders_a_prior_is_not_asked() -> None:
    assert TextLifts([], lambda: [prior()]).lifts(["one", "two"]) is None
    assert TextLifts([HASHED], lambda: [prior(reads="hashed+other")]).priors == []


def test_texts_compete_with_their_like_and_what_is_blocked_does_not() -> None:
    error = Finding(rule="urgency", severity="error", reason="It presses the reader.")
    asked = [
        variant("story: a library of tools"),
        variant("quote: a library of tools"),
        variant("story: the shelf holds tools").model_copy(update={"findings": (error,)}),
        variant("story: a library of tools", platform="elsewhere"),
        variant("story: Regal Werkzeug leihen", language="de"),
        variant("quote: Regal Werkzeug leihen", language="de"),
    ]
    told = TextLifts([HASHED], lambda: [prior()]).expected(asked)
    assert [one.id for one in told] == [one.id for one in asked]
    assert [one.expected is not None for one in told] == [True, True] + [False] * 4
    first, second = (one.expectation for one in told[:2])
    assert first["expected"] == pytest.approx(STORY / 5**0.5 / 2)
    assert second["expected"] == pytest.approx(-STORY / 5**0.5 / 2)
    assert first["expected.sd"] == pytest.approx(0.1)


# -- through the graph ---------------------------------------------------------------------------


def taste(sign: float) -> TextPrior:
    """Every strategy's name is liked another much, all the other words are known and worth 0."""
    told, names = prior(0.0, knows=TEXT), [one.name for one in strategies()]
    for at, name in enumerate(names):
        places = [bucket(word, BUCKETS) for word in words(name)]
        told.weights.spoken[places] = sign * 5.0 * (at + 1) / len(names)
        told.weights.known[places] = True
    return told


LIKED, DISLIKED = taste(1.0), taste(-1.0)


async def campaign_of(
    database: Database, saver: AsyncPostgresSaver, workspace: UUID, told: TextPrior
) -> UUID:
    """A finished campaign of a team that has such a prior, the campaign policy deciding."""
    expecting = TextLifts([HASHED], lambda: [told])
    team = small_team(database, policies=Policies(Campaign), expecting=expecting)
    campaign, run = await start(database, workspace, AUTO)
    await Runner(team, saver).run(workspace, run, owner="a")
    return campaign


async def impressions(
    database: Database, workspace: UUID, campaign: UUID
) -> tuple[str, list[Decision]]:
    """Which variant is best by the first taste, and the first visitors of the campaign's texts,
    before anything is known of any."""
    async with database.transaction(workspace) as session:
        known = await Variants(session).expected(campaign)
        variants = await Variants(session).of(campaign)
    scores = LIKED.scores([one.text for one in variants], np.zeros((len(variants), 8)))
    actions = [Action(id=str(one.id), features=known[str(one.id)]) for one in variants]
    asked = [
        DecisionRequest("impression", {}, actions, seed=at, campaign_id=campaign, budget=200 - at)
        for at in range(200)
    ]
    best = str(variants[int(scores.argmax())].id)
    return best, await decided(database, workspace, Policies(Campaign), asked)


@pytest.mark.parametrize(("told", "low", "high"), [(LIKED, 0.9, 1.0), (DISLIKED, 0.0, 0.1)])
async def test_the_better_text_gets_the_first_impressions_and_not_when_the_sign_is_turned(
    database: Database,
    workspace: UUID,
    checkpointer: AsyncPostgresSaver,
    told: TextPrior,
    low: float,
    high: float,
) -> None:
    campaign = await campaign_of(database, checkpointer, workspace, told)
    best, decisions = await impressions(database, workspace, campaign)
    assert low <= sum(one.chosen == best for one in decisions) / len(decisions) <= high


async def test_the_posts_of_a_campaign_are_drawn_by_it_and_can_be_drawn_again(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    async with database.transaction(workspace) as session:
        await session.execute(update(WORKSPACES).values(holdback=0.0))  # drawn by the policy, all
    campaign = await campaign_of(database, checkpointer, workspace, LIKED)
    async with database.transaction(workspace) as session:
        decisions = await Decisions(session).list(campaign_id=campaign)
    first = max(decisions, key=lambda one: len(one.actions))
    expected = {one.id: float(one.features["expected"]) for one in first.actions}
    likely = max(first.propensities, key=first.propensities.__getitem__)
    assert first.policy == "campaign" and expected[likely] == max(expected.values())
    assert "campaign" not in first.context, "the decision names it; to others it would be noise"
    context = {**first.context, "campaign": str(campaign)}
    again = Campaign().pull(context, first.actions, seed=first.seed, budget=3)
    assert again.propensities == first.propensities


async def test_what_is_earned_in_a_campaign_counts_there(
    database: Database, workspace: UUID, checkpointer: AsyncPostgresSaver
) -> None:
    """The fold tells the policy whose campaign a decision was of."""
    campaign = await campaign_of(database, checkpointer, workspace, LIKED)
    best, decisions = await impressions(database, workspace, campaign)
    clicked = [event(one) for one in decisions[:5]]
    await ingest(database, workspace, [event(one, "impression") for one in decisions] + clicked)
    async with database.transaction(workspace) as session:
        log = await Decisions(session).log(after_position=0, limit=500)
    policy = Canonical(Campaign(), RewardSpec()).take(log).policy
    actions = decisions[0].actions
    here = policy.explain({"campaign": str(campaign)}, actions, best)
    there = policy.explain({"campaign": "another"}, actions, best)
    shown = sum(one.chosen == best for one in decisions)
    assert f"rewards in this campaign ({shown} decisions)" in here
    assert "rewards in this campaign (0 decisions)" in there


def test_only_policies_that_keep_campaigns_apart_are_told_which_one() -> None:
    campaign = UUID(int=7)
    assert within(campaign, Linear(), {"page": "home"}) == {"page": "home"}
    assert within(campaign, Campaign(), {"page": "home"})["campaign"] == str(campaign)
    assert within(campaign, Campaign(), {"campaign": "mine"}) == {"campaign": "mine"}
    assert within(None, Campaign(), {}) == {}
