"""The feed: newest first, pictures, RSS that readers can read, many writers, no way out."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import feedparser
import pytest

from connectors.sandbox import Sandbox
from smartcontent.errors import NotFound
from tests.contracts.connector_checks import WORKSPACE, outgoing

PICTURES: Sequence[tuple[str, bytes, str]] = (
    ("image/png", b"\x89PNG one", "a chart"),
    ("image/jpeg", b"\xff\xd8 two", "two people"),
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path / "feed")


async def test_the_same_receipt_for_the_same_effect_key(sandbox: Sandbox) -> None:
    post = outgoing()
    first = await sandbox.publish(post)
    again = await sandbox.publish(post.model_copy(update={"text": "changed meanwhile"}))
    assert first == again == await sandbox.find(post)
    assert [shown.text for shown in sandbox.posts(WORKSPACE, 9)] == [post.text]


async def test_newest_first_and_no_more_than_asked(sandbox: Sandbox) -> None:
    for number in range(5):
        await sandbox.publish(outgoing(f"post {number}"))
    texts = [post.text for post in sandbox.posts(WORKSPACE, 3)]
    assert texts == ["post 4", "post 3", "post 2"]
    assert sandbox.posts(WORKSPACE, 0) == []


async def test_another_workspace_sees_nothing(sandbox: Sandbox) -> None:
    post = outgoing(media=PICTURES)
    await sandbox.publish(post)
    theirs = post.model_copy(update={"workspace_id": UUID(int=8)})
    name = sandbox.posts(WORKSPACE, 1)[0].media[0].name
    assert await sandbox.find(theirs) is None
    assert sandbox.posts(UUID(int=8), 9) == []
    with pytest.raises(NotFound):
        sandbox.media(UUID(int=8), name)
    await sandbox.delete(theirs, await sandbox.publish(post))
    assert len(sandbox.posts(WORKSPACE, 9)) == 1


async def test_pictures_come_back_and_go_with_their_post(sandbox: Sandbox, tmp_path: Path) -> None:
    post = outgoing(media=PICTURES)
    receipt = await sandbox.publish(post)
    shown = sandbox.posts(WORKSPACE, 1)[0].media
    back = [(one.media_type, sandbox.media(WORKSPACE, one.name), one.alt_text) for one in shown]
    assert tuple(back) == PICTURES
    await sandbox.delete(post, receipt)
    assert list((tmp_path / "feed" / str(WORKSPACE)).iterdir()) == []


@pytest.mark.parametrize("name", ["../secret", "x", "", "/etc/passwd", "a" * 64 + "-1/../x"])
async def test_a_picture_name_is_no_path(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    await sandbox.publish(outgoing())
    (tmp_path / "feed" / "secret").write_text("no")
    with pytest.raises(NotFound):
        sandbox.media(WORKSPACE, name)


async def test_an_effect_key_is_no_path(sandbox: Sandbox, tmp_path: Path) -> None:
    await sandbox.publish(outgoing(effect_key="../../outside"))
    assert [path.name for path in tmp_path.iterdir()] == ["feed"]
    assert len(sandbox.posts(WORKSPACE, 9)) == 1


async def test_many_writers_one_post(tmp_path: Path) -> None:
    """Two objects on one folder and several threads each: one file, one receipt."""
    post = outgoing(media=PICTURES)
    writers = [Sandbox(tmp_path), Sandbox(tmp_path)] * 10
    receipts = await asyncio.gather(*(writer.publish(post) for writer in writers))
    assert len({receipt.published_at for receipt in receipts}) == 1
    assert len(writers[0].posts(WORKSPACE, 9)) == 1


ROOT = Path(__file__).parents[2]
KILLED = """
import asyncio, os, sys
from pathlib import Path
from connectors import sandbox
from tests.contracts.connector_checks import outgoing
os.link = lambda *_: os._exit(9)
asyncio.run(sandbox.Sandbox(Path(sys.argv[1])).publish(outgoing("half", effect_key="k")))
"""


async def test_killed_before_the_post_appears(tmp_path: Path) -> None:
    """What a killed writer left is not shown, and the next try is the first."""
    run = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, cwd=ROOT)
    assert run.returncode == 9
    feed = Sandbox(tmp_path)
    assert len(list((tmp_path / str(WORKSPACE)).iterdir())) == 1
    assert feed.posts(WORKSPACE, 9) == []
    await feed.publish(outgoing("half", effect_key="k"))
    assert [post.text for post in feed.posts(WORKSPACE, 9)] == ["half"]


async def test_rss_is_what_a_reader_reads(sandbox: Sandbox) -> None:
    odd = "Tea & <b>toast</b>\x00 – ümlaut \U0001f35e"
    await sandbox.publish(outgoing("first", link="https://example.org/a"))
    await sandbox.publish(outgoing(odd, title="Breakfast"))
    feed = feedparser.parse(sandbox.rss(WORKSPACE, title="My feed", link="http://127.0.0.1/feed"))
    assert not feed.bozo
    assert feed.feed.title == "My feed"
    assert [entry.title for entry in feed.entries] == ["Breakfast", "first"]
    assert feed.entries[0].summary == odd.replace("\x00", "")
    assert feed.entries[1].link == "https://example.org/a"
    assert len({entry.id for entry in feed.entries}) == 2


async def test_an_empty_feed_is_a_feed(sandbox: Sandbox) -> None:
    feed = feedparser.parse(sandbox.rss(uuid4(), title="Empty", link="http://127.0.0.1/feed"))
    assert not feed.bozo
    assert feed.entries == []


async def test_graphemes_are_counted(sandbox: Sandbox) -> None:
    family = "\U0001f469‍\U0001f469‍\U0001f467"
    await sandbox.publish(outgoing(family * 500))
    assert len(sandbox.posts(WORKSPACE, 1)[0].text) == 2500


async def test_files_are_plain_json(sandbox: Sandbox, tmp_path: Path) -> None:
    await sandbox.publish(outgoing("hello"))
    file = next((tmp_path / "feed" / str(WORKSPACE)).glob("*.json"))
    assert json.loads(file.read_text())["text"] == "hello"
