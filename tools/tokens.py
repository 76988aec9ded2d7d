"""Words of a text with their places, in a form that can be compared."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import regex

from smartcontent.content import Span

_TOKEN = regex.compile(
    r"(?:\p{Lu}\.){2,}"  # U.S.
    r"|\p{Nd}+(?:[.,٫]\p{Nd}+)*"
    r"|[\p{Han}]"
    r"|[\p{Hiragana}\p{Katakana}ー]+"
    r"|\p{Hangul}+"
    r"|[[\p{L}\p{M}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]"
    r"(?:[[\p{L}\p{M}\p{Nd}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]|['’](?=\p{L}))*",
    regex.V1,
)
_POSSESSIVE = regex.compile(r"['’]s?$")


class Token(NamedTuple):
    """A word, its comparable key and its place."""

    text: str
    key: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Words in order; a hyphen parts them, a Chinese character is one.

    >>> [token.key for token in tokens("GSA’s U.S. 90-day plan, 1,200 登記")]
    ['gsa', 'us', '90', 'day', 'plan', '1,200', '登', '記']
    """
    return [Token(m[0], key_of(m[0]), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def keys(text: str) -> list[str]:
    return [token.key for token in tokens(text)]


def key_of(word: str) -> str:
    plain = word.replace("’", "'").casefold()
    if plain.endswith("n't"):
        return plain
    if "." in plain and not plain[0].isdigit():
        plain = plain.replace(".", "")
    return _POSSESSIVE.sub("", plain)


class Words:
    """A text in which runs of words can be found, whatever stands between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self._at: dict[str, list[int]] = defaultdict(list)
        for number, token in enumerate(self.tokens):
            self._at[token.key].append(number)

    def find(self, run: Sequence[str], after: int = 0) -> Span | None:
        """Where a run of keys stands, from token `after` on; None when nowhere.

        >>> Words("We cut it — by half.").find(["it", "by"])
        Span(start=7, end=14)
        """
        found = self.index(run, after)
        if found is None:
            return None
        return Span(start=self.tokens[found].start, end=self.tokens[found + len(run) - 1].end)

    def index(self, run: Sequence[str], after: int = 0) -> int | None:
        if not run:
            return None
        for start in self._at.get(run[0], ()):
            window = self.tokens[start : start + len(run)]
            if start >= after and [token.key for token in window] == list(run):
                return start
        return None

    def __contains__(self, key: object) -> bool:
        return key in self._at

    @cached_property
    def ordinary(self) -> frozenset[str]:
        """Words that also stand in small letters: capitals on them name nothing."""
        return frozenset(token.key for token in self.tokens if token.text[0].islower())
