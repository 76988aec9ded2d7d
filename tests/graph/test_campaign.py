"""A campaign from an upload to intents: what is decided is logged, and nothing is done twice."""

import math
from uuid import UUID

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.campaign import campaign_graph, draw
from graph.checkpoints import prune
from graph.runner import Runner
from smartcontent.content import Variant
from smartcontent.decision import Decision
from smartcontent.publishing import CampaignSettings, Post, PostState, RunState
from store.database import Database
from store.decisions import Decisions
from store.members import Members
from store.posts import Asked, Posts
from store.runs import Runs, RunStep
from store.variants import Variants
from tests.graph.small_team import FORBIDDEN, HOPELESS, TEXT, small_team, start

ORDER = ["analyst", "segmenter", "learner", "writer", "guard", "scheduler", "approval", "publish"]
AUTO = CampaignSettings(auto_approve=True)


@pytest.fixture
def runner(database: Database, checkpointer: AsyncPostgresSaver) -> Runner:
    return Runner(small_team(database), checkpointer)


async def posts_of(database: Database, workspace: UUID, campaign: UUID) -> list[Post]:
    async with database.transaction(workspace) as session:
        return await Posts(session).list(campaign_id=campaign)


async def decisions_of(database: Database, workspace: UUID, campaign: UUID) -> list[Decision]:
    async with database.transaction(workspace) as session:
        return await Decisions(session).list(campaign_id=campaign)


async def variants_of(database: Database, workspace: UUID, campaign: UUID) -> list[Variant]:
    async with database.transaction(workspace) as session:
        return await Variants(session).of(campaign)


async def steps_of(database: Database, workspace: UUID, run: UUID) -> list[RunStep]:
    async with database.transaction(workspace) as session:
        return await Runs(session).steps(run)


async def approve_all(database: Database, workspace: UUID, campaign: UUID) -> None:
    async with database.transaction(workspace) as session:
        for post in await Posts(session).list(campaign_id=campaign):
            await Posts(session).approve(post.id, content_hash=post.content_hash, by=None)


def test_the_graph_has_its_agents_in_order() -> None:
    shape = campaign_graph().get_graph(xray=True)
    edges = {(edge.source, edge.target) for edge in shape.edges}
    chain = ["__start__", *ORDER, "__end__"]
    assert edges == set(zip(chain, chain[1:], strict=False))


def test_it_can_be_drawn() -> None:
    assert all(name in draw() for name in ORDER)


async def test_a_standing_order_goes_through_to_intents(
    database: Database, workspace: UUID, runner: Runner
) -> None:
    campaign, run = await start(database, workspace, AUTO)
    assert await runner.run(workspace, run, owner="a") is RunState.FINISHED
    posts = await posts_of(database, workspace, campaign)
    assert [post.state for post in posts] == [PostState.SCHEDULED] * 3
    async with database.transaction(workspace) as session:
        said = await Posts(session).approvals(campaign)
    assert [(word.by, word.note) for word in said] == [(None, "auto")] * 3


async def test_each_step_says_what_it_did(
    database: Database, workspace: UUID, runner: Runner
) -> None:
    _, run = await start(database, workspace, AUTO)
    await runner.run(workspace, run, owner="a")
    steps = await steps_of(database, workspace, run)
    assert [step.name for step in steps] == ORDER
    assert all(step.summary and step.seconds > 0 for step in steps)


async def test_every_post_is_a_decision_with_exact_propensities(
    database: Database, workspace: UUID, runner: Runner
) -> None:
    campaign, run = await start(database, workspace, AUTO)
    await runner.run(workspace, run, owner="a")
    decisions = await decisions_of(database, workspace, campaign)
    posts = await posts_of(database, workspace, campaign)
    assert {post.decision_id for post in posts} == {decision.id for decision in decisions}
    for decision in decisions:
        assert decision.kind == "post" and not decision.personalised
        assert set(decision.propensities) == {action.id for action in decision.actions}
        assert math.isclose(math.fsum(decision.propensities.values()), 1.0)
        assert all(
            {"strategy", "platform", "segment", "daypart", "weekday"} <= set(action.features)
            for action in decision.actions
        )


async def test_no_text_is_posted_twice(database: Database, workspace: UUID, runner: Runner) -> None:
    campaign, run = await start(database, workspace, AUTO)
    await runner.run(workspace, run, owner="a")
    posts = await posts_of(database, workspace, campaign)
    assert len({post.text for post in posts}) == len({post.scheduled_at for post in posts}) == 3


