"""Any text, checked as the product's own are: with the source it is about, or alone."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from graph.proposing import EVERYONE
from smartcontent.content import Analysis, Content, Platform, PlatformSpec, TextCheck, Variant
from smartcontent.plugins import Analysing
from tools.detect_language import UNKNOWN, detect
from tools.measure_text import measure
from tools.platforms import Platforms

PLAIN = "en"  # for texts whose language cannot be told: rules of English, and of any language


class Guarding(Protocol):
    def check(
        self, variant: Variant, content: Content, analysis: Analysis, past: Sequence[str] = ()
    ) -> Variant: ...

    def check_alone(self, variant: Variant, past: Sequence[str] = ()) -> Variant: ...


class TextChecks:
    """Answers the kernel's `Checking`.  Nothing is stored."""

    def __init__(
        self, *, guard: Guarding, analyst: Analysing, specs: Mapping[Platform, PlatformSpec]
    ) -> None:
        self._guard = guard
        self._analyst = analyst
        self._specs = specs

    def check(
        self,
        text: str,
        *,
        platform: str,
        language: str | None = None,
        source: Content | None = None,
        past: Sequence[str] = (),
        media: Sequence[UUID] = (),
    ) -> TextCheck:
        """Findings in the order of the rules.  Raises UnknownPlatform.

        Without `language` the text's own is taken, so nothing is said about the language then.
        `media` are those of the source's pictures that go with the text.
        """
        Platforms(self._specs).require([platform])
        variant = _variant(text, platform, language or _told(text), media)
        if source is None:
            found = self._guard.check_alone(variant, past)
        else:
            found = self._guard.check(variant, source, self._analyst.analyse(source), past)
        measured = measure(text, self._specs[platform])
        return TextCheck(
            platform=platform,
            language=variant.language,
            count=measured.count,
            limit=measured.limit,
            sourced=source is not None,
            tone=found.tone,
            findings=found.findings,
            traces=found.traces,
        )


def _told(text: str) -> str:
    language, _ = detect(text)
    return PLAIN if language == UNKNOWN else language


def _variant(text: str, platform: str, language: str, media: Sequence[UUID]) -> Variant:
    return Variant(
        id=uuid5(NAMESPACE_URL, text),
        segment_id=EVERYONE.id,
        strategy="",
        platform=platform,
        text=text,
        language=language,
        writer="",
        ai_generated=False,
        media=tuple(media),
    )
