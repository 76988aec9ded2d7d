"""A platform of our own: a feed in a folder that the app shows as a page and as RSS.

One JSON file per post, named after its effect key, so a post can be there once; its pictures
lie beside it.  A file appears whole or not at all (`link` of a synced file).
"""

import asyncio
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from heapq import nlargest
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import regex
from feedgen.feed import FeedGenerator
from pydantic import AwareDatetime

from smartcontent.content import Noun, PlatformSpec
from smartcontent.errors import NotFound, OutcomeUnknown, Rejected, Unreachable
from smartcontent.publishing import Engagement, Outgoing, Receipt

R = TypeVar("R")

PICTURE = regex.compile(r"[0-9a-f]{64}-[0-9]+")
SPEC = PlatformSpec(
    platform="sandbox",
    text_limit=500,
    counting="graphemes",
    image_limit=4,
    personalises=True,
    idempotent=True,
    can_find=True,
    source="SmartContent's own feed; the limits are those of a usual short-post network",
    as_of="2026-01-01",
)


class SandboxMedia(Noun):
    """A picture of a post: ask `Sandbox.media` for its bytes."""

    name: str
    media_type: str
    alt_text: str


class SandboxPost(Noun):
    """A post as the feed shows it."""

    effect_key: str
    post_id: UUID
    account: str
    text: str
    title: str
    link: str | None
    language: str
    media: tuple[SandboxMedia, ...]
    published_at: AwareDatetime


class Sandbox:
    """A local feed per workspace under `folder`, written by any number of processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.spec = SPEC

    # -- what every connector can ------------------------------------------------------------

    async def publish(self, outgoing: Outgoing) -> Receipt:
        """Put it into the feed, or answer as the first time when it is there already."""
        return await self._on_disk(self._publish, outgoing)

    async def find(self, outgoing: Outgoing) -> Receipt | None:
        return await self._on_disk(self._find, outgoing)

    async def delete(self, outgoing: Outgoing, receipt: Receipt) -> None:
        """Take it out of the feed; fine when it is not there."""
        await self._on_disk(self._delete, outgoing)

    async def engagement(self, outgoing: Outgoing, receipt: Receipt) -> Engagement:
        """A folder counts nothing, so every count is None; readers' events come by the API."""
        return Engagement(read_at=datetime.now(UTC))

    # -- what the feed page asks ---------------------------------------------------------------

    def posts(self, workspace_id: UUID, limit: int = 50) -> list[SandboxPost]:
        """Newest first.  Files carry their post's time, so only `limit` of them are opened."""
        files = self._room(workspace_id).glob("*.json")
        newest = nlargest(limit, ((_modified(file), file) for file in files))
        read = [post for _, file in newest if (post := _read(file))]
        return sorted(read, key=lambda post: (post.published_at, post.effect_key), reverse=True)

    def media(self, workspace_id: UUID, name: str) -> bytes:
        """The bytes of a picture by the name its post gives.  Raises NotFound."""
        file = self._room(workspace_id) / name
        if not PICTURE.fullmatch(name) or not file.is_file():
            raise NotFound(
                "There is no such picture in this feed.",
                todo="Take the name from the post's media.",
                name=name,
            )
        return file.read_bytes()

    def rss(self, workspace_id: UUID, *, title: str, link: str) -> bytes:
        """The feed as RSS 2.0 (https://www.rssboard.org/rss-specification)."""
        feed = FeedGenerator()
        feed.title(title)
        feed.link(href=link, rel="alternate")
        feed.description(title)
        for post in self.posts(workspace_id):
            entry = feed.add_entry(order="append")
            entry.guid(_name(post.effect_key), permalink=False)
            entry.title(_printable(post.title or post.text[:80]))
            entry.description(_printable(post.text))
            entry.link(href=_printable(post.link or f"{link}#{_name(post.effect_key)}"))
            entry.published(post.published_at)
        rss: bytes = feed.rss_str(pretty=True)
        return rss

    async def _on_disk(self, act: Callable[[Outgoing], R], outgoing: Outgoing) -> R:
        """In a thread; a disk that fails is this platform being down.  Trying again is safe."""
        try:
            return await asyncio.to_thread(act, outgoing)
        except OSError as problem:
            raise Unreachable(
                f"The feed's folder {self._folder} cannot be used: {problem.strerror}.",
                todo="Give this user the right to write there, then try again.",
            ) from problem

    # -- files ---------------------------------------------------------------------------------

    def _room(self, workspace_id: UUID) -> Path:
        return self._folder / str(workspace_id)

    def _file(self, outgoing: Outgoing) -> Path:
        return self._room(outgoing.workspace_id) / f"{_name(outgoing.effect_key)}.json"

    def _publish(self, outgoing: Outgoing) -> Receipt:
        _fits(outgoing)
        earlier = self._find(outgoing)
        if earlier:
            return earlier
        self._write(outgoing)
        return self._certain(outgoing)

    def _write(self, outgoing: Outgoing) -> None:
        """Pictures first: a post in the feed has all of its own."""
        post, room = _as_post(outgoing), self._room(outgoing.workspace_id)
        for picture, (_, data, _) in zip(post.media, outgoing.media, strict=True):
            _write_once(room / picture.name, data)
        _write_once(self._file(outgoing), post.model_dump_json().encode(), post.published_at)

    def _certain(self, outgoing: Outgoing) -> Receipt:
        """What is in the feed now: ours, or that of whoever was first with this effect key."""
        receipt = self._find(outgoing)
        if receipt is None:
            raise OutcomeUnknown(
                "The post was written to the feed and is not there any more.",
                todo="Look at the feed; somebody may have deleted it.",
            )
        return receipt

    def _find(self, outgoing: Outgoing) -> Receipt | None:
        post = _read(self._file(outgoing))
        name = _name(outgoing.effect_key)
        return Receipt(remote_id=name, published_at=post.published_at) if post else None

    def _delete(self, outgoing: Outgoing) -> None:
        file = self._file(outgoing)
        post = _read(file)
        file.unlink(missing_ok=True)
        for picture in post.media if post else ():
            (file.parent / picture.name).unlink(missing_ok=True)


