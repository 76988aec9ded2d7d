"""What a creator changes in one campaign, the next campaign does by itself."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from agents.analyst import Analyst
from agents.guard import Guard
from agents.writer import EmbeddedWriter
from graph.drafting import in_voice
from graph.proposing import Proposals
from graph.runner import Runner
from graph.team import Team
from memory.embedding import HashedEmbedder
from smartcontent.content import Caller, Finding, Variant
from smartcontent.publishing import CampaignSettings
from smartcontent.scopes import SCOPES
from store.contents import Contents
from store.database import Database
from store.posts import Posts
from store.variants import Variants
from store.voice import VoiceRules
from tests.graph.small_team import small_team, start
from tests.graph.test_campaign import posts_of
from tests.tools.test_seven_tools import Checker
from tools.approve_post import approve_post
from tools.measure_text import hashtags
from tools.platforms import Platforms
from tools.propose_variants import propose_variants

NIGHT = (
    "Our library kept its doors open until midnight for the first time. Night hours helped 1,200 "
    "readers borrow their first book. Most libraries close at six because staff is scarce. A "
    "library card lets you reserve a desk from home. Our team tested three timetables with "
    "volunteers before we found one that lasted. Volunteers decorate the entrance in winter."
)
Written = Callable[[], Awaitable[UUID]]


@pytest.fixture
def team(database: Database) -> Team:
    """The embedded writer and the real guard among small ones."""
    team = small_team(database)
    guard = Guard(specs=team.specs)
    analyst = Analyst(embedder=HashedEmbedder())
    return replace(team, analyst=analyst, guard=guard, writer=EmbeddedWriter(verify=guard.check))


@pytest.fixture
def campaign(
    database: Database, workspace: UUID, team: Team, checkpointer: AsyncPostgresSaver
) -> Written:
    async def written() -> UUID:
        asked = CampaignSettings(posts=3)
        campaign, run = await start(database, workspace, asked, text=NIGHT)
        await Runner(team, checkpointer).run(workspace, run, owner="a")
        return campaign

    return written


def owner(workspace: UUID) -> Caller:
    return Caller(workspace_id=workspace, role="owner", scopes=frozenset(map(str, SCOPES)))


async def approve(
    database: Database, workspace: UUID, campaign: UUID, edit: Callable[[str], str]
) -> None:
    for post in await posts_of(database, workspace, campaign):
        await approve_post(
            post.id,
            content_hash=post.content_hash,
            text=edit(post.text),
            caller=owner(workspace),
            database=database,
            checking=Checker(),
        )


async def variants(database: Database, workspace: UUID, campaign: UUID) -> list[Variant]:
    async with database.transaction(workspace) as session:
        return await Variants(session).of(campaign)


def untagged(text: str) -> str:
    for tag in hashtags(text):
        text = text.replace(tag, "")
    return text.strip()


async def test_hashtags_deleted_in_three_approvals_are_not_written_again(
    database: Database, workspace: UUID, campaign: Written, team: Team
) -> None:
    first = await campaign()
    assert all(hashtags(variant.text) for variant in await variants(database, workspace, first))
    await approve(database, workspace, first, untagged)
    second = await campaign()
    written = await variants(database, workspace, second)
    assert written and not any(hashtags(variant.text) for variant in written)
    async with database.transaction(workspace) as session:
        (rule,) = await VoiceRules(session).list()
        (content, *_) = await Contents(session).list()
    drafts = await propose_variants(
        content.id,
        caller=Caller(workspace_id=workspace, role="owner", scopes=SCOPES),
        database=database,
        analysing=team.analyst,
        proposing=Proposals(writer=team.writer, guard=team.guard, specs=team.specs),
        platforms=Platforms(team.specs),
    )
    async with database.transaction(workspace) as session:
        await VoiceRules(session).change(rule.id, enabled=False)
    assert rule.statement == "No hashtags."
    assert drafts and not any(hashtags(draft.text) for draft in drafts)
    third = await variants(database, workspace, await campaign())
    assert any(hashtags(variant.text) for variant in third)


async def test_control_edits_that_disagree_change_nothing(
    database: Database, workspace: UUID, campaign: Written
) -> None:
    first = await campaign()
    edits = iter((untagged, str, str))
    await approve(database, workspace, first, lambda text: next(edits)(text))
    second = await variants(database, workspace, await campaign())
    assert all(hashtags(variant.text) for variant in second)
    async with database.transaction(workspace) as session:
        assert await VoiceRules(session).list() == []
        assert len(await Posts(session).approvals(first)) == 3


def variant(number: int, *, segment: int = 1, keeps: bool = True) -> Variant:
    broken = Finding(rule="voice", severity="warning", reason="Your rule is not kept.")
    return Variant(
        id=UUID(int=number),
        segment_id=UUID(int=segment),
        strategy="story",
        platform="sandbox",
        text=f"Text {number}.",
        language="en",
        findings=() if keeps else (broken,),
    )


def test_what_breaks_a_rule_is_drawn_only_where_too_little_keeps_it() -> None:
    enough = [variant(1), variant(2, keeps=False), variant(3)]
    short = [variant(4, segment=2), variant(5, segment=2, keeps=False)]
    drawn = [one.id.int for one in in_voice([*enough, *short], posts=2)]
    assert drawn == [1, 3, 4, 5]
    assert len(in_voice([*enough, *short], posts=3)) == 5
