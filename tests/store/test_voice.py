"""Rules are learned once, whatever interrupts, and what a creator said of them stays."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from smartcontent.content import Caller
from smartcontent.errors import AlreadyExists, Conflict, NotFound
from smartcontent.scopes import SCOPES
from smartcontent.voice import VoiceRule, VoiceSetting
from store.contents import Contents
from store.database import Database, Session
from store.posts import Posts
from store.rows import new_id
from store.voice import VoiceExamples, VoiceRules, worded
from tests.store.scene import stage
from tests.tools.test_seven_tools import Checker
from tools.approve_post import approve as approve_as_said
from tools.bring_examples import bring_examples
from tools.learn_voice import ENOUGH, HABIT, learn_voice
from tools.review_post import Yes

DRAFT = "We opened a library. Readers came.\n\n#Library #Night"
BARE = "We opened a library. Readers came."


async def approve(session: Session, workspace: UUID, text: str | None, draft: str = DRAFT) -> None:
    """A post drafted and approved by its creator, as `text` when it was edited."""
    post = (await stage(session, text=draft)).post
    scopes = frozenset(map(str, SCOPES))
    caller = Caller(workspace_id=workspace, role="owner", scopes=scopes)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Session]:
        yield session

    await approve_as_said(opened, Checker(), caller, Yes(post.id, post.content_hash, text))


async def edit_often(database: Database, workspace: UUID, times: int = ENOUGH) -> None:
    for _ in range(times):
        async with database.transaction(workspace) as session:
            await approve(session, workspace, BARE)


async def rules(database: Database, workspace: UUID) -> list[VoiceRule]:
    async with database.transaction(workspace) as session:
        return await VoiceRules(session).list()


def stated(found: Sequence[VoiceRule]) -> list[str]:
    return [rule.statement for rule in found]


async def test_three_edits_are_a_rule_and_two_are_none(database: Database, workspace: UUID) -> None:
    await edit_often(database, workspace, ENOUGH - 1)
    assert await rules(database, workspace) == []
    await edit_often(database, workspace, 1)
    (rule,) = await rules(database, workspace)
    assert (rule.statement, rule.origin, rule.enabled) == ("No hashtags.", "edits", True)
    assert (rule.support, rule.against, len(rule.evidence)) == (3, 0, 3)
    assert rule.evidence[0].post_id is not None


async def test_a_standing_order_is_nobodys_word(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        post = (await stage(session, text=DRAFT)).post
        await Posts(session).approve(post.id, content_hash=post.content_hash, by=None, note="auto")
        assert await worded(session, limit=9) == []


async def test_learning_again_or_at_once_changes_nothing(
    database: Database, workspace: UUID
) -> None:
    await edit_often(database, workspace)
    before = await rules(database, workspace)

    async def again() -> None:
        async with database.transaction(workspace) as session:
            await learn_voice(session)

    await asyncio.gather(*(again() for _ in range(4)))
    assert await rules(database, workspace) == before


async def test_an_approval_that_is_undone_taught_nothing(
    database: Database, workspace: UUID
) -> None:
    """Killed before the commit: the rule goes with the approval, and comes once with the next."""
    await edit_often(database, workspace, ENOUGH - 1)
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(workspace) as session:
            await approve(session, workspace, BARE)
            assert len(await VoiceRules(session).list()) == 1
            raise ZeroDivisionError
    assert await rules(database, workspace) == []
    await edit_often(database, workspace, 1)
    assert stated(await rules(database, workspace)) == ["No hashtags."]


async def test_a_deleted_rule_does_not_come_back_by_itself(
    database: Database, workspace: UUID
) -> None:
    await edit_often(database, workspace)
    (rule,) = await rules(database, workspace)
    async with database.transaction(workspace) as session:
        await VoiceRules(session).delete(rule.id)
        with pytest.raises(NotFound):
            await VoiceRules(session).delete(rule.id)
    await edit_often(database, workspace)
    assert await rules(database, workspace) == []
    async with database.transaction(workspace) as session:  # by hand it does
        again = await VoiceRules(session).add(VoiceSetting(kind="hashtags", most=0))
    assert (again.origin, again.evidence) == ("creator", ())
    assert await rules(database, workspace) == [again]


async def test_a_switched_off_rule_stays_off_and_an_edited_one_edited(
    database: Database, workspace: UUID
) -> None:
    await edit_often(database, workspace)
    (rule,) = await rules(database, workspace)
    async with database.transaction(workspace) as session:
        await VoiceRules(session).change(rule.id, enabled=False)
    await edit_often(database, workspace)
    (rule,) = await rules(database, workspace)
    assert (rule.enabled, rule.support, rule.origin) == (False, 6, "edits")
    async with database.transaction(workspace) as session:
        await VoiceRules(session).change(rule.id, enabled=True, most=1)
    await edit_often(database, workspace)
    (rule,) = await rules(database, workspace)
    assert (rule.statement, rule.origin, rule.support) == ("At most 1 hashtag.", "creator", 9)


async def test_edits_take_back_what_edits_taught(database: Database, workspace: UUID) -> None:
    await edit_often(database, workspace)
    for _ in range(ENOUGH + 1):
        async with database.transaction(workspace) as session:
            await approve(session, workspace, DRAFT, draft=BARE)
    assert await rules(database, workspace) == []


async def test_what_a_rule_of_its_kind_cannot_ask(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        own = VoiceRules(session)
        rule = await own.add(VoiceSetting(kind="no_emoji"))
        with pytest.raises(Conflict, match="takes nothing more"):
            await own.change(rule.id, about="x")
        with pytest.raises(AlreadyExists):
            await own.add(VoiceSetting(kind="no_emoji"))
        with pytest.raises(NotFound):
            await own.change(new_id(), enabled=False)


async def test_own_posts_are_kept_once_and_learned_from(
    database: Database, workspace: UUID
) -> None:
    texts = [f"We opened room number {n} today. It is warm." for n in range(HABIT)]
    async with database.transaction(workspace) as session:
        assert await bring_examples(session, texts[1:]) == HABIT - 1
        assert await VoiceRules(session).list() == []
        assert await bring_examples(session, texts) == 1
        assert "No hashtags." in stated(await VoiceRules(session).list())
        (newest, *_) = await VoiceExamples(session).list()
        await VoiceExamples(session).delete(newest.id)
        assert len(await VoiceExamples(session).list()) == HABIT - 1


async def test_a_deleted_content_is_quoted_no_more(database: Database, workspace: UUID) -> None:
    await edit_often(database, workspace)
    (rule,) = await rules(database, workspace)
    async with database.transaction(workspace) as session:
        (content, *others) = await Contents(session).list()
        await Contents(session).delete(content.id)
    (kept,) = await rules(database, workspace)
    assert len(others) == 2
    assert kept.evidence == rule.evidence[1:]  # the newest content has the newest evidence
    assert (kept.statement, kept.support) == (rule.statement, rule.support)


async def test_the_neighbour_learns_nothing_of_it(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    await edit_often(database, workspace)
    (rule,) = await rules(database, workspace)
    async with database.transaction(second_workspace) as session:
        await learn_voice(session)
        own = VoiceRules(session)
        assert await own.list() == []
        assert await worded(session, limit=9) == []
        for reach in (own.get(rule.id), own.change(rule.id, enabled=False), own.delete(rule.id)):
            with pytest.raises(NotFound):
                await reach
    assert await rules(database, workspace) == [rule]
