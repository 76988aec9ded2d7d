"""What a text is about: phrases of up to three words without a model.

Counts × place × length, in the manner of YAKE (Campos et al. 2020) and RAKE (Rose et al. 2010):
a phrase never holds a function word, one in the title or a heading counts more, a word that
only lives inside a longer phrase gives way to it.  Scripts without spaces use runs of characters.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import regex

from smartcontent.content import Block, Topic
from tools import lexicon
from tools.measure_text import UNSPACED

_LIMIT = 40_000  # characters looked at: topics of a long text show early and often
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[’'\-.][\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*")
_BREAK = regex.compile(r"[^\p{L}\p{M}\p{N}\s’'.\-]+|\.(?!\p{L})|\s[-–]\s|\n")
_RUN = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{2,}")
_LENGTH = (0.0, 1.0, 1.9, 2.3, 2.5, 2.7)  # what a phrase of that many words is worth
_DOTTED = regex.compile(r"(?:\p{L}\.)+\p{L}?")
# particles that Korean writes onto the word before
_PARTICLES = regex.compile(
    r"(?<=\p{Hangul}{2})(?:은|는|이|가|을|를|의|에|에서|으로|로|와|과|도|만|까지|부터)$"
)
_POSSESSIVE = regex.compile(r"['’]s?$")


@dataclass
class _Phrase:
    """How a phrase was met."""

    size: int
    count: int = 0
    first: int = 0
    bonus: float = 1.0
    written: Counter[str] = field(default_factory=Counter)

    def score(self, length: int) -> float:
        place = 1.0 + 0.5 * (1.0 - min(1.0, self.first / max(1, length)))
        return self.count * place * self.bonus * _LENGTH[self.size]


def key_phrases(
    blocks: Sequence[Block], language: str, *, title: str = "", tags: Iterable[str] = (),
    limit: int = 10,
) -> tuple[Topic, ...]:  # fmt: skip
    """The topics of a text, the most telling first with weight 1.

    >>> from tools.read_content import plain_blocks
    >>> text = "Voter registration is simple. Check your voter registration before the election."
    >>> key_phrases(plain_blocks(text), "en")[0].name
    'voter registration'
    """
    phrases: dict[str, _Phrase] = {}
    unspaced = language in UNSPACED
    at = 0
    for text, bonus in _passages(blocks, title):
        _collect(phrases, text[: max(0, _LIMIT - at)], language, bonus, at)
        at += len(text)
    _reward_tags(phrases, tags, language)
    scored = {
        key: phrase.score(at) for key, phrase in phrases.items() if _telling(phrase, unspaced)
    }
    best = sorted(scored, key=lambda key: (-scored[key], phrases[key].first, key))
    return _topics(_distinct(best, phrases, limit), phrases, scored)


def _passages(blocks: Sequence[Block], title: str) -> Iterable[tuple[str, float]]:
    if title:
        yield title, 2.0
    for block in blocks:
        if block.kind != "code":
            yield block.text, 1.5 if block.kind == "heading" else 1.0


def _collect(phrases: dict[str, _Phrase], text: str, language: str, bonus: float, at: int) -> None:
    unspaced = language in UNSPACED
    for key, written, size in _runs(text, language) if unspaced else _grams(text, language):
        phrase = phrases.setdefault(key, _Phrase(size=size, first=at))
        phrase.count += 1
        phrase.bonus = max(phrase.bonus, bonus)
        phrase.written[written] += 1


def _grams(text: str, language: str) -> Iterable[tuple[str, str, int]]:
    stop = lexicon.stop_words(language)
    for piece in _BREAK.split(text):
        words = [_bare(match[0]) for match in _WORD.finditer(piece)]
        usable = [_usable(word, stop, language) for word in words]
        for start in range(len(words)):
            for size in range(1, len(_LENGTH)):
                if start + size > len(words) or not all(usable[start : start + size]):
                    break
                said = words[start : start + size]
                yield " ".join(map(_stem, said)), " ".join(said), size


def _bare(word: str) -> str:
    return _PARTICLES.sub("", _POSSESSIVE.sub("", word))


def _usable(word: str, stop: frozenset[str], language: str) -> bool:
    plain = word.lower().replace("’", "'")
    if plain in stop or plain.isdigit() or len(word) < 2 or _DOTTED.fullmatch(word):
        return False
    # without a list, short words are taken for function words
    return bool(stop) or len(word) > 3 or word.isupper()


def _stem(word: str) -> str:
    """`APIs` and `API`, `Standards` and `standard` are one."""
    plain = word.lower().replace("’", "'")
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") and plain[-2] != "s" else plain


def _runs(text: str, language: str) -> Iterable[tuple[str, str, int]]:
    stop = lexicon.stop_words(language)
    pattern = "|".join(map(regex.escape, sorted(stop, key=len, reverse=True))) or r"(?!)"
    for run in _RUN.finditer(text):
        for piece in regex.split(pattern, run[0]):
            for size in (2, 3, 4):
                for start in range(len(piece) - size + 1):
                    said = piece[start : start + size]
                    yield said, said, size - 1
    yield from _grams(_RUN.sub(".", text), language)


def _reward_tags(phrases: dict[str, _Phrase], tags: Iterable[str], language: str) -> None:
    """What the creator filed the text under counts when the text speaks of it."""
    for tag in tags:
        for key, _, _ in _grams(tag, language):
            if key in phrases:
                phrases[key].bonus *= 1.3


def _telling(phrase: _Phrase, unspaced: bool) -> bool:
    """A run of words or of characters is a phrase when it comes back."""
    return phrase.count > 1 or (phrase.size == 1 and not unspaced)


def _distinct(best: list[str], phrases: dict[str, _Phrase], limit: int) -> list[str]:
    """No phrase that is part of a chosen one or only adds a word to it."""
    chosen: list[str] = []
    runs: list[str] = []
    for key in best:
        cut = bool(_RUN.search(key)) and any(key in other for other in runs)
        if not cut and not any(_same_thing(key, other, phrases) for other in chosen):
            chosen.append(key)
        runs.append(key)
        if len(chosen) == limit:
            break
    return chosen


def _same_thing(key: str, other: str, phrases: dict[str, _Phrase]) -> bool:
    if _RUN.search(key) and _RUN.search(other):
        return any(key[i : i + 2] in other for i in range(len(key) - 1))
    shared = len(set(key.split()) & set(other.split()))
    return 2 * shared >= len(key.split()) and phrases[key].count < 3 * phrases[other].count


def _topics(
    chosen: list[str], phrases: dict[str, _Phrase], scored: dict[str, float]
) -> tuple[Topic, ...]:
    top = scored[chosen[0]] if chosen else 1.0
    return tuple(
        Topic(name=_writing(phrases[key]), weight=round(scored[key] / top, 4)) for key in chosen
    )


def _writing(phrase: _Phrase) -> str:
    """The most frequent writing; on a tie the one with fewer capitals."""
    return min(phrase.written, key=lambda w: (-phrase.written[w], sum(map(str.isupper, w)), w))
