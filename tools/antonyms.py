"""Pairs of words that turn a sentence round without denying it: more and less, before and after.

Small closed lists by language (`antonyms.json`), the product's own; a star ends a word's stem.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from tools.tokens import Token

_WRITTEN_ON = frozenset({"zh", "ja"})  # a word is several characters, and each a token


class Opposed(NamedTuple):
    """Words of two texts that say the opposite of each other."""

    was: Sequence[Token]
    now: Sequence[Token]


def opposed(was: Sequence[Token], now: Sequence[Token], language: str) -> Opposed | None:
    """The first pair of opposites of which one side is only in `was`, the other only in `now`.

    >>> from tools.tokens import tokens
    >>> found = opposed(tokens("costs rose"), tokens("costs fell"), "en")
    >>> found.was[0].text, found.now[0].text
    ('rose', 'fell')
    """
    for one, other in _pairs(language):
        for left, right in ((one, other), (other, one)):
            lost, new = _held(was, left, language), _held(now, right, language)
            if lost and new and not _held(was, right, language) and not _held(now, left, language):
                return Opposed(lost, new)
    return None


def _held(words: Sequence[Token], side: "Side", language: str) -> Sequence[Token]:
    """The words of one side among the tokens: the first one, or the characters of the first."""
    if language in _WRITTEN_ON:
        joined = "".join(word.key for word in words)
        at = next((joined.find(each) for each in side.whole if each in joined), -1)
        size = next((len(each) for each in side.whole if each in joined), 0)
        return words[at : at + size] if at >= 0 and len(joined) == len(words) else ()
    return [word for word in words if word.key in side][:1]


class Side:
    """One side of a pair: whole words, and stems that longer words begin with."""

    def __init__(self, words: Iterable[str]) -> None:
        listed = list(words)
        self.whole = frozenset(word for word in listed if not word.endswith("*"))
        self.stems = tuple(word[:-1] for word in listed if word.endswith("*"))

    def __contains__(self, key: str) -> bool:
        return key in self.whole or key.startswith(self.stems)


@cache
def _pairs(language: str) -> list[tuple[Side, Side]]:
    path = files("tools").joinpath("antonyms.json")
    listed: dict[str, list[list[list[str]]]] = json.loads(path.read_text("utf-8"))
    return [(Side(one), Side(other)) for one, other in listed.get(language, ())]
