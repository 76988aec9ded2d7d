"""The tools the product brings, called through the toolbox as the chat and the API do."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from memory.base import Memory
from memory.embedding import HashedEmbedder
from memory.in_memory import InMemory
from smartcontent.content import (
    Analysis,
    Caller,
    Content,
    Finding,
    PlatformSpec,
    Readability,
    Role,
    Strategy,
    TextCheck,
    Variant,
)
from smartcontent.decision import Event
from smartcontent.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    PastTime,
    StaleVersion,
    TextBlocked,
    UnknownPlatform,
    WrongState,
)
from smartcontent.plugins import Analysing, Checking, Proposing
from smartcontent.scopes import ROLE_SCOPES
from smartcontent.voice import NO_VOICE, Voice
from store.campaigns import Campaigns
from store.contents import Analyses, Contents
from store.database import Database, Session
from store.decisions import Decisions
from store.events import Events
from tests.store.scene import Scene, stage
from tools.platforms import Platforms
from tools.search_content import as_memory
from tools.show_posts import show_posts
from tools.toolbox import Toolbox

SANDBOX = PlatformSpec(platform="sandbox", text_limit=300, source="here", as_of="2026-05-04")
FUTURE = datetime.now(UTC) + timedelta(days=1)


class Reader:
    """Analyses nothing, and says so in the right shape."""

    def analyse(self, content: Content) -> Analysis:
        readable = Readability(words=len(content.text.split()), sentences=1, lix=None)
        return Analysis(
            content_id=content.id,
            title=content.title,
            language="en",
            language_confidence=1.0,
            readability=readable,
        )


class Drafter:
    """Proposes the title."""

    def propose(
        self,
        content: Content,
        analysis: Analysis,
        *,
        platform: str,
        strategies: Sequence[Strategy] = (),
        tone: str | None = None,
        voice: Voice = NO_VOICE,
    ) -> list[Variant]:
        return [
            Variant(
                id=uuid4(),
                segment_id=uuid4(),
                strategy="quote",
                platform=platform,
                text=content.title,
                wanted_tone=tone,
                language=analysis.language,
            )
        ]


class Checker:
    """Blocks one word."""

    def check(self, text: str, *, platform: str, **asked: object) -> TextCheck:
        found = Finding(rule="manipulation", severity="error", reason="“Hurry” presses.")
        findings = (found,) if "Hurry" in text else ()
        return TextCheck(
            platform=platform, language="en", count=1, limit=9, sourced=True, findings=findings
        )


class Desk:
    """A caller of one role at one workspace's tools."""

    def __init__(self, database: Database, workspace: UUID, role: Role = "owner") -> None:
        self.box = Toolbox([show_posts, *Toolbox.discover().tools.values()])
        scopes = frozenset(map(str, ROLE_SCOPES[role]))
        self.caller = Caller(workspace_id=workspace, role=role, scopes=scopes)
        self.memory = InMemory(HashedEmbedder(512))
        self.database = database
        self.provided: dict[Any, object] = {
            Database: database,
            Memory: self.memory,
            Analysing: Reader(),
            Proposing: Drafter(),
            Checking: Checker(),
            Platforms: Platforms({"sandbox": SANDBOX}),
        }

    async def call(self, tool: str, **arguments: object) -> Any:
        return await self.box.call(tool, arguments, caller=self.caller, provided=self.provided)

    async def write(self, title: str, text: str) -> Content:
        async with self.database.transaction(self.caller.workspace_id) as session:
            return await Contents(session).add(title=title, text=text, source=text, format="text")

    async def stage(self) -> Scene:
        async with self.database.transaction(self.caller.workspace_id) as session:
            return await stage(session)


@pytest.fixture
def desk(database: Database, workspace: UUID) -> Desk:
    return Desk(database, workspace)


@pytest.fixture
def stranger(database: Database, second_workspace: UUID) -> Desk:
    return Desk(database, second_workspace)


async def test_search_finds_by_memory_and_by_words(desk: Desk, stranger: Desk) -> None:
    bread = await desk.write("Rye bread", "How to bake rye bread at home.")
    votes = await desk.write("Elections", "Who may vote and where.")
    desk.memory.remember(desk.caller.workspace_id, [as_memory(bread)])
    found = await desk.call("search_content", query="rye bread at home")
    assert (found[0]["content_id"], found[0]["title"]) == (str(bread.id), "Rye bread")
    assert found[0]["similarity"] > 0.15
    worded = await desk.call("search_content", query="elections", limit=1)
    assert (worded[0]["content_id"], worded[0]["similarity"]) == (str(votes.id), None)
    assert await desk.call("search_content", query="quantum physics") == []
    assert await stranger.call("search_content", query="rye bread") == []


