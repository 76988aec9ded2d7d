"""Whether a platform takes a post: its length, its hashtags, its pictures."""

from collections.abc import Iterator

from smartcontent.content import Content, Finding, Media, PlatformSpec, Span, Variant
from tools.measure_text import Measure, measure

_COUNTED = {
    "characters": "characters",
    "graphemes": "characters as people see them",
    "bytes": "bytes",
    "weighted": "characters by its own weights",
}


def check_platform(variant: Variant, content: Content, spec: PlatformSpec) -> list[Finding]:
    """Findings `over-limit`, `missing-media`, `missing-alt-text`, by the platform's own count."""
    measured = measure(variant.text, spec)
    return [
        *_text(variant, spec, measured),
        *_title(content, spec),
        *_too_many("hashtags", measured.hashtags, spec.hashtag_limit, spec),
        *_too_many("pictures", len(variant.media), spec.image_limit, spec),
        *_pictures(variant, content, spec),
    ]


def _text(variant: Variant, spec: PlatformSpec, measured: Measure) -> Iterator[Finding]:
    if measured.over:
        end = len(variant.text)
        bytes_too = f" and {spec.byte_limit} bytes" if spec.byte_limit else ""
        yield Finding(
            rule="over-limit",
            severity="error",
            reason=f"{spec.platform} takes {spec.text_limit} {_COUNTED[spec.counting]}{bytes_too}; "
            f"this text has {measured.count} and {measured.bytes} bytes. "
            f"(Limit by {spec.source}, {spec.as_of}.)",
            fix=f"Shorten it by {measured.over}.",
            span=Span(start=max(0, end - measured.over), end=end),
        )


def _title(content: Content, spec: PlatformSpec) -> Iterator[Finding]:
    size = len(content.title)
    if spec.title_limit is not None and size > spec.title_limit:
        yield Finding(
            rule="over-limit",
            severity="error",
            reason=f"{spec.platform} takes titles of {spec.title_limit} characters; that of this "
            f"content has {size}.",
            fix="Give the content a shorter title.",
        )


def _too_many(what: str, found: int, limit: int | None, spec: PlatformSpec) -> Iterator[Finding]:
    if limit is not None and found > limit:
        yield Finding(
            rule="over-limit",
            severity="error",
            reason=f"{spec.platform} takes {limit} {what}; here are {found}.",
            fix=f"Take {found - limit} out.",
        )


def _pictures(variant: Variant, content: Content, spec: PlatformSpec) -> Iterator[Finding]:
    """A picture needs words for those who cannot see it; some platforms take no post without."""
    if spec.media_required and not variant.media:
        yield Finding(
            rule="missing-media",
            severity="error",
            reason=f"{spec.platform} takes no post without a picture.",
            fix="Add a picture to the content.",
        )
    known = {media.id: media for media in content.media}
    for number, picture in enumerate(variant.media, 1):
        yield from check_picture(number, known.get(picture), spec)


def check_picture(number: int, media: Media | None, spec: PlatformSpec) -> Iterator[Finding]:
    """Findings of one picture's words: `missing-alt-text`, `over-limit`."""
    if spec.alt_text_required and (media is None or not media.alt_text.strip()):
        yield Finding(
            rule="missing-alt-text",
            severity="error",
            reason=f"Picture {number} has no alternative text.",
            fix="Say in a sentence what the picture shows.",
        )
    if media is not None and len(media.alt_text) > (spec.alt_text_limit or len(media.alt_text)):
        yield Finding(
            rule="over-limit",
            severity="error",
            reason=f"{spec.platform} takes {spec.alt_text_limit} characters of alternative "
            f"text; that of picture {number} has {len(media.alt_text)}.",
            fix="Say it in fewer words.",
        )
