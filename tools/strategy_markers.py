"""Words that tell what a sentence does: turn, help, tell, count, point at something unseen.

`strategy_markers.json` holds short closed lists per language; they only ever recognise, nothing
of them is written into a post.  A language without lists is read by structure alone.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Literal

import regex

Kind = Literal[
    "dangling", "strippable", "contrast", "turn", "benefit", "you", "we", "making", "past",
    "time", "page", "said", "do", "early", "pointing", "now", "future", "ad",
]  # fmt: skip

UNSPACED = frozenset({"zh", "ja", "ko", "th"})
LETTER = r"[\p{L}\p{M}\p{N}]"
_ANNOUNCED = regex.compile(  # "Since opening its doors, the FEC ...": its noun is about to come
    r"^((?:Since|After|Before|While|When|By|In|For|To)\b[^,.;]{0,80}?) (?:its|their|his|her)"
    r"\b([^,.;]{0,80}, (?:the )?\p{Lu})"
)
_CORRELATIVE = regex.compile(r"\bboth\b( [^.;]+? and )", regex.IGNORECASE)  # "both A and B"

_CLAUSE = regex.compile(r"[,;:—–(]|\b(?:and|but|so|that|which|who|because|y|pero|que)\b")


@cache
def _lists() -> dict[str, dict[str, list[str]]]:
    text = files("tools").joinpath("strategy_markers.json").read_text("utf-8")
    lists: dict[str, dict[str, list[str]]] = json.loads(text)
    return lists


def known(language: str) -> bool:
    """Whether there are lists for the language.

    >>> known("ht"), known("xx")
    (True, False)
    """
    return language in _lists()


@cache
def _pattern(language: str, kind: Kind) -> regex.Pattern[str] | None:
    words = _lists().get(language, {}).get(kind, [])
    if not words:
        return None
    whole = language not in UNSPACED or (language == "ko" and kind == "dangling")
    # a word does not begin inside a longer one; ", though" begins after one
    bounded = rf"(?:(?<!{LETTER})|(?=,))\L<words>(?!{LETTER})" if whole else r"\L<words>"
    return regex.compile(bounded, regex.IGNORECASE, words=words)


def count(text: str, kind: Kind, language: str) -> int:
    """How many words of the kind are in the text.

    >>> count("You can save your work, but not mine.", "you", "en")
    2
    """
    pattern = _pattern(language, kind)
    return len(pattern.findall(text)) if pattern else 0


def begins(text: str, kind: Kind, language: str) -> int:
    """Length of the word of the kind that the text begins with; 0 for none.

    >>> begins("However, it works.", "turn", "en"), begins("It works, however.", "turn", "en")
    (7, 0)
    """
    pattern = _pattern(language, kind)
    found = pattern.match(text) if pattern else None
    return found.end() if found else 0


def without(text: str, kind: Kind, language: str) -> str:
    """The text with the words of the kind taken out.

    >>> without("In May this year it rained.", "now", "en")
    'In May  it rained.'
    """
    pattern = _pattern(language, kind)
    return pattern.sub("", text) if pattern else text


def stands_alone(text: str, language: str) -> bool:
    """Whether a sentence makes sense without the one before it and without its page.

    >>> stands_alone("CALC searches awarded prices.", "en")
    True
    >>> stands_alone("This comparison is important.", "en"), stands_alone("Sa vle di wi.", "ht")
    (False, False)
    >>> stands_alone("After cataloging them, we learned.", "en")
    False
    """
    return knows_its_nouns(text, language) and not count(text, "page", language)


def knows_its_nouns(text: str, language: str) -> bool:
    """Whether no pronoun or connective points back; it may point at its page ("click below").

    >>> knows_its_nouns("Click below.", "en"), stands_alone("Click below.", "en")
    (True, False)
    """
    bare = text.lstrip("“\"'‘«「¿¡(")
    if not known(language) or begins(bare, "dangling", language):
        return False
    return not _points_back(without(bare, "now", language), language)


def _points_back(text: str, language: str) -> bool:
    """A pronoun among the first five words, or "this" among the first twelve or in the first
    clause, has no noun yet."""
    text = _ANNOUNCED.sub(r"\1 a\2", _CORRELATIVE.sub(r"\1", text))
    words = text.split(" ")
    early = count(" ".join(words[:5]), "early", language)
    near = " ".join(words[:12])
    clause = _CLAUSE.split(text, maxsplit=1)[0]
    return bool(early or count(max(near, clause, key=len), "pointing", language))
