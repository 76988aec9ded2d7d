"""Small closed word lists of 17 languages: function words, negators, months, number words.

They are the product's own, written by hand; a language without a list simply has fewer rules.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def stop_words(language: str) -> frozenset[str]:
    """Words that carry no topic; empty for a language without a list."""
    return _words(language, "stop")


def negators(language: str) -> frozenset[str]:
    """Words (in Chinese, Japanese and Korean: parts of words) that deny."""
    return _words(language, "negators")


@cache
def months(language: str) -> Mapping[str, int]:
    """Month names in lower case to 1..12; English ones are understood everywhere."""
    return {**_table("en", "months"), **_table(language, "months")}


@cache
def weekdays(language: str) -> Mapping[str, int]:
    """Names of days in lower case to 1 (Monday) .. 7, ISO 8601."""
    return _table(language, "days")


@cache
def number_words(language: str) -> Mapping[str, int]:
    """Counting words from two up; `one` is an article or a pronoun in too many languages."""
    return _table(language, "numbers")


@cache
def scales(language: str) -> Mapping[str, int]:
    """Words that multiply: thousand, million, 万 ..."""
    return {**_table("en", "scales"), **_table(language, "scales")}


@cache
def units() -> Mapping[str, str]:
    """Unit words of all languages to one name each: `días` and `days` are both `day`."""
    shared = _load()["any"]
    return {**shared["units"], **dict.fromkeys(shared["percent"], "%")}


@cache
def languages() -> frozenset[str]:
    """Languages that have lists."""
    return frozenset(_load()) - {"any"}


@cache
def _words(language: str, kind: str) -> frozenset[str]:
    return frozenset(_load().get(language, {}).get(kind, ()))


def _table(language: str, kind: str) -> dict[str, int]:
    return dict(_load().get(language, {}).get(kind, {}))


@cache
def _load() -> dict[str, dict[str, Any]]:
    path = files("tools").joinpath("lexicon.json")
    tables: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return tables