async def test_search_leaves_out_what_was_deleted(desk: Desk) -> None:
    bread = await desk.write("Rye bread", "How to bake rye bread.")
    desk.memory.remember(desk.caller.workspace_id, [as_memory(bread)])
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        await Contents(session).delete(bread.id)
    assert await desk.call("search_content", query="how to bake rye bread") == []


async def test_analyse_and_propose(desk: Desk, stranger: Desk) -> None:
    content = await desk.write("Rye bread", "Four words are here.")
    analysis = await desk.call("analyse_content", content_id=str(content.id))
    assert analysis["readability"]["words"] == 4
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        assert await Analyses(session).of(content.id) == Analysis.model_validate(analysis)
    (variant,) = await desk.call("propose_variants", content_id=str(content.id))
    assert (variant["text"], variant["platform"]) == ("Rye bread", "sandbox")
    (warm,) = await desk.call("propose_variants", content_id=str(content.id), tone="warm")
    assert (variant["wanted_tone"], warm["wanted_tone"]) == (None, "warm")
    with pytest.raises(UnknownPlatform):
        await desk.call("propose_variants", content_id=str(content.id), platform="myspace")
    for tool in ("analyse_content", "propose_variants", "start_campaign"):
        with pytest.raises(NotFound):
            await stranger.call(tool, content_id=str(content.id))


async def test_start_campaign_queues_a_run(desk: Desk) -> None:
    content = await desk.write("Rye bread", "Text.")
    tones = {"Everyone": "warm"}
    campaign = await desk.call(
        "start_campaign", content_id=str(content.id), posts=2, tone="neutral", tones=tones
    )
    settings = campaign["settings"]
    assert (campaign["state"], settings["posts"]) == ("queued", 2)
    assert (settings["tone"], settings["tones"]) == ("neutral", tones)
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        (kept,) = await Campaigns(session).list()
    assert str(kept.id) == campaign["id"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"platforms": ["myspace"]}, UnknownPlatform),
        ({"not_before": "2001-01-01T00:00:00Z"}, PastTime),
        ({"posts": 0}, InvalidInput),
        ({"tones": {"nobody": "warm"}}, NotFound),
        ({"not_before": "2030-01-01T00:00:00"}, InvalidInput),
    ],
)
async def test_a_campaign_that_cannot_be_starts_nothing(
    desk: Desk, arguments: dict[str, object], problem: type[Exception]
) -> None:
    content = await desk.write("Rye bread", "Text.")
    with pytest.raises(problem):
        await desk.call("start_campaign", content_id=str(content.id), **arguments)
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        assert await Campaigns(session).list() == []


async def test_approving_ahead_takes_the_right_to_approve(desk: Desk) -> None:
    content = await desk.write("Rye bread", "Text.")
    asked = {"content_id": str(content.id), "not_before": FUTURE.isoformat()}
    desk.caller = desk.caller.model_copy(update={"scopes": frozenset({"campaigns:write"})})
    with pytest.raises(NotAllowed):
        await desk.call("start_campaign", **asked, auto_approve=True)
    assert (await desk.call("start_campaign", **asked))["state"] == "queued"


async def test_approval_is_bound_to_the_text_that_was_looked_at(desk: Desk, stranger: Desk) -> None:
    post = (await desk.stage()).post
    (card,) = await desk.call("show_posts", state="awaiting_approval")
    assert (card["post_id"], card["text"]) == (str(post.id), post.text)
    looked_at = {"post_id": card["post_id"], "content_hash": card["content_hash"]}
    with pytest.raises(StaleVersion):
        await desk.call("approve_post", **{**looked_at, "content_hash": "another text's"})
    with pytest.raises(NotFound):
        await stranger.call("approve_post", **looked_at)
    edited = await desk.call("approve_post", **looked_at, text="Better.", note="shorter")
    assert (edited["state"], edited["text"], edited["revision"]) == ("approved", "Better.", 2)
    with pytest.raises(WrongState):
        await desk.call("approve_post", **looked_at)


