"""Phrases that press, frighten, shame or tease instead of informing (English and Spanish).

A closed list: it misses what it does not know, and says why for what it finds.  The
families follow Mathur et al., "Dark Patterns at Scale" (2019), and Stop Clickbait (Chakraborty
et al. 2016).
"""

import json
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import regex


class Pressure(NamedTuple):
    """`kind` names the manner, `why` says what it does to a reader."""

    kind: str
    why: str
    text: str
    start: int
    end: int


def find_manipulation(text: str, language: str = "en") -> list[Pressure]:
    """Manipulative phrases in order; English ones are looked for in every language.

    >>> [found.kind for found in find_manipulation("You won't believe what happened next!")]
    ['clickbait gap', 'clickbait gap']
    >>> find_manipulation("Register before the deadline in your state.")
    []
    """
    found = [
        Pressure(kind, why, match[0], match.start(), match.end())
        for kind, why, pattern in (*_rules("en"), *(_rules(language) if language != "en" else ()))
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda pressure: pressure.start)


@cache
def _rules(language: str) -> tuple[tuple[str, str, regex.Pattern[str]], ...]:
    return tuple(
        (kind, why, regex.compile(rf"(?<![\p{{L}}\p{{N}}])(?:{pattern})(?!\p{{L}})", regex.I))
        for kind, why, pattern in _load().get(language, ())
    )


@cache
def _load() -> dict[str, list[list[str]]]:
    path = files("tools").joinpath("manipulation.json")
    rules: dict[str, list[list[str]]] = json.loads(path.read_text("utf-8"))
    return rules
