"""Contents, their versions and pictures, and what the analyst said."""

from uuid import UUID

import pytest

from smartcontent.content import Analysis, Media, Readability
from smartcontent.errors import NotFound, StaleVersion
from store.contents import Analyses, Contents
from store.database import Database
from store.rows import new_id


async def test_an_edit_is_a_new_version_and_the_old_stay(
    database: Database, workspace: UUID
) -> None:
    async with database.transaction(workspace) as session:
        contents = Contents(session)
        first = await contents.add(title="A", text="t", source="# t", format="markdown")
        second = await contents.edit(first.id, version=1, title="B", link="https://x.test")
        assert (second.version, second.title, second.text) == (2, "B", "t")
        assert (second.format, second.created_at) == ("markdown", first.created_at)
        assert [(old.version, old.title) for old in await contents.versions(first.id)] == [
            (2, "B"),
            (1, "A"),
        ]
        with pytest.raises(StaleVersion):
            await contents.edit(first.id, version=1, title="C")
        assert await contents.get(first.id) == second


async def test_lists_are_newest_first_and_go_on_after_a_cursor(
    database: Database, workspace: UUID
) -> None:
    async with database.transaction(workspace) as session:
        contents = Contents(session)
        for title in "abcde":
            await contents.add(title=title, text=title, source=title, format="text")
        first = await contents.list(limit=2)
        rest = await contents.list(after=first[-1].id)
        assert [content.title for content in first + rest] == list("edcba")
        assert await contents.list(after=new_id()) == []


async def test_pictures_come_and_go_with_their_content(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        contents = Contents(session)
        content = await contents.add(title="A", text="t", source="t", format="text")
        picture = Media(id=new_id(), media_type="image/png", bytes=3, sha256="0" * 64)
        assert (await contents.attach(content.id, picture)).media == (picture,)
        assert (await contents.list())[0].media == (picture,)
        assert (await contents.detach(content.id, picture.id)).media == ()
        await contents.delete(content.id)
        for gone in (contents.get, contents.delete, contents.versions):
            with pytest.raises(NotFound):
                await gone(content.id)


async def test_the_latest_analysis_is_kept(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        content = await Contents(session).add(title="A", text="t", source="t", format="text")
        assert await Analyses(session).of(content.id) is None
        for language in ("en", "pt"):
            analysis = Analysis(
                content_id=content.id,
                title="A",
                language=language,
                language_confidence=0.9,
                readability=Readability(words=1, sentences=1, lix=None),
                tone={"joy": 0.25},
            )
            await Analyses(session).save(analysis)
        assert await Analyses(session).of(content.id) == analysis
