"""How a post speaks: its language, pressure on the reader, personal data, repetition."""

from collections.abc import Iterator, Sequence
from typing import Literal

from smartcontent.content import Content, Finding, Variant
from tools.compare_posts import likeness
from tools.detect_language import detect, likelihood
from tools.find_disclosure import labelled, paid
from tools.find_manipulation import find_manipulation
from tools.find_personal_data import find_personal_data
from tools.plain_post import PlainPost
from tools.score_manner import CLICKBAIT, OUTRAGE, PRESSURE, suspect

NEAR = 0.6  # share of runs of three words from which a post repeats an earlier one
SAME = 0.98
_ENOUGH = 40  # letters: under this a language cannot be told
_SURE = 0.9
_WHY = {
    CLICKBAIT: "reads like a headline that hides its point",
    PRESSURE: "reads like a shop that presses for a decision",
    OUTRAGE: "reads as angry or disgusted",
}
_PUBLIC = frozenset({"mail address", "telephone number"})


def check_manner(
    post: PlainPost, variant: Variant, content: Content, past: Sequence[str]
) -> list[Finding]:
    """Findings `wrong-language`, `manipulation`, `personal-data`, `near-duplicate` and
    `missing-disclosure`."""
    language = variant.language
    return [
        *_language(post, language),
        *_pressure(post, language, content),
        *_personal(post, content),
        *_repeats(post, past),
        *_undisclosed(variant.text, content),
    ]


def _language(post: PlainPost, language: str) -> Iterator[Finding]:
    if sum(character.isalpha() for character in post.text) < _ENOUGH:
        return
    found, confidence = detect(post.text)
    if found != language and confidence > _SURE and likelihood(post.text, language) < 1 - _SURE:
        yield Finding(
            rule="wrong-language",
            severity="error",
            reason=f"The text should be in {language}, and it is in {found}.",
            fix=f"Write it in {language}.",
        )


def _pressure(post: PlainPost, language: str, content: Content) -> Iterator[Finding]:
    """What the source says itself only asks: a real deadline may be named."""
    source = f"{content.title}\n{content.text}".casefold()
    listed = find_manipulation(post.text, language)
    yield from _suspected(post, language, source, [(one.start, one.end) for one in listed])
    for found in listed:
        said = found.text.strip().casefold() in source
        severity: Literal["warning", "error"] = "warning" if said else "error"
        yield Finding(
            rule="manipulation",
            severity=severity,
            reason=f"“{found.text.strip()}” {found.why} ({found.kind}).",
            fix="Say what the reader gains, and name a real deadline if there is one.",
            span=post.span(found.start, found.end),
        )


def _suspected(
    post: PlainPost, language: str, source: str, listed: Sequence[tuple[int, int]]
) -> Iterator[Finding]:
    """What only the model suspects is asked about; the source's own sentences are not."""
    for found in suspect(post.text, language):
        known = any(start < found.end and found.start < end for start, end in listed)
        if known or found.text.casefold() in source:
            continue
        yield Finding(
            rule="manipulation",
            severity="warning",
            reason=f"“{found.text}” {_WHY[found.manner]} ({found.sureness:.0%} sure).",
            fix="Say what the reader gains; keep it if it only says what is so.",
            span=post.span(found.start, found.end),
        )


def _personal(post: PlainPost, content: Content) -> Iterator[Finding]:
    """An address that the source gives may be meant for the public: that is asked."""
    source = f"{content.title}\n{content.text}"
    for found in find_personal_data(post.text):
        public = found.text in source and found.kind in _PUBLIC
        severity: Literal["warning", "error"] = "warning" if public else "error"
        where = "in the source: is it meant for the public?" if public else "not in the source."
        yield Finding(
            rule="personal-data",
            severity=severity,
            reason=f"The {found.kind} “{found.text}” is {where}",
            fix="Take it out, or link to a contact page.",
            span=post.span(found.start, found.end),
        )


def _repeats(post: PlainPost, past: Sequence[str]) -> Iterator[Finding]:
    nearest = max((likeness(post.text, earlier) for earlier in past), default=0.0)
    if nearest >= NEAR:
        same = nearest >= SAME
        yield Finding(
            rule="near-duplicate",
            severity="error" if same else "warning",
            reason="This was posted before."
            if same
            else f"{nearest:.0%} of the wording was posted before.",
            fix="Choose another beginning or another part of the source.",
        )


def _undisclosed(text: str, content: Content) -> Iterator[Finding]:
    """A paid piece is named as one; hashtags count, so the post is read as it is sent."""
    known = paid(content.source, f"{content.title}\n{content.text}")
    if known is None or labelled(text):
        return
    severity: Literal["warning", "error"] = "error" if known.declared else "warning"
    yield Finding(
        rule="missing-disclosure",
        severity=severity,
        reason=f"The source says “{known.words}”, and the post does not say that it is paid.",
        fix="Say so where everybody sees it, for example with #ad or “Paid partnership”.",
    )
