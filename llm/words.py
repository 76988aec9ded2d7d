"""Small word tables of six languages: counts, ordinals, days, prepositions.  Read once."""

import json
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import TypedDict, cast

WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


class Words(TypedDict):
    """What `words.json` holds; keys and entries are casefolded."""

    numbers: dict[str, int]
    ordinals: dict[str, int]
    days: dict[str, int]
    hours: dict[str, float]
    about: list[str]
    towards: list[str]
    polite: list[str]
    filler: list[str]
    negations: list[str]
    yes: list[str]
    cancel: list[str]


@cache
def words() -> Words:
    """The tables."""
    return cast(Words, json.loads(files("llm").joinpath("words.json").read_text("utf-8")))


def tokens(text: str) -> list[str]:
    """The words of a text, casefolded.

    >>> tokens("Say hello, to Ana's cat!")
    ['say', 'hello', 'to', "ana's", 'cat']
    """
    return [word.casefold() for word in WORD.findall(text)]


def alternatives(entries: Iterable[str]) -> str:
    """A regular expression for any of the entries, the longest first."""
    return "|".join(re.escape(entry) for entry in sorted(entries, key=len, reverse=True))


def singular(word: str) -> str:
    """Without a plural ending, roughly: enough to match "platforms" with "platform".

    >>> singular("strategies"), singular("days"), singular("bus")
    ('strategy', 'day', 'bus')
    """
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and len(word) > 3 else word
