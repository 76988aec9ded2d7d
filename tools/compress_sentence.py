"""Shorter without saying anything new: only what can be cut out whole is cut.

Rules for English and Spanish; other languages come back unchanged.
"""

import regex

from tools.strategy_markers import begins

LANGUAGES = frozenset({"en", "es"})
ASIDE = regex.compile(r"\s*\([^()]*\)|\s+—[^—.?!]{3,120}—(?=\s)|\s+–[^–.?!]{3,120}–(?=\s)")


def compress(text: str, language: str) -> str:
    """Without asides in brackets or between dashes.

    >>> compress("Contract Awarded Labor Category (CALC) helps — at last — officers.", "en")
    'Contract Awarded Labor Category helps officers.'
    >>> compress("그것은 (예) 입니다.", "ko")
    '그것은 (예) 입니다.'
    """
    return ASIDE.sub("", text) if language in LANGUAGES else text


def without_connective(text: str, language: str) -> str:
    """Without a connective that only points back, when a comma sets it apart.

    >>> without_connective("However, voters may ask.", "en")
    'Voters may ask.'
    >>> without_connective("However you like.", "en")
    'However you like.'
    """
    size = begins(text, "strippable", language)
    if not size or text[size : size + 2] != ", ":
        return text
    rest = text[size + 2 :]
    return rest[:1].upper() + rest[1:]
