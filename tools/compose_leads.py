"""The beginning of a post, and what makes one sentence a better beginning than another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex

from smartcontent.content import Span
from tools.compose_material import Material
from tools.compose_runs import Item
from tools.compose_sentences import Sentence

QUESTION = regex.compile(r"[?？؟][\"”’»」)]*$")


@dataclass(frozen=True)
class Lead:
    """The beginning of a post: its paragraphs, what of the source they use, and how fit it is.

    `last` is the sentence after which the post may run on; `items` may be shown as a list.
    """

    parts: tuple[str, ...]
    spans: tuple[Span, ...]
    score: float
    last: Sentence | None = None
    items: tuple[Item, ...] = ()
    ordered: bool = False

    @property
    def text(self) -> str:
        return " ".join((*self.parts, *(item.text for item in self.items)))


Form = Callable[[Material], Iterator[Lead]]


def alone(sentence: Sentence, score: float) -> Lead:
    """A lead of one sentence."""
    return Lead((sentence.opening,), (sentence.span,), score, last=sentence)


def value(sentence: Sentence) -> float:
    """How central a sentence is: the analyst's weight, an early place; length costs."""
    early = 0.3 / (1 + sentence.order / 8)
    return sentence.weight + early + (0.1 if sentence.opens else 0.0) - burden(sentence.text)


def burden(text: str) -> float:
    """Long sentences are hard to read in a feed; 200 characters cost nothing."""
    return max(0.0, len(text) - 200) / 400


def openings(material: Material) -> Iterator[Sentence]:
    """Sentences of the author that can open a post and ask nothing."""
    for sentence in material.sentences:
        if sentence.alone and not sentence.said and not QUESTION.search(sentence.text):
            yield sentence
