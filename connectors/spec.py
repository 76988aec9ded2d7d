"""What platforms allow, as they say it: one table, with source and date for each.

These are the facts that texts are written and checked by.  What a connector says of its own
platform comes first (limits found at run time win), and only a connector says what it can do.
A platform that is only in the table can be written for, not published to.
"""

from collections.abc import Mapping

from smartcontent.content import Platform, PlatformSpec
from smartcontent.errors import UnknownPlatform
from smartcontent.plugins import Connector

AS_OF = "2026-11-23"


def _table(*specs: PlatformSpec) -> dict[Platform, PlatformSpec]:
    return {spec.platform: spec for spec in specs}


PLATFORMS: Mapping[Platform, PlatformSpec] = _table(
    PlatformSpec(
        platform="bluesky",
        text_limit=300,
        counting="graphemes",
        byte_limit=3000,
        hashtag_limit=8,
        image_limit=4,
        image_bytes=2_000_000,
        alt_text_limit=2_000,
        source="https://github.com/bluesky-social/atproto lexicons/app/bsky/feed/post.json",
        as_of=AS_OF,
    ),
    PlatformSpec(  # defaults: each server says its own at /api/v2/instance
        platform="mastodon",
        text_limit=500,
        counting="graphemes",
        link_counts_as=23,
        server_of_mention_counts=False,
        image_limit=4,
        image_bytes=16_000_000,
        alt_text_limit=1_500,
        source="https://docs.joinmastodon.org/entities/Instance/",
        as_of=AS_OF,
    ),
    PlatformSpec(  # emoji and Chinese, Japanese, Korean characters count twice there
        platform="x",
        text_limit=280,
        counting="weighted",
        link_counts_as=23,
        image_limit=4,
        image_bytes=5_000_000,
        alt_text_limit=1_000,
        source="https://docs.x.com/fundamentals/counting-characters",
        as_of=AS_OF,
    ),
    PlatformSpec(
        platform="linkedin",
        text_limit=3000,
        image_limit=20,
        image_types=("image/jpeg", "image/png"),
        alt_text_limit=4_086,
        source="https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/",
        as_of=AS_OF,
    ),
    PlatformSpec(
        platform="instagram",
        text_limit=2200,
        hashtag_limit=30,
        image_limit=10,
        media_required=True,
        image_bytes=8_000_000,
        image_side=1_440,
        image_ratio=(4 / 5, 1.91),
        image_types=("image/jpeg",),
        alt_text_limit=1_000,
        source="https://developers.facebook.com/docs/instagram-platform/content-publishing",
        as_of=AS_OF,
    ),
    PlatformSpec(
        platform="facebook",
        text_limit=63206,
        image_limit=10,
        image_bytes=10_000_000,
        image_types=("image/jpeg", "image/png"),
        source="https://developers.facebook.com/docs/pages-api/posts",
        as_of=AS_OF,
    ),
    PlatformSpec(
        platform="threads",
        text_limit=500,
        image_limit=20,
        image_bytes=8_000_000,
        image_side=1_440,
        image_ratio=(1 / 10, 10.0),
        image_types=("image/jpeg", "image/png"),
        alt_text_limit=1_000,
        source="https://developers.facebook.com/docs/threads/overview",
        as_of=AS_OF,
    ),
    PlatformSpec(
        platform="reddit",
        text_limit=40000,
        title_limit=300,
        image_limit=1,
        markup="markdown",
        source="https://www.reddit.com/dev/api#POST_api_submit",
        as_of=AS_OF,
    ),
    PlatformSpec(
        platform="telegram",
        text_limit=4096,
        image_limit=10,
        image_bytes=10_000_000,
        image_side=5_000,
        image_ratio=(1 / 20, 20.0),
        image_types=("image/jpeg", "image/png"),
        source="https://core.telegram.org/bots/api#sendmessage",
        as_of=AS_OF,
    ),
    PlatformSpec(
        platform="discord",
        text_limit=2000,
        image_limit=10,
        markup="markdown",
        image_bytes=10_000_000,
        alt_text_limit=1_024,
        source="https://discord.com/developers/docs/resources/message#create-message",
        as_of=AS_OF,
    ),
    PlatformSpec(  # a photo post; a video's text takes 2,200
        platform="tiktok",
        text_limit=4000,
        title_limit=90,
        image_limit=35,
        media_required=True,
        image_types=("image/jpeg", "image/webp"),
        source="https://developers.tiktok.com/doc/content-posting-api-reference-photo-post",
        as_of=AS_OF,
    ),
    PlatformSpec(
        platform="slack",
        text_limit=40000,
        image_limit=10,
        markup="markdown",
        source="https://docs.slack.dev/reference/methods/chat.postMessage",
        as_of=AS_OF,
    ),
    PlatformSpec(
        platform="devto",
        text_limit=100000,
        image_limit=1,
        markup="markdown",
        source="https://developers.forem.com/api/v1",
        as_of=AS_OF,
    ),
    PlatformSpec(  # what stands under a video, and the picture in front of it
        platform="youtube",
        text_limit=5000,
        counting="bytes",
        title_limit=100,
        hashtag_limit=60,
        image_limit=1,
        image_bytes=2_000_000,
        image_types=("image/jpeg", "image/png"),
        source="https://developers.google.com/youtube/v3/docs/videos",
        as_of=AS_OF,
    ),
    PlatformSpec(  # has no limit of its own; more is no post
        platform="wordpress",
        text_limit=1_000_000,
        image_limit=1,
        markup="html",
        source="https://developer.wordpress.org/rest-api/reference/posts/",
        as_of=AS_OF,
    ),
)


def known_specs(connectors: Mapping[Platform, Connector]) -> dict[Platform, PlatformSpec]:
    """Every platform that can be written for, by name."""
    connected = {name: connector.spec for name, connector in connectors.items()}
    return dict(sorted({**PLATFORMS, **connected}.items()))


def spec_for(platform: Platform, connectors: Mapping[Platform, Connector]) -> PlatformSpec:
    """The rules of a platform.  Raises UnknownPlatform with the known ones.

    >>> spec_for("bluesky", {}).text_limit
    300
    >>> spec_for("myspace", {})
    Traceback (most recent call last):
    smartcontent.errors.UnknownPlatform: There is no platform myspace. Choose one of: ...
    """
    specs = known_specs(connectors)
    if platform not in specs:
        raise UnknownPlatform(
            f"There is no platform {platform}.",
            todo=f"Choose one of: {', '.join(specs)}.",
            platform=platform,
        )
    return specs[platform]
