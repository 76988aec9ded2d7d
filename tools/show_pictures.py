"""Show the pictures of contents, and what keeps a platform from taking them."""

from uuid import UUID

from connectors.spec import PLATFORMS
from smartcontent import Given, tool
from smartcontent.content import Content, Media, Noun, Platform, PlatformSpec
from store.contents import Contents
from store.database import Session
from tools.check_platform import check_picture
from tools.platforms import Platforms

NEWEST = 50  # contents that are looked through where none is named
UNSAID = "(nobody has said what it shows)"
ANYWHERE = PlatformSpec(
    platform="any platform", text_limit=0, source="what people need who cannot see", as_of="2026"
)


class PictureCard(Noun):
    """A picture in words, and what has to be mended; `problem` is empty where nothing is."""

    text: str
    problem: str
    content: str
    picture_id: UUID
    content_id: UUID


@tool(scope="contents:read")
async def show_pictures(
    content_id: UUID | None = None,
    platform: str | None = None,
    lacking: bool = False,
    *,
    session: Given[Session],
    platforms: Given[Platforms],
) -> list[PictureCard]:
    """Show the pictures of a content, or of all, with their alternative texts.

    With a platform its own limits count.  `lacking` shows only those that something is wrong with.

    Examples: "show my pictures", "which pictures are lacking alt text?",
    "list the images of my article", "do all photos have a description?"
    """
    contents = Contents(session)
    spec = ANYWHERE if platform is None else _spec(platform, platforms)
    looked = [await contents.get(content_id)] if content_id else await contents.list(limit=NEWEST)
    cards = [
        _card(content, number, media, spec)
        for content in looked
        for number, media in enumerate(content.media, 1)
    ]
    return [card for card in cards if card.problem or not lacking]


def _spec(platform: Platform, platforms: Platforms) -> PlatformSpec:
    """What a connector says of its own platform comes first.  Raises UnknownPlatform."""
    known = Platforms({**PLATFORMS, **platforms.specs})
    known.require([platform])
    return known.specs[platform]


def _card(content: Content, number: int, media: Media, spec: PlatformSpec) -> PictureCard:
    return PictureCard(
        text=media.alt_text or UNSAID,
        problem=" ".join(found.reason for found in check_picture(number, media, spec)),
        content=content.title,
        picture_id=media.id,
        content_id=content.id,
    )
