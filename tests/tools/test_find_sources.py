"""A text's sentences are led back to the sentences they came from, and no others."""

from smartcontent.content import Span
from tests.agents.articles import NIGHT, PLAIN, analysed, article, pages
from tools.find_sources import find_sources
from tools.split_sentences import split_blocks

CONTENT = article(NIGHT)
ANALYSIS = analysed(CONTENT)


def shown(spans: tuple[Span, ...]) -> list[str]:
    return [CONTENT.text[span.start : span.end].split(",")[0][:24] for span in spans]


def test_reworded_sentences_find_their_own() -> None:
    said = (
        "Nurses, bakers and students say daytime hours never fit their shifts.",
        "At night 1,200 readers borrowed a first book. The council was surprised by that figure.",
    )
    assert shown(find_sources(said, ANALYSIS)) == [
        "Nurses", "Night hours helped 1", "That figure surprised th",
    ]  # fmt: skip


def test_what_is_near_to_none_has_none() -> None:
    assert find_sources(("Penguins swim faster than most people walk.",), ANALYSIS) == ()
    assert find_sources((), ANALYSIS) == ()
    assert find_sources(("Tea.",), analysed(article(PLAIN)).model_copy(update={"blocks": ()})) == ()


def test_every_sentence_of_a_source_is_its_own() -> None:
    for content, analysis in pages().values():
        found = [
            (one.span, find_sources((one.text,), analysis))
            for one in split_blocks(analysis.blocks, analysis.language)
            if len(one.text) > 30
        ]
        alike = [span for span, sources in found if sources != (span,)]
        texts = [content.text[span.start : span.end] for span, _ in found]
        assert len(alike) <= len(texts) - len(set(texts)) + 1
