"""Every writer answers the same checks, and a broken writer fails each of them."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from pydantic import BaseModel

from agents.guard import Guard
from agents.writer import EmbeddedWriter, ModelWriter, Writer
from smartcontent.content import Analysis, Content, PlatformSpec, Segment, Span, Strategy, Variant
from smartcontent.errors import ModelUnavailable
from smartcontent.voice import NO_VOICE, Voice
from tests.agents.articles import EVERYONE, LINK, NIGHT, PLAIN, SPECS, analysed, article, pages
from tools.compose_post import fits
from tools.compose_sentences import words
from tools.split_sentences import split
from tools.strategies import TABLE, applicable, find_strategy

Form = TypeVar("Form", bound=BaseModel)
Check = Callable[[Writer], None]


class Scribe:
    """A well-behaved model: copies one sentence of the source, another for each strategy."""

    name = "scribe"

    def complete(
        self, instructions: str, material: str, form: type[Form], *, seed: int | None = None
    ) -> Form:
        number = next(i for i, one in enumerate(TABLE) if one.description in material)
        source = material.split("===\n")[1].partition("\n\n")[2]
        sentences = [text for text, _ in split(source) if 20 < len(text) < 200]
        said = sentences[number % len(sentences)]
        return form.model_validate({"text": said})


class Broken:
    """A model that is never there."""

    name = "broken"

    def complete(
        self, instructions: str, material: str, form: type[Form], *, seed: int | None = None
    ) -> Form:
        raise ModelUnavailable("Nobody answers.", todo="Start it.")


CHECKED = Guard(specs=SPECS).check
WRITERS: dict[str, Writer] = {
    "embedded": EmbeddedWriter(),
    "model": ModelWriter(Scribe(), EmbeddedWriter(), verify=CHECKED),
    "model that is down": ModelWriter(Broken(), EmbeddedWriter(), verify=CHECKED),
}
CONTENT = article(NIGHT)
ANALYSIS = analysed(CONTENT)


def write(writer: Writer, strategy: str, **changed: Any) -> Variant | None:
    order: dict[str, Any] = {
        "segment": EVERYONE,
        "strategy": find_strategy(strategy),
        "spec": SPECS["medium"],
        "seed": 1,
        **changed,
    }
    return writer.write(CONTENT, ANALYSIS, **order)


def campaign(writer: Writer, spec: PlatformSpec) -> list[Variant]:
    written = (write(writer, strategy.name, spec=spec) for strategy in TABLE)
    return [variant for variant in written if variant is not None]


def check_writes_what_applies(writer: Writer) -> None:
    for strategy in applicable(ANALYSIS, TABLE):
        variant = write(writer, strategy.name)
        assert variant is not None
        assert (variant.strategy, variant.platform) == (strategy.name, "medium")
        assert variant.segment_id == EVERYONE.id


def check_says_when_it_does_not_apply(writer: Writer) -> None:
    content = article(PLAIN)
    for name in ("quote", "how_to", "question", "number_first"):
        answer = writer.write(
            content, analysed(content), segment=EVERYONE, strategy=find_strategy(name),
            spec=SPECS["medium"], seed=1,
        )  # fmt: skip
        assert answer is None


def check_fits_every_platform(writer: Writer) -> None:
    for spec in SPECS.values():
        for variant in campaign(writer, spec):
            assert fits(variant.text, spec)


def check_carries_the_link(writer: Writer) -> None:
    for spec in SPECS.values():
        for variant in campaign(writer, spec):
            assert LINK in variant.text


def check_same_order_same_variant(writer: Writer) -> None:
    assert campaign(writer, SPECS["short"]) == campaign(writer, SPECS["short"])


def check_one_id_per_order(writer: Writer) -> None:
    other = EVERYONE.model_copy(update={"id": uuid4()})
    variants = [
        write(writer, "story"),
        write(writer, "contrast"),
        write(writer, "story", seed=2),
        write(writer, "story", spec=SPECS["short"]),
        write(writer, "story", segment=other),
    ]
    assert len({variant.id for variant in variants if variant}) == 5


def check_points_into_the_source(writer: Writer) -> None:
    for variant in campaign(writer, SPECS["medium"]):
        for span in variant.sources:
            assert CONTENT.text[span.start : span.end].strip()
        assert variant.sources or CONTENT.title in variant.text


def check_no_two_say_the_same(writer: Writer) -> None:
    for spec in SPECS.values():
        for one, other in combinations(campaign(writer, spec), 2):
            said, known = _said(one), _said(other)
            assert len(said & known) <= 0.6 * len(said | known), (one.text, other.text)


def _said(variant: Variant) -> frozenset[str]:
    return words(variant.text.replace(LINK, ""), variant.language)


def check_does_not_repeat_what_is_taken(writer: Writer) -> None:
    first = write(writer, "story")
    assert first is not None
    second = write(writer, "story", taken=[first.text], seed=1)
    assert second is None or second.text != first.text


def check_every_language(writer: Writer) -> None:
    for content, analysis in pages().values():
        for strategy in applicable(analysis, TABLE)[:2]:
            variant = writer.write(
                content, analysis, segment=EVERYONE, strategy=strategy, spec=SPECS["medium"],
                seed=1,
            )  # fmt: skip
            assert variant is not None
            assert variant.language == analysis.language


CHECKS: list[Check] = [
    check_writes_what_applies,
    check_says_when_it_does_not_apply,
    check_fits_every_platform,
    check_carries_the_link,
    check_same_order_same_variant,
    check_one_id_per_order,
    check_points_into_the_source,
    check_no_two_say_the_same,
    check_does_not_repeat_what_is_taken,
    check_every_language,
]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_writer(writer: Writer, check: Check) -> None:
    check(writer)


class Careless:
    """A writer with one fault."""

    def __init__(self, **fault: Any) -> None:
        self.fault = fault

    def write(
        self,
        content: Content,
        analysis: Analysis,
        *,
        segment: Segment,
        strategy: Strategy,
        spec: PlatformSpec,
        seed: int,
        tone: str | None = None,
        taken: Sequence[str] = (),
        voice: Voice = NO_VOICE,
    ) -> Variant | None:
        written = EmbeddedWriter().write(
            content, analysis, segment=segment, strategy=strategy, spec=spec, seed=seed
        )
        if written is None:
            written = Variant(
                id=uuid4(), segment_id=segment.id, strategy=strategy.name, text="?",
                platform=spec.platform, language="en",
            ) if self.fault.get("eager") else None  # fmt: skip
        if written is None or self.fault.get("silent"):
            return None
        update = {name: value() for name, value in self.fault.items() if callable(value)}
        return written.model_copy(update=update)


FAULTS: list[tuple[Check, dict[str, Any]]] = [
    (check_writes_what_applies, {"silent": True}),
    (check_says_when_it_does_not_apply, {"eager": True}),
    (check_fits_every_platform, {"text": lambda: "long " * 3000}),
    (check_carries_the_link, {"text": lambda: "No link."}),
    (check_same_order_same_variant, {"id": uuid4}),
    (check_one_id_per_order, {"id": lambda: EVERYONE.id}),
    (check_points_into_the_source, {"sources": lambda: (Span(start=10**6, end=10**6 + 5),)}),
    (check_no_two_say_the_same, {"text": lambda: "Always the same words."}),
    (check_does_not_repeat_what_is_taken, {}),
    (check_every_language, {"language": lambda: "eo"}),
]


@pytest.mark.parametrize(("check", "fault"), FAULTS)
def test_each_check_can_fail(check: Check, fault: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        check(Careless(**fault))


def test_every_check_has_its_fault() -> None:
    assert {check for check, _ in FAULTS} == set(CHECKS)
