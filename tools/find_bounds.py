"""What stands beside a number and bounds it: more than, at least, up to, about.

"More than 50" says something else than "50", and what it says can be wrong while the number is
right.  Small closed lists by language (`bounds.json`), the product's own.
"""

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

import regex

from smartcontent.content import Claim

Bound = Literal["over", "under", "least", "most", "near", "about", ""]
_LONGEST = 40  # characters before a number that can hold a bound
_NEAR = Decimal("0.05")  # share by which a rounded number may differ
_OUT = Decimal("0.12")  # and one that is bounded: "more than 250,000" for 265,000
_TIMES = frozenset("year month week day hour minute second decade".split())
_THROUGH = frozenset({"over", "über", "trên"})
_UPWARD: tuple[Bound, ...] = ("over", "least")
_DOWNWARD: tuple[Bound, ...] = ("under", "most", "near")
# what the source may say where a post bounds the same number
_ALLOWED: dict[Bound, frozenset[Bound]] = {
    "over": frozenset({"over"}),
    "least": frozenset({"over", "least"}),
    "under": frozenset({"under"}),
    "most": frozenset({"under", "most", "near"}),
    "near": frozenset({"under", "near", "about"}),
}
# what follows a number instead of standing before it: "50 or more", "50개 이상", "50 से अधिक"
_AFTER: dict[Bound, regex.Pattern[str]] = {
    "least": regex.compile(
        r"\+|\s?(?:or more|or above|o más|ou plus|ou mais|以上|[개명일회]?\s?이상)"
    ),
    "over": regex.compile(r"\s?(?:से (?:अधिक|ज़्यादा)|এর বেশি|টির বেশি|多[個个])"),
    "under": regex.compile(r"\s?(?:से कम|এর কম|[개명일회]?\s?미만|以下)"),
    "most": regex.compile(r"\s?(?:or less|or fewer|[개명일회]?\s?이하|以內|以内)"),
    "about": regex.compile(r"\s?(?:or so|左右|정도)"),
}


def bound_of(text: str, claim: Claim, language: str) -> Bound:
    """How the words around a number bound it; empty where nothing does.

    >>> from tools.find_numbers import find_numbers
    >>> text = "More than 50 people paid at least $20, about 3 stayed, 7 left."
    >>> [bound_of(text, claim, "en") for claim in find_numbers(text)]
    ['over', 'least', 'about', '']
    """
    after = text[claim.span.end : claim.span.end + _LONGEST]
    for side, pattern in _AFTER.items():
        if pattern.match(after) or (side == "least" and claim.text.endswith("+")):
            return side
    before = text[max(0, claim.span.start - _LONGEST) : claim.span.start].replace("’", "'")
    found = _before(language).search(before)
    said = " ".join(found[1].lower().split()) if found else ""
    through = said in _THROUGH and claim.unit in _TIMES  # "over 3 years": all through them
    if through and "-" not in claim.text:
        return ""
    return _sides(language)[said] if said else ""


def agrees(known: Bound, said: Bound) -> bool:
    """Whether a bound may stand in a post where the source has the other, on the same number.

    Leaving a bound out, or saying "about", claims no more than the source does.

    >>> agrees("over", ""), agrees("", "over"), agrees("over", "least"), agrees("over", "under")
    (True, False, True, False)
    """
    return said not in _ALLOWED or known in _ALLOWED[said]


def rounds(known: str, said: str, bound: Bound) -> bool:
    """Whether a bounded number is a fair rounding of a known one.

    >>> rounds("19.8", "20", "about"), rounds("19.8", "20", ""), rounds("265000", "250000", "over")
    (True, False, True)
    """
    if not bound or not (_NUMBER.fullmatch(known) and _NUMBER.fullmatch(said)):
        return False
    exact, rounded = Decimal(known), Decimal(said)
    if not exact or not _rounder(said, known):
        return False
    off = (rounded - exact) / abs(exact)
    if bound in _UPWARD:
        return -_OUT <= off <= 0
    return 0 <= off <= _OUT if bound in _DOWNWARD else abs(off) <= _NEAR


_NUMBER = regex.compile(r"-?\d+(?:\.\d+)?")


def _rounder(said: str, known: str) -> bool:
    fives = said[-1] in "05" and known[-1] not in "05"
    return _digits(said) < _digits(known) or (fives and _digits(said) == _digits(known))


def _digits(value: str) -> int:
    """Digits that say something: 19.8 has three, 20 one."""
    return len(value.lstrip("-0.").replace(".", "") if "." in value else value.strip("-0"))


@cache
def _before(language: str) -> regex.Pattern[str]:
    """A bound right before a number; of two the nearer one counts."""
    said = sorted(_sides(language), key=len, reverse=True)
    listed = "|".join(regex.escape(words).replace(r"\ ", r"\s+") for words in said) or "(?!)"
    edge = "" if language == "zh" else r"(?<![\p{L}\p{N}])"
    return regex.compile(rf"(?i){edge}({listed})[\s\u00a0]*(?:the |a |an |las? |los )?$")


@cache
def _sides(language: str) -> dict[str, Bound]:
    listed = _load().get(language, {})
    return {words: side for side, many in listed.items() for words in many}


@cache
def _load() -> dict[str, dict[Bound, list[str]]]:
    path = files("tools").joinpath("bounds.json")
    tables: dict[str, dict[Bound, list[str]]] = json.loads(path.read_text("utf-8"))
    return tables
