"""A creator talks: the real tools, the real store, durable threads, no language model."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
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
from store.rows import new_id
from store.variants import Variants
from tests.graph.test_assistant import Scripted, calling
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

    async def say(self, text: str, model: BaseChatModel | None = None) -> ChatReply:
        known = {"platforms": ("sandbox",)}
        chat = model or EmbeddedChat(embedder=self.embedder, known=known)
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
    hopeless = await conversation.say("approve the post")
    assert "a yes approves nothing" in hopeless.text and "override: manipulation" in hopeless.text
    refused = await conversation.say("yes")
    assert refused.steps[0].failed and "override: manipulation" in refused.text
    asked = await conversation.say(
        "approve the post, override: manipulation, note: it is the title of the book"
    )
    (wanted,) = asked.waiting
    assert wanted.arguments["override"] == ["manipulation"]
    for told in ("“Hurry now.”", "This overrides", "manipulation: “Hurry” presses."):
        assert told in wanted.preview and told in asked.text
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


async def test_what_a_model_wants_overridden_a_person_reads_before_a_yes(
    conversation: Conversation,
) -> None:
    workspace, database = conversation.caller.workspace_id, conversation.database
    async with database.transaction(workspace) as session:
        post = (await stage(session)).post
        (owner,) = await Members(session).list()
    conversation.caller = conversation.caller.model_copy(update={"member_id": owner.id})
    seen = {"post_id": str(post.id), "content_hash": post.content_hash}
    wish = {**seen, "text": "Hurry up.", "override": ["manipulation"], "note": "Our style."}
    twice = [calling("approve_post", **wish), AIMessage("Fine."), calling("approve_post", **wish)]
    model = Scripted(script=[*twice, AIMessage("Done.")])
    for answer, state in (("no", PostState.AWAITING_APPROVAL), ("yes", PostState.APPROVED)):
        asked = await conversation.say("publish it", model)
        for told in ("“Hurry up.”", "This overrides", "“Hurry” presses.", "Our style."):
            assert told in asked.waiting[0].preview and told in asked.text
        async with database.transaction(workspace) as session:
            assert (await Posts(session).get(post.id)).state is PostState.AWAITING_APPROVAL
        await conversation.say(answer, model)
        async with database.transaction(workspace) as session:
            assert (await Posts(session).get(post.id)).state is state
            said = await Posts(session).approvals(post.campaign_id)
    assert [(word.by, word.note) for word in said] == [(owner.id, "Our style.")]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"text": "Hurry up."}, ("“Hurry up.”", "“Hurry” presses.", "a yes approves nothing")),
        ({"text": "Hurry up.", "override": ["manipulation"]}, ("“Hurry” presses.", "`note`")),
        ({"content_hash": "another"}, ("The text changed", "a yes does nothing")),
        ({"post_id": "1"}, ("cannot take these arguments", "a yes does nothing")),
    ],
)
async def test_a_yes_that_would_be_refused_is_told_so(
    conversation: Conversation, wish: dict[str, Any], told: tuple[str, ...]
) -> None:
    async with conversation.database.transaction(conversation.caller.workspace_id) as session:
        post = (await stage(session)).post
    call = {"post_id": str(post.id), "content_hash": post.content_hash, **wish}
    model = Scripted(script=[calling("approve_post", **call), AIMessage("It was refused.")])
    asked = await conversation.say("publish it", model)
    assert all(words in asked.text for words in told), asked.text
    assert (await conversation.say("yes", model)).steps[-1].failed
    async with conversation.database.transaction(conversation.caller.workspace_id) as session:
        assert (await Posts(session).get(post.id)).state is PostState.AWAITING_APPROVAL


async def test_the_words_of_another_variant_are_read_before_a_yes(
    conversation: Conversation,
) -> None:
    async with conversation.database.transaction(conversation.caller.workspace_id) as session:
        scene = await stage(session)
        fresh = {"id": new_id(), "text": "Bread for all.", "findings": ()}
        other = scene.variant.model_copy(update=fresh)
        await Variants(session).add(scene.campaign.id, [other])
    seen = {"post_id": str(scene.post.id), "content_hash": scene.post.content_hash}
    call = calling("approve_post", **seen, variant_id=str(other.id))
    model = Scripted(script=[call, AIMessage("Done.")])
    asked = await conversation.say("publish the other one", model)
    assert asked.waiting[0].preview == "“Bread for all.”"
    assert not (await conversation.say("yes", model)).steps[-1].failed
    async with conversation.database.transaction(conversation.caller.workspace_id) as session:
        assert (await Posts(session).get(scene.post.id)).text == "Bread for all."