async def test_an_override_needs_somebody_a_rule_and_a_reason(desk: Desk) -> None:
    post = (await desk.stage()).post
    asked = {"post_id": str(post.id), "content_hash": post.content_hash, "text": "Hurry!"}
    with pytest.raises(TextBlocked, match="“Hurry” presses.*override: manipulation and a note"):
        await desk.call("approve_post", **asked)
    with pytest.raises(InvalidInput, match="without a reason"):
        await desk.call("approve_post", **asked, override=["manipulation"])
    desk.caller = desk.caller.model_copy(update={"member_id": uuid4()})
    said = await desk.call("approve_post", **asked, override=["manipulation"], note="A title.")
    assert (said["state"], said["text"]) == ("approved", "Hurry!")


class Watched(Database):
    """Knows how many of its transactions are open."""

    held = 0

    @asynccontextmanager
    async def transaction(self, workspace_id: UUID) -> AsyncIterator[Session]:
        async with super().transaction(workspace_id) as session:
            self.held += 1
            yield session
        self.held -= 1


class Slow(Checker):
    """Notes how many transactions wait for it."""

    def __init__(self, database: Watched) -> None:
        self.database = database
        self.held: list[int] = []

    def check(self, text: str, *, platform: str, **asked: object) -> TextCheck:
        self.held.append(self.database.held)
        return super().check(text, platform=platform, **asked)


async def test_nothing_is_held_while_an_edit_is_checked(desk: Desk) -> None:
    post = (await desk.stage()).post
    watched = Watched(desk.database.url)
    slow = Slow(watched)
    desk.provided |= {Database: watched, Checking: slow}
    asked = {"post_id": str(post.id), "content_hash": post.content_hash, "text": "Better."}
    async with watched.transaction(desk.caller.workspace_id):  # control: one that is seen
        slow.check("Better.", platform="sandbox")
    shown = await desk.box.preview(
        "approve_post", asked, caller=desk.caller, provided=desk.provided
    )
    said = await desk.call("approve_post", **asked)
    await watched.close()
    assert (shown, said["state"], slow.held) == ("“Better.”", "approved", [1, 0, 0])


@pytest.mark.parametrize("role", ["analyst", "reviewer"])
async def test_roles_hold(database: Database, workspace: UUID, role: Role) -> None:
    desk = Desk(database, workspace, role)
    with pytest.raises(NotAllowed):
        await desk.call("start_campaign", content_id=str(uuid4()))
    allowed = {tool.name for tool in desk.box.allowed(desk.caller)}
    assert ("approve_post" in allowed) == (role == "reviewer")
    assert "show_insights" in allowed


async def test_explains_a_decision_by_its_id_by_its_post_and_the_last(desk: Desk) -> None:
    with pytest.raises(NotFound, match="Nothing has been decided"):
        await desk.call("explain_decision")
    scene = await desk.stage()
    last = await desk.call("explain_decision")
    by_post = await desk.call("explain_decision", post_id=str(scene.post.id))
    by_id = await desk.call("explain_decision", decision_id=str(scene.decision.id))
    assert last == by_post == by_id
    assert (last["chosen"], last["probability"]) == ("story", 0.9)
    assert last["sentence"] == "story was drawn among 2."


async def test_insights_never_say_zero_for_unknown(desk: Desk, stranger: Desk) -> None:
    empty = await desk.call("show_insights")
    assert "Nothing has been decided" in empty["sentence"] and empty["lift"] is None
    scene = await desk.stage()
    (row,) = (await desk.call("show_insights"))["insights"]
    assert (row["name"], row["engagement_rate"], row["reward"]) == ("story", None, None)
    kinds = ["impression"] * 60 + ["click"] * 6
    events = [
        Event(id=f"e{n}", kind=kind, occurred_at=FUTURE, decision_id=scene.decision.id)
        for n, kind in enumerate(kinds)
    ]
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        await Events(session).ingest(events)
        assert len(await Decisions(session).list()) == 1
    for by in ("strategies", "platforms", "segments", "days"):
        learned = await desk.call("show_insights", by=by)
        assert learned["insights"][0]["engagement_rate"] == pytest.approx(0.1)
    assert "10.0% of 60 impressions" in learned["sentence"]
    assert (await stranger.call("show_insights"))["insights"] == []
