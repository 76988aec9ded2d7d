"""The chat's pictures: shown with what a platform misses, and described."""

from uuid import UUID

import pytest

from smartcontent.content import Content, Media, Role
from smartcontent.errors import InvalidInput, NotAllowed, NotFound, UnknownPlatform
from store.contents import Contents
from store.database import Database
from store.rows import new_id
from tests.tools.test_seven_tools import Desk


@pytest.fixture
def desk(database: Database, workspace: UUID) -> Desk:
    return Desk(database, workspace)


async def pictured(desk: Desk, title: str, *words: str) -> Content:
    content = await desk.write(title, "Four words are here.")
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        for said in words:
            media = Media(
                id=new_id(), media_type="image/png", bytes=9, sha256="0" * 64, alt_text=said
            )
            content = await Contents(session).attach(content.id, media)
    return content


async def test_pictures_are_shown_with_what_is_wrong_for_a_platform(desk: Desk) -> None:
    bread = await pictured(desk, "Rye bread", "A loaf", "", "loaf " * 220)
    await pictured(desk, "Elections", "A ballot")
    asked = {"content_id": str(bread.id)}
    cards = await desk.call("show_pictures", **asked)
    assert [bool(card["problem"]) for card in cards] == [False, True, False]
    assert "no alternative text" in cards[1]["problem"]
    on_x = await desk.call("show_pictures", **asked, platform="x")  # 1,000 characters there
    assert [bool(card["problem"]) for card in on_x] == [False, True, True]
    lacking = await desk.call("show_pictures", platform="x", lacking=True)
    assert [card["picture_id"] for card in lacking] == [str(m.id) for m in bread.media[1:]]
    everything = await desk.call("show_pictures")
    assert {card["content"] for card in everything} == {"Rye bread", "Elections"}
    with pytest.raises(UnknownPlatform):
        await desk.call("show_pictures", platform="myspace")


async def test_words_are_given_and_nothing_is_lacking_then(desk: Desk) -> None:
    content = await pictured(desk, "Rye bread", "")
    (picture,) = content.media
    said = await desk.call("describe_picture", picture_id=str(picture.id), alt_text="A loaf ")
    assert said == {**picture.model_dump(mode="json"), "alt_text": "A loaf"}
    assert await desk.call("show_pictures", lacking=True) == []
    for empty in ("", "a" * 1_001):
        with pytest.raises(InvalidInput):
            await desk.call("describe_picture", picture_id=str(picture.id), alt_text=empty)


async def test_a_neighbour_neither_sees_nor_describes_them(
    desk: Desk, database: Database, second_workspace: UUID
) -> None:
    content = await pictured(desk, "Rye bread", "A loaf")
    (picture,) = content.media
    stranger = Desk(database, second_workspace)
    assert await stranger.call("show_pictures") == []
    with pytest.raises(NotFound):
        await stranger.call("show_pictures", content_id=str(content.id))
    with pytest.raises(NotFound):
        await stranger.call("describe_picture", picture_id=str(picture.id), alt_text="mine")
    (card,) = await desk.call("show_pictures")
    assert card["text"] == "A loaf"


@pytest.mark.parametrize("role", ["reviewer", "analyst"])
async def test_who_reads_only_does_not_describe(desk: Desk, workspace: UUID, role: Role) -> None:
    content = await pictured(desk, "Rye bread", "A loaf")
    reader = Desk(desk.database, workspace, role)
    assert len(await reader.call("show_pictures")) == 1
    with pytest.raises(NotAllowed):
        asked = {"picture_id": str(content.media[0].id), "alt_text": "mine"}
        await reader.call("describe_picture", **asked)


def test_describing_is_asked_for_first(desk: Desk) -> None:
    assert desk.box.tools["describe_picture"].effect and not desk.box.tools["show_pictures"].effect
