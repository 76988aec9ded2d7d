"""How far a post teases, presses or stirs anger: phrases of the closed list, and a small model.

The list knows what it knows in English and Spanish and says why; the model (`learning/data/
manipulation.md`) has read many headlines, labels and comments, English ones only, and says how sure
it is.  A sentence counts from where the model is surer than not.
"""

from functools import cache
from typing import NamedTuple

from learning.manipulation import Manipulation
from tools.find_manipulation import find_manipulation
from tools.measure_text import hashtags, links
from tools.split_sentences import Sentence, split

OUTRAGE, CLICKBAIT, PRESSURE = "outrage", "clickbait", "pressure"
READ = frozenset({"en"})  # languages that the model has read
ASKED_FROM = {CLICKBAIT: 0.95, PRESSURE: 0.9, OUTRAGE: 0.85}
_LABEL = 90  # characters: pressure was learned from labels and buttons
_FEWEST = 3  # words: less than that says too little to ask about
_OF_KIND = {"outrage bait": OUTRAGE}
_EVEN = 0.5


class Suspected(NamedTuple):
    """A sentence that the model is sure enough about to ask; places count in the text."""

    manner: str
    text: str
    sureness: float
    start: int
    end: int


def manner(text: str, language: str) -> dict[str, float]:
    """Scores in [0, 1] for `clickbait` (teasing and pressing) and `outrage`; 0 where nothing is.

    One phrase of the list is a half, two are three quarters, and so on.

    >>> manner("Register before the deadline in your state.", "en")
    {'clickbait': 0.0, 'outrage': 0.0}
    >>> manner("You won't believe what happened next!", "en")["clickbait"] > 0.7
    True
    """
    left = {CLICKBAIT: 1.0, OUTRAGE: 1.0}
    for found in find_manipulation(text, language):
        left[_OF_KIND.get(found.kind, CLICKBAIT)] *= 0.5
    for name, sureness in _surest(text, language).items():
        kind = OUTRAGE if name == OUTRAGE else CLICKBAIT
        left[kind] = min(left[kind], 1.0 - max(0.0, (sureness - _EVEN) / (1.0 - _EVEN)))
    return {name: round(1.0 - rest, 4) for name, rest in left.items()}


def suspect(text: str, language: str) -> list[Suspected]:
    """Sentences to ask about, in order.

    >>> [found.manner for found in suspect("Hurry! Only 3 spots left", "en")]
    ['pressure']
    """
    return [
        Suspected(name, one.text, sureness, one.span.start, one.span.end)
        for one, name, sureness in _scored(text, language)
        if sureness >= ASKED_FROM[name] and len(one.text.split()) >= _FEWEST
    ]


def _surest(text: str, language: str) -> dict[str, float]:
    surest: dict[str, float] = {}
    for _, name, sureness in _scored(text, language):
        surest[name] = max(sureness, surest.get(name, 0.0))
    return surest


def _scored(text: str, language: str) -> list[tuple[Sentence, str, float]]:
    """The opening as a headline, short sentences as labels, every sentence as a comment."""
    if language not in READ:
        return []
    found = []
    for number, sentence in enumerate(_sentences(text, language)):
        names = [OUTRAGE, *([CLICKBAIT] if number == 0 else [])]
        names += [PRESSURE] if len(sentence.text) <= _LABEL else []
        found += [(sentence, name, _model().score(name, sentence.text)) for name in names]
    return found


def _sentences(text: str, language: str) -> list[Sentence]:
    """Line by line, addresses and hashtags blanked out."""
    for address in sorted({*links(text), *hashtags(text)}, key=len, reverse=True):
        text = text.replace(address, " " * len(address))
    found, start = [], 0
    for line in text.split("\n"):
        found += split(line, language, start=start)
        start += len(line) + 1
    return [one for one in found if any(character.isalpha() for character in one.text)]


@cache
def _model() -> Manipulation:
    return Manipulation.shipped()