def _fits(outgoing: Outgoing) -> None:
    """Refuse what a network of this kind would refuse."""
    length = len(regex.findall(r"\X", outgoing.text))
    if length > SPEC.text_limit or len(outgoing.media) > SPEC.image_limit:
        raise Rejected(
            f"The sandbox takes {SPEC.text_limit} graphemes and {SPEC.image_limit} pictures; "
            f"this post has {length} and {len(outgoing.media)}.",
            todo="Shorten the text or leave pictures out, then approve it again.",
            length=length,
        )


def _as_post(outgoing: Outgoing) -> SandboxPost:
    name = _name(outgoing.effect_key)
    return SandboxPost(
        media=tuple(
            SandboxMedia(name=f"{name}-{number}", media_type=media_type, alt_text=alt_text)
            for number, (media_type, _, alt_text) in enumerate(outgoing.media)
        ),
        published_at=datetime.now(UTC),
        **outgoing.model_dump(exclude={"workspace_id", "media"}),
    )


def _name(effect_key: str) -> str:
    """Any effect key is a safe file name this way, and one's feed does not tell another's keys."""
    return hashlib.sha256(effect_key.encode()).hexdigest()


def _printable(text: str) -> str:
    """Without the control characters that XML 1.0 (section 2.2) does not allow.

    >>> _printable("a" + chr(0) + "b")
    'ab'
    """
    return regex.sub(r"[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]", "", text)


def _modified(file: Path) -> int:
    """0 for one that was deleted meanwhile: the last to be shown, and then not there."""
    with suppress(FileNotFoundError):
        return file.stat().st_mtime_ns
    return 0


def _read(file: Path) -> SandboxPost | None:
    try:
        return SandboxPost.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        return None


def _write_once(file: Path, data: bytes, at: datetime | None = None) -> None:
    """Whole, on disk, and only when there is none: `link` fails where a name is taken."""
    file.parent.mkdir(parents=True, exist_ok=True)
    written = file.with_name(f".{uuid4().hex}.new")
    try:
        _write(written, data)
        if at:
            os.utime(written, (at.timestamp(), at.timestamp()))
        with suppress(FileExistsError):
            os.link(written, file)
        _sync_folder(file.parent)
    finally:
        written.unlink(missing_ok=True)


def _write(file: Path, data: bytes) -> None:
    with file.open("xb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    """The name, too, must survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
