"""Which sentences of the source a text was taken from."""

from collections import Counter
from collections.abc import Iterable
from math import log

from smartcontent.content import Analysis, Span
from tools.compose_sentences import words
from tools.split_sentences import split, split_blocks

LEAST = 0.34  # share of a sentence's words, by their rarity, that has to stand in its source


def find_sources(paragraphs: Iterable[str], analysis: Analysis) -> tuple[Span, ...]:
    """The source sentence nearest to each sentence, in order, each once.

    Near is who shares the largest part of its words, rare words counting more.  A sentence that
    is near to none has none; so has a translation, but for names and figures.
    """
    language = analysis.language
    known = [
        (one.span, words(one.text, language)) for one in split_blocks(analysis.blocks, language)
    ]
    seen = Counter(word for _, held in known for word in held)

    def worth(held: Iterable[str]) -> float:
        return sum(log(1 + len(known) / (1 + seen[word])) for word in held)

    found: list[Span] = []
    for paragraph in paragraphs:
        for sentence, _ in split(paragraph, language):
            said = words(sentence, language)
            span, held = max(known, key=lambda one: worth(said & one[1]), default=(None, said))
            if span is not None and worth(said & held) >= LEAST * worth(said):
                found.append(span)
    return tuple(dict.fromkeys(found))
