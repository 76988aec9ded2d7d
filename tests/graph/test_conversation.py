"""A creator talks: the real tools, the real store, durable threads, no language model."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.assistant import Assistant, ChatReply, assistant_graph
from graph.checkpoints import install, open_checkpoints
from llm.embedded import EmbeddedChat
from memory.base import Memory
from memory.embedding import Usem3
from memory.in_memory import InMemory
from smartcontent.content import Caller, Finding
from smartcontent.plugins import Analysing, Checking, Proposing
from smartcontent.publishing import PostState, RunState
from smartcontent.scopes import ROLE_SCOPES
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Database
from store.members import Members
from store.posts import Posts
from tests.store.scene import stage
from tests.tools.test_seven_tools import SANDBOX, Checker, Drafter, Reader
from tools.platforms import Platforms
from tools.search_content import as_memory
from tools.show_posts import show_posts
from tools.toolbox import Toolbox


@pytest.fixture(scope="session")
def embedder() -> Usem3:
    return Usem3()


@pytest.fixture
async def saver(database: Database, owner_url: str) -> AsyncIterator[AsyncPostgresSaver]:
    await install(owner_url)
    async with open_checkpoints(database.url) as saver:
        yield saver


class Conversation:
    """One member in one thread; every turn is a new process that knows only the database."""

    def __init__(
        self, database: Database, workspace: UUID, saver: AsyncPostgresSaver, embedder: Usem3
    ) -> None:
        scopes = frozenset(map(str, ROLE_SCOPES["owner"]))
        self.caller = Caller(workspace_id=workspace, role="owner", scopes=scopes)
        self.database, self.saver, self.embedder = database, saver, embedder
        self.memory = InMemory(embedder)
        self.thread: UUID | None = None

    async def say(self, text: str) -> ChatReply:
        chat = EmbeddedChat(embedder=self.embedder, known={"platforms": ("sandbox",)})
        box = Toolbox([show_posts, *Toolbox.discover().tools.values()])
        provided: dict[Any, object] = {
            Memory: self.memory,
            Analysing: Reader(),
            Proposing: Drafter(),
            Checking: Checker(),
            Platforms: Platforms({"sandbox": SANDBOX}),
        }
        agent = assistant_graph(chat, box, checkpointer=self.saver)
        reply = await Assistant(agent, provided, self.database)(self.caller, self.thread, text)
        self.thread = reply.thread_id
        return reply

    async def write(self, title: str, text: str) -> None:
        async with self.database.transaction(self.caller.workspace_id) as session:
            content = await Contents(session).add(
                title=title, text=text, source=text, format="text"
            )
        self.memory.remember(self.caller.workspace_id, [as_memory(content)])


@pytest.fixture
def conversation(
    database: Database, workspace: UUID, saver: AsyncPostgresSaver, embedder: Usem3
) -> Conversation:
    return Conversation(database, workspace, saver, embedder)


async def test_a_campaign_from_one_sentence(conversation: Conversation) -> None:
    await conversation.write("Rye bread at home", "How to bake rye bread with a sourdough.")
    await conversation.write("Elections", "Who may vote, where and until when.")
    asked = await conversation.say("start a campaign with 2 posts about baking bread")
    assert [step.tool for step in asked.steps] == ["search_content"]
    assert "Rye bread at home" in asked.text and "Say yes or no" in asked.text
    (wanted,) = asked.waiting
    assert (wanted.tool, wanted.arguments["posts"]) == ("start_campaign", 2)
    done = await conversation.say("yes")
    assert [step.failed for step in done.steps] == [False]
    async with conversation.database.transaction(conversation.caller.workspace_id) as session:
        (campaign,) = await Campaigns(session).list()
    assert campaign.state is RunState.QUEUED and campaign.settings.posts == 2


async def test_shown_then_approved_then_explained(conversation: Conversation) -> None:
    workspace = conversation.caller.workspace_id
    async with conversation.database.transaction(workspace) as session:
        post = (await stage(session)).post
    assert post.text in (await conversation.say("¿qué publicaciones esperan aprobación?")).text
    asked = await conversation.say("approve the post")
    assert asked.waiting[0].arguments["content_hash"] == post.content_hash
    approved = await conversation.say("sí")
    assert not approved.steps[0].failed
    async with conversation.database.transaction(workspace) as session:
        assert (await Posts(session).get(post.id)).state is PostState.APPROVED
    assert "story was drawn" in (await conversation.say("why did you choose this?")).text
    assert "Too little is known" in (await conversation.say("was hast du gelernt?")).text


async def test_findings_are_told_and_an_override_is_asked_for_by_name(
    conversation: Conversation,
) -> None:
    """The person hears what was found, names what to set aside, and sees that before the yes."""
    workspace = conversation.caller.workspace_id
    hurry = Finding(rule="manipulation", severity="error", reason="“Hurry” presses.")
    async with conversation.database.transaction(workspace) as session:
        (owner,) = await Members(session).list()
        post = (await stage(session, text="Hurry now.", findings=(hurry,))).post
    conversation.caller = conversation.caller.model_copy(update={"member_id": owner.id})
    shown = await conversation.say("which posts are waiting for approval?")
    assert "“Hurry” presses." in shown.text
    await conversation.say("approve the post")
    refused = await conversation.say("yes")
    assert refused.steps[0].failed and "override: manipulation" in refused.text
    asked = await conversation.say(
        "approve the post, override: manipulation, note: it is the title of the book"
    )
    (wanted,) = asked.waiting
    assert wanted.arguments["override"] == ["manipulation"]
    assert "This overrides what the checks blocked: manipulation" in asked.text
    await conversation.say("no")
    async with conversation.database.transaction(workspace) as session:
        assert (await Posts(session).get(post.id)).state is PostState.AWAITING_APPROVAL
    await conversation.say(
        "approve the post, override: manipulation, note: it is the title of the book"
    )
    assert not (await conversation.say("yes")).steps[0].failed
    async with conversation.database.transaction(workspace) as session:
        (said,) = await Posts(session).approvals(post.campaign_id)
    assert (said.by, said.note) == (owner.id, "it is the title of the book")
    assert said.overridden == (hurry,)


async def test_nothing_is_found_nothing_is_started(conversation: Conversation) -> None:
    await conversation.write("Elections", "Who may vote, where and until when.")
    reply = await conversation.say("start a campaign about quantum physics")
    assert "nothing that fits" in reply.text and not reply.waiting