async def test_it_waits_for_a_person_and_goes_on_from_the_table(
    database: Database, workspace: UUID, runner: Runner
) -> None:
    campaign, run = await start(database, workspace)
    assert await runner.run(workspace, run, owner="a") is RunState.AWAITING_APPROVAL
    first, second, third = await posts_of(database, workspace, campaign)
    async with database.transaction(workspace) as session:
        posts = Posts(session)
        await posts.approve(first.id, content_hash=first.content_hash, by=None)
        await posts.approve(second.id, content_hash=second.content_hash, by=None, text="Mine.")
    assert await runner.run(workspace, run, owner="b") is RunState.AWAITING_APPROVAL
    async with database.transaction(workspace) as session:
        await Posts(session).reject(third.id, by=None, note="Not this one.")
    assert await runner.run(workspace, run, owner="c") is RunState.FINISHED
    after = {post.id: post for post in await posts_of(database, workspace, campaign)}
    assert after[first.id].state is after[second.id].state is PostState.SCHEDULED
    assert after[second.id].text == "Mine."
    assert after[third.id].state is PostState.CANCELLED


async def test_what_the_guard_blocks_is_kept_and_never_drawn(
    database: Database, workspace: UUID, runner: Runner
) -> None:
    text = f"A calm sentence about tools. Please {FORBIDDEN} or lose it all. Another calm one."
    campaign, run = await start(database, workspace, AUTO, text=text)
    await runner.run(workspace, run, owner="a")
    variants = await variants_of(database, workspace, campaign)
    blocked = {str(variant.id) for variant in variants if variant.blocked}
    drawn_from = {
        action.id.split("@")[0]
        for decision in await decisions_of(database, workspace, campaign)
        for action in decision.actions
    }
    assert blocked and drawn_from and not drawn_from & blocked


async def test_a_campaign_without_an_allowed_text_fails_and_says_so(
    database: Database, workspace: UUID, runner: Runner
) -> None:
    text = f"Please {FORBIDDEN} {HOPELESS}."
    campaign, run = await start(database, workspace, AUTO, text=text)
    assert await runner.run(workspace, run, owner="a") is RunState.FAILED
    async with database.transaction(workspace) as session:
        ended = await Runs(session).get(run)
    assert ended.problem is not None and "would refuse it" in ended.problem
    assert await posts_of(database, workspace, campaign) == []


async def test_where_every_text_is_blocked_a_person_is_asked_whatever_was_ordered(
    database: Database, workspace: UUID, runner: Runner
) -> None:
    campaign, run = await start(database, workspace, AUTO, text=f"Please {FORBIDDEN}.")
    assert await runner.run(workspace, run, owner="a") is RunState.AWAITING_APPROVAL
    posts = await posts_of(database, workspace, campaign)
    assert posts and {post.state for post in posts} == {PostState.AWAITING_APPROVAL}
    assert await runner.run(workspace, run, owner="b") is RunState.AWAITING_APPROVAL
    first, *others = posts
    async with database.transaction(workspace) as session:
        (owner,) = await Members(session).list()
        found = (await Variants(session).get(first.variant_id)).findings
        await Posts(session).approve(
            first.id,
            content_hash=first.content_hash,
            by=owner.id,
            note="It is the title of the book.",
            asked=Asked(overridden=found),
        )
        for post in others:
            await Posts(session).reject(post.id, by=owner.id)
    assert await runner.run(workspace, run, owner="c") is RunState.FINISHED
    after = {post.id: post.state for post in await posts_of(database, workspace, campaign)}
    assert after.pop(first.id) is PostState.SCHEDULED
    assert set(after.values()) <= {PostState.CANCELLED}
    decisions = await decisions_of(database, workspace, campaign)
    assert all(decision.overridden for decision in decisions)


async def test_nodes_that_run_again_find_their_first_rows(
    database: Database, workspace: UUID, runner: Runner, checkpointer: AsyncPostgresSaver
) -> None:
    """The thread is lost after all the work is done, so every node runs a second time."""
    campaign, run = await start(database, workspace)
    await runner.run(workspace, run, owner="a")
    before = (
        await posts_of(database, workspace, campaign),
        await decisions_of(database, workspace, campaign),
        await variants_of(database, workspace, campaign),
    )
    await prune(checkpointer, [run])
    await approve_all(database, workspace, campaign)
    assert await runner.run(workspace, run, owner="b") is RunState.FINISHED
    posts = await posts_of(database, workspace, campaign)
    assert {post.id for post in posts} == {post.id for post in before[0]}
    assert await decisions_of(database, workspace, campaign) == before[1]
    assert await variants_of(database, workspace, campaign) == before[2]


async def test_the_same_run_id_draws_the_same_seeds_and_another_does_not(
    database: Database, workspace: UUID, runner: Runner
) -> None:
    seeds = []
    for _ in range(2):
        campaign, run = await start(database, workspace, AUTO, text=TEXT)
        await runner.run(workspace, run, owner="a")
        decisions = await decisions_of(database, workspace, campaign)
        seeds.append({decision.seed for decision in decisions})
    assert len(seeds[0] | seeds[1]) == 6
