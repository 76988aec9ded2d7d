"""Text to sentences with their places (sentencex, rules for some 300 languages)."""

import re
from collections.abc import Iterable
from typing import NamedTuple

import sentencex

from smartcontent.content import Block, Span

_ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z])[.)\]]")
_LIMIT = 10_000  # characters given to the splitter at once: its time grows faster than the text


class Sentence(NamedTuple):
    """`text` without the space around it; `span` counts in the whole text."""

    text: str
    span: Span


def split(text: str, language: str = "en", *, start: int = 0) -> list[Sentence]:
    """Sentences of one paragraph; `start` is where it begins in the whole text.

    >>> [sentence.text for sentence in split("Mr. Smith paid $1.5 million. Why? He may.")]
    ['Mr. Smith paid $1.5 million.', 'Why?', 'He may.']
    """
    sentences: list[Sentence] = []
    for offset, part in _parts(text):
        at = 0
        pieces = sentencex.segment(language, part)  # pyright: ignore[reportAttributeAccessIssue]
        for piece in pieces:
            found = part.find(piece, at)
            at = (at if found < 0 else found) + len(piece)
            said = piece.strip()
            if said:
                begin = start + offset + part.index(said, at - len(piece))
                sentences.append(Sentence(said, Span(start=begin, end=begin + len(said))))
    return _mended(text, start, sentences)


def split_blocks(blocks: Iterable[Block], language: str = "en") -> list[Sentence]:
    """Sentences of a structured text: none runs over the end of a block; code has none."""
    return [
        sentence
        for block in blocks
        if block.kind != "code"
        for sentence in split(block.text, language, start=block.span.start)
    ]


def _parts(text: str) -> Iterable[tuple[int, str]]:
    for at in range(0, len(text), _LIMIT):
        yield at, text[at : at + _LIMIT]


def _mended(text: str, start: int, sentences: list[Sentence]) -> list[Sentence]:
    """Joins what was cut inside a sentence: at an abbreviation, a list number, a closing quote."""
    whole: list[Sentence] = []
    for sentence in sentences:
        if whole and _goes_on(whole[-1].text, sentence.text):
            begin, end = whole[-1].span.start, sentence.span.end
            whole[-1] = Sentence(text[begin - start : end - start], Span(start=begin, end=end))
        else:
            whole.append(sentence)
    return whole


def _goes_on(before: str, after: str) -> bool:
    """In a script with case no sentence begins with a small letter after a full stop."""
    if _ENUMERATOR.fullmatch(before) or not any(character.isalnum() for character in after):
        return True
    return before.endswith(".") and (after[0].islower() or after[0] in ",;)")
