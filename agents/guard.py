"""The guard: nothing leaves that the source does not support or the platform does not take."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from smartcontent.content import (
    Analysis,
    Claim,
    Content,
    Finding,
    Platform,
    PlatformSpec,
    Span,
    Trace,
    Variant,
)
from smartcontent.errors import UnknownPlatform
from tools.compare_posts import likeness
from tools.compare_sentences import Difference, Sources
from tools.detect_language import detect, likelihood
from tools.find_claims import find_claims
from tools.find_evidence import Evidence
from tools.find_manipulation import find_manipulation
from tools.find_personal_data import find_personal_data
from tools.measure_text import measure
from tools.plain_post import PlainPost, plain_post
from tools.split_sentences import split

NEAR = 0.6  # shares of shingles from which a post repeats an earlier one
_ENOUGH_LETTERS = 40
_SURE = 0.9


@dataclass(frozen=True)
class _Source:
    """A content made ready for checks, kept for the next variant of the same content."""

    of: tuple[object, ...]
    evidence: Evidence
    sentences: Sources


class Guard:
    """Variant -> the same variant with findings and with each claim traced to the source.

    Severity `error` blocks, `warning` asks, `info` tells.
    """

    def __init__(self, *, specs: Mapping[Platform, PlatformSpec]) -> None:
        self.specs = specs
        self._last: _Source | None = None

    def check(
        self, variant: Variant, content: Content, analysis: Analysis, past: Sequence[str] = ()
    ) -> Variant:
        """The variant with what was found; `past` are texts the creator posted before.

        Raises UnknownPlatform for a platform without a spec.
        """
        spec = self._spec(variant.platform)
        post = plain_post(variant.text, spec)
        if not any(character.isalnum() for character in post.text):
            return _with(variant, [_empty()], ())
        source = self._source(content, analysis)
        claims = find_claims(post.text, variant.language)
        traces, unsupported = _trace(claims, source.evidence)
        findings = [
            *_over_limits(variant, spec),
            *_pictures(variant, content, spec),
            *(_unsupported(claim, post) for claim in unsupported),
            *_differences(post, variant.language, claims, unsupported, source),
            *_language(post, variant.language),
            *_pressure(post, variant.language, content),
            *_personal(post, content),
            *_repeats(variant, past),
        ]
        return _with(variant, findings, traces)

    def review(
        self,
        variants: Iterable[Variant],
        content: Content,
        analysis: Analysis,
        past: Sequence[str] = (),
    ) -> list[Variant]:
        """Every variant checked, in order."""
        return [self.check(variant, content, analysis, past) for variant in variants]

    def _spec(self, platform: Platform) -> PlatformSpec:
        if platform not in self.specs:
            raise UnknownPlatform(
                f"There are no rules for the platform {platform}.",
                todo=f"Choose one of: {', '.join(sorted(self.specs)) or 'none is connected'}.",
                platform=platform,
            )
        return self.specs[platform]

    def _source(self, content: Content, analysis: Analysis) -> _Source:
        of = (content.id, content.version, content.title, content.text, analysis)
        last = self._last
        if last is None or last.of != of:
            evidence = Evidence(content, analysis)
            last = self._last = _Source(of, evidence, Sources(evidence, analysis))
        return last


def _with(variant: Variant, findings: Sequence[Finding], traces: Sequence[Trace]) -> Variant:
    """Earlier notes of the writer stay; a second check does not repeat the first."""
    notes = [note for note in variant.findings if note.rule not in RULES]
    return variant.model_copy(
        update={"findings": (*notes, *findings), "traces": tuple(traces) or variant.traces}
    )


def _trace(claims: Sequence[Claim], evidence: Evidence) -> tuple[list[Trace], list[Claim]]:
    traces, unsupported = [], []
    for claim in claims:
        span = evidence.supports(claim)
        if span is None:
            unsupported.append(claim)
        else:
            traces.append(Trace(claim=claim.text, span=span))
    # words inside a wrong quotation are one mistake, not five
    quotes = [claim.span for claim in unsupported if claim.kind == "quote"]
    return traces, [c for c in unsupported if c.kind == "quote" or not _inside(c.span, quotes)]


def _inside(span: Span, others: Iterable[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end for other in others)


def _unsupported(claim: Claim, post: PlainPost) -> Finding:
    what, fix = _CLAIMS[claim.kind]
    return Finding(
        rule=f"unsupported-{claim.kind}",
        severity="error",
        reason=f"{what} “{claim.text}” is not in the source.",
        fix=fix,
        span=post.span(claim.span.start, claim.span.end),
    )


_CLAIMS = {
    "number": ("The number", "Use a number the source gives, with its unit, or leave it out."),
    "name": ("The name", "Use the name as the source writes it, or leave it out."),
    "quote": ("The quotation", "Quote word for word, or say it without quotation marks."),
    "date": ("The date", "Use the date the source gives, or leave it out."),
}


def _differences(
    post: PlainPost,
    language: str,
    claims: Sequence[Claim],
    unsupported: Sequence[Claim],
    source: _Source,
) -> Iterator[Finding]:
    """Facts of the source in the wrong place and denials turned round."""
    if language != source.sentences.language:
        return  # a translation has no words in common to lay side by side
    known = [claim.span for claim in unsupported]
    for line in _lines(post.text):
        for sentence in split(line.text, language, start=line.start):
            for found in source.sentences.differences(sentence, claims):
                if not any(s.start < found.end and found.start < s.end for s in known):
                    yield _different(found, post)


_MARK = re.compile(r"^\s*(?:[•*–—-]|\d{1,2}[.)])?\s+|^\s+")


@dataclass(frozen=True)
class _Line:
    text: str
    start: int


def _lines(text: str) -> Iterator[_Line]:
    """Lines without the bullet or number in front."""
    start = 0
    for line in text.split("\n"):
        bare = _MARK.sub("", line)
        if bare.strip():
            yield _Line(bare, start + len(line) - len(bare))
        start += len(line) + 1


def _different(found: Difference, post: PlainPost) -> Finding:
    if found.kind == "negation":
        rule, reason = "negation-flipped", (
            f"The source says “{found.was or 'it without a denial'}” where the post says "
            f"“{found.now}”: the meaning is turned round."
        )  # fmt: skip
    else:
        rule = f"unsupported-{found.kind}"
        reason = f"The source says “{found.was}” here, not “{found.now}”."
    return Finding(
        rule=rule,
        severity="error",
        reason=reason,
        fix="Say it as the source says it.",
        span=post.span(found.start, found.end),
    )


def _over_limits(variant: Variant, spec: PlatformSpec) -> Iterator[Finding]:
    measured = measure(variant.text, spec)
    if measured.over:
        start = max(0, len(variant.text) - measured.over)
        yield Finding(
            rule="over-limit",
            severity="error",
            reason=f"{spec.platform} takes {spec.text_limit} {spec.counting}"
            + (f" and {spec.byte_limit} bytes" if spec.byte_limit else "")
            + f"; this text has {measured.count} and {measured.bytes} bytes.",
            fix=f"Shorten it by {measured.over}.",
            span=Span(start=start, end=len(variant.text)),
        )
    if spec.hashtag_limit is not None and measured.hashtags > spec.hashtag_limit:
        yield Finding(
            rule="over-limit",
            severity="error",
            reason=f"{spec.platform} takes {spec.hashtag_limit} hashtags; this text has "
            f"{measured.hashtags}.",
            fix=f"Take {measured.hashtags - spec.hashtag_limit} out.",
        )
    if len(variant.media) > spec.image_limit:
        yield Finding(
            rule="over-limit",
            severity="error",
            reason=f"{spec.platform} takes {spec.image_limit} pictures; here are "
            f"{len(variant.media)}.",
            fix=f"Take {len(variant.media) - spec.image_limit} out.",
        )


def _pictures(variant: Variant, content: Content, spec: PlatformSpec) -> Iterator[Finding]:
    """A picture needs words for those who cannot see it."""
    known = {media.id: media for media in content.media}
    for number, picture in enumerate(variant.media, 1):
        media = known.get(picture)
        if spec.alt_text_required and (media is None or not media.alt_text.strip()):
            yield Finding(
                rule="missing-alt-text",
                severity="error",
                reason=f"Picture {number} has no alternative text.",
                fix="Say in a sentence what the picture shows.",
            )


def _language(post: PlainPost, language: str) -> Iterator[Finding]:
    letters = sum(character.isalpha() for character in post.text)
    if letters < _ENOUGH_LETTERS:
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
    for found in find_manipulation(post.text, language):
        said = found.text.strip().casefold() in source
        severity: Literal["warning", "error"] = "warning" if said else "error"
        yield Finding(
            rule="manipulation",
            severity=severity,
            reason=f"“{found.text.strip()}” {found.why} ({found.kind}).",
            fix="Say what the reader gains, and name a real deadline if there is one.",
            span=post.span(found.start, found.end),
        )


def _personal(post: PlainPost, content: Content) -> Iterator[Finding]:
    source = f"{content.title}\n{content.text}"
    for found in find_personal_data(post.text):
        public = found.text in source and found.kind in ("mail address", "telephone number")
        severity: Literal["warning", "error"] = "warning" if public else "error"
        where = "in the source; publish it only if it is meant for the public" if public else (
            "not in the source"
        )  # fmt: skip
        yield Finding(
            rule="personal-data",
            severity=severity,
            reason=f"The {found.kind} “{found.text}” is {where}.",
            fix="Take it out, or link to a contact page.",
            span=post.span(found.start, found.end),
        )


def _repeats(variant: Variant, past: Sequence[str]) -> Iterator[Finding]:
    nearest = max((likeness(variant.text, earlier) for earlier in past), default=0.0)
    if nearest >= NEAR:
        same = nearest > 0.98
        yield Finding(
            rule="near-duplicate",
            severity="error" if same else "warning",
            reason="This was posted before." if same else
            f"{nearest:.0%} of the wording was posted before.",
            fix="Choose another beginning or another part of the source.",
        )  # fmt: skip


def _empty() -> Finding:
    return Finding(
        rule="empty",
        severity="error",
        reason="The post has no words.",
        fix="Write at least one sentence.",
        span=Span(start=0, end=0),
    )


RULES = frozenset({
    "empty", "over-limit", "missing-alt-text", "unsupported-number", "unsupported-name",
    "unsupported-quote", "unsupported-date", "negation-flipped", "wrong-language",
    "manipulation", "personal-data", "near-duplicate",
})  # fmt: skip
