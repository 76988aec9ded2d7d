"""Shorter without saying anything new: only what can be cut out whole is cut.

Rules for English and Spanish; other languages come back unchanged.
"""

import regex

from tools.strategy_markers import begins

LANGUAGES = frozenset({"en", "es"})
ASIDE = regex.compile(r"\s*\([^()]*\)|\s+—[^—.?!]{3,120}—(?=\s)|\s+–[^–.?!]{3,120}–(?=\s)")

ADDED = regex.compile(  # early in a sentence: it adds to one that is not there
    r"(?<=^(?:\S+\s+){1,6})(\b(?:is|are|was|were|has|have|had|can|could|will|would|should|may|might"
    r"|we|they|it|you|I)) also(?=\s\p{Ll})"
)


def compress(text: str, language: str) -> str:
    """Without asides in brackets or between dashes.

    >>> compress("Contract Awarded Labor Category (CALC) helps — at last — officers.", "en")
    'Contract Awarded Labor Category helps officers.'
    >>> compress("그것은 (예) 입니다.", "ko")
    '그것은 (예) 입니다.'
    """
    return ASIDE.sub("", text) if language in LANGUAGES else text


def without_connective(text: str, language: str) -> str:
    """Without a connective that only points back: one that a comma sets apart, or "also".

    >>> without_connective("However, voters may ask.", "en")
    'Voters may ask.'
    >>> without_connective("However you like.", "en")
    'However you like.'
    >>> without_connective("TTS is also home to FedRAMP.", "en")
    'TTS is home to FedRAMP.'
    """
    size = begins(text, "strippable", language)
    if size and text[size : size + 2] == ", ":
        rest = text[size + 2 :]
        text = rest[:1].upper() + rest[1:]
    return ADDED.sub(r"\1", text, count=1) if language == "en" else text
