"""The guard: nothing leaves that the source does not support or the platform does not take."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from smartcontent.content import Analysis, Content, Finding, Platform, PlatformSpec, Span, Variant
from smartcontent.errors import UnknownPlatform
from tools.check_facts import Facts
from tools.check_manner import check_manner
from tools.check_platform import check_platform
from tools.measure_tone import MISSED, Measure, missed, tone_of
from tools.plain_post import plain_post

RULES = frozenset({
    "empty", "over-limit", "missing-media", "missing-alt-text", "missing-disclosure",
    "unsupported-number", "unsupported-name", "unsupported-quote", "unsupported-date",
    "negation-flipped", "wrong-language", "manipulation", "personal-data", "near-duplicate",
    MISSED,
})  # fmt: skip


class Guard:
    """Variant -> the same variant with findings and with each claim traced to the source.

    Severity `error` blocks, `warning` asks, `info` tells.  Facts are checked in the source's own
    language; in a translation only numbers, dates, names and quotations are looked up.  The tone
    is measured, and where it is not the one asked for that is told, and no more.
    """

    def __init__(
        self, *, specs: Mapping[Platform, PlatformSpec], tone: Measure | None = None
    ) -> None:
        self.specs = specs
        self.tone = tone
        self._last: tuple[tuple[object, ...], Facts] | None = None

    def check(
        self, variant: Variant, content: Content, analysis: Analysis, past: Sequence[str] = ()
    ) -> Variant:
        """The variant with what was found; `past` are texts the creator posted before.

        Raises UnknownPlatform for a platform without a spec.
        """
        spec = self._spec(variant.platform)
        post = plain_post(variant.text, spec)
        if not any(character.isalnum() for character in post.text):
            return _found(variant, [_EMPTY])
        facts = self._facts(content, analysis).check(post, variant.language)
        tone = tone_of(post.text, variant.language, self.tone)
        findings = [
            *check_platform(variant, content, spec),
            *facts.findings,
            *check_manner(post, variant, content, [plain_post(text, spec).text for text in past]),
            *missed(variant, tone),
        ]
        known = {"traces": tuple(facts.traces), "tone": tone}
        return _found(variant, findings).model_copy(update=known)

    def check_alone(self, variant: Variant, past: Sequence[str] = ()) -> Variant:
        """The same without a source: its form and manner, and nothing about its facts.

        Pictures cannot be looked at here, so a platform that wants one is not reminded of it.
        """
        spec = self._spec(variant.platform)
        post = plain_post(variant.text, spec)
        if not any(character.isalnum() for character in post.text):
            return _found(variant, [_EMPTY])
        nothing = Content(id=variant.id, title="", text="", source="", created_at=_EPOCH)
        findings = [
            *check_platform(variant, nothing, spec.model_copy(update={"media_required": False})),
            *check_manner(post, variant, nothing, [plain_post(text, spec).text for text in past]),
        ]
        tone = tone_of(post.text, variant.language, self.tone)
        return _found(variant, findings).model_copy(update={"tone": tone})

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

    def _facts(self, content: Content, analysis: Analysis) -> Facts:
        """Reading a source costs more than a check, and variants come content by content."""
        of = (content.id, content.version, content.title, content.text, analysis)
        last = self._last
        if last is None or last[0] != of:
            last = self._last = (of, Facts(content, analysis))
        return last[1]


def _found(variant: Variant, findings: Sequence[Finding]) -> Variant:
    """Notes of the writer stay; a second check replaces the first."""
    notes = [note for note in variant.findings if note.rule not in RULES]
    return variant.model_copy(update={"findings": (*notes, *findings)})


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EMPTY = Finding(
    rule="empty",
    severity="error",
    reason="The post has no words.",
    fix="Write at least one sentence.",
    span=Span(start=0, end=0),
)
