"""Proper names without a model: capitalised runs, acronyms, identifiers, sites, handles.

In a script without case nothing is guessed; Latin names inside such a text are found.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

import regex

from smartcontent.content import Claim, Span
from tools import lexicon

# every noun has a capital: a single one says nothing
_CAPITAL_NOUNS = frozenset({"de", "lb"})
_PARTICLES = frozenset(
    "de del la las los da do das dos du des van von der den bin ibn al el".split()
)
# "Department of Justice" is one name, "Ana Diaz of Justice" is two
_HEADS = frozenset(
    "academy act administration agency art association bank bill board bureau center centre "
    "chamber church city code college commission committee council county court day declaration "
    "department director district division faculty federation foundation government house "
    "institute kingdom league library ministry museum office republic school secretary senate "
    "society state system treaty union university village world".split()
)
_CONNECTORS = _PARTICLES | {"of", "for", "the"}
_LONGEST = 80  # characters: what is longer is a key or a path
_NOT_NAMES = frozenset(
    "i i'm i've i'll i'd ok am pm a.m p.m mr mrs ms dr tl;dr q&a faq yes no st "
    "monday tuesday wednesday thursday friday saturday sunday".split()
)
# letters and digits of scripts that are not written without spaces
_SIGN = r"[[\p{L}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]"
_MORE = r"[[\p{L}\p{M}\p{N}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]]"
_TOKEN = regex.compile(
    r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"  # a mail address, which is no name
    r"|@\w+(?:\.\w+)*"
    r"|(?:\p{Lu}\.){2,}"
    r"|[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]+"
    rf"|{_SIGN}{_MORE}*(?:[.'’\&/+\-](?={_SIGN}){_MORE}+)*",
    regex.V1,
)
_SITE = regex.compile(
    r"(?:[a-z0-9-]+\.)+(?:gov|com|org|net|edu|io|us|uk|eu|mil|dev|app|info)", regex.I
)
_POSSESSIVE = regex.compile(r"['’]s?$")
# what stands before a word that begins a sentence, an item, a quotation
_BEGINS = regex.compile(
    r"[.!?…:;•*–—-]['’”\"»)\]]*\s*[“\"«(\[‘]*$|^\s*(?:[-*•]\s|\d+[.)]\s)?[“\"«(\[‘]*$|[“\"«„「]$"
    r"|[\p{So}\uFE0F]\s*[“\"«(\[‘]*$"
)


_CLOSED = regex.compile(r"[.!?…;:,][”\"’»)]*\s*$")  # prose ends with a stop, a title does not


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    first: bool  # opens a sentence, a line or a quotation


def find_names(text: str, language: str = "en") -> list[Claim]:
    """Names in order; `value` is the comparable form (no case, no possessive, no dots).

    >>> [c.text for c in find_names("Today Sarah Hyder of 18F met the U.S. Digital Service.")]
    ['Sarah Hyder', '18F', 'U.S. Digital Service']
    >>> [c.text for c in find_names("除 North Dakota 外，所有州", "zh")]
    ['North Dakota']
    """
    claims: list[Claim] = []
    for start, end in _lines(text):
        line = text[start:end]
        words = list(_words(line))
        if not _shouted(words):
            claims += _runs(line, words, start, language)
    return claims


def name_tokens(text: str) -> list[str]:
    """Comparable words of a name: `GSA’s` is `gsa`, `U.S.` is `us`."""
    return [_plain(match[0]) for match in _TOKEN.finditer(text) if _plain(match[0])]


def initials(tokens: Iterable[str]) -> str:
    return "".join(token[0] for token in tokens if token not in _CONNECTORS and token != "and")


def _plain(token: str) -> str:
    return _POSSESSIVE.sub("", token).replace(".", "").replace("’", "'").casefold()


def _lines(text: str) -> Iterator[tuple[int, int]]:
    for match in regex.finditer(r"[^\n]+", text):
        yield match.span()


def _words(line: str) -> Iterator[_Word]:
    for match in _TOKEN.finditer(line):
        if len(match[0]) > _LONGEST:
            continue
        first = bool(_BEGINS.search(line[max(0, match.start() - 12) : match.start()]))
        yield _Word(match[0], match.start(), match.end(), first)


def _shouted(words: list[_Word]) -> bool:
    """A line in capitals, or a title with a capital on nearly every word, names nothing by it."""
    cased = [word.text for word in words if word.text.lower() != word.text.upper()]
    loud = [text for text in cased if text.isupper() and len(text) > 1]
    return len(cased) > 3 and len(loud) > 0.6 * len(cased)


def _titled(words: list[_Word], language: str) -> bool:
    stop = lexicon.stop_words(language)
    heavy = [
        word.text for word in words if word.text.lower() not in stop and word.text[0].isalpha()
    ]
    capital = [text for text in heavy if text[0].isupper()]
    return len(heavy) > 3 and len(capital) >= 0.9 * len(heavy)


def _runs(line: str, words: list[_Word], offset: int, language: str) -> Iterator[Claim]:
    titled = not _CLOSED.search(line) and _titled(words, language)
    run: list[_Word] = []
    for word in words:
        if run and not _goes_on(line, run[-1], word, language):
            yield from _named(line, run, offset, language, titled)
            run = []
        if _capital(word.text) or (run and _connects(run[-1].text.lower(), word.text)):
            run.append(word)
        else:
            yield from _named(line, run, offset, language, titled)
            run = []
            if _SITE.fullmatch(word.text):
                yield _claim(line, [word], offset)
    yield from _named(line, run, offset, language, titled)


def _goes_on(line: str, before: _Word, word: _Word, language: str) -> bool:
    """Whether a name may run over two words: not over a possessive or a sentence's end."""
    gap = line[before.end : word.start]
    if gap == ". ":
        return len(before.text) == 1
    if word.first and word.text.lower() in lexicon.stop_words(language):
        return False
    return gap in (" ", "\u00a0", " & ") and not _POSSESSIVE.search(before.text)


def _connects(before: str, word: str) -> bool:
    if word == "the":
        return before == "of"
    return word in _PARTICLES or (word in ("of", "for") and before in _HEADS)


def _capital(text: str) -> bool:
    """Capitalised, an acronym, or a word with a capital or a letter-digit mix inside."""
    if "@" in text:
        return text[0] == "@" and len(text) > 1
    mixed = any(c.isupper() for c in text[1:])
    digits = text[0].isdigit() and any(c.isupper() for c in text)
    return text[0].isupper() or mixed or digits


def _named(
    line: str, run: list[_Word], offset: int, language: str, titled: bool
) -> Iterator[Claim]:
    run = _trimmed(run, language)
    if not run or (len(run) == 1 and not _says_name(run[0], language, titled)):
        return
    if titled and not any(_marked(word.text) for word in run):
        return
    yield _claim(line, run, offset)


def _trimmed(run: list[_Word], language: str) -> list[_Word]:
    """Without the capital of a sentence's first word and without connectors at the ends."""
    if not run:
        return run
    stop = _function_words(language)
    while run and (
        run[0].text.lower() in _CONNECTORS | _NOT_NAMES
        or (run[0].text.lower().replace("’", "'") in stop and not _marked(run[0].text))
    ):
        run = run[1:]
    while run and run[-1].text.lower() in _CONNECTORS | _NOT_NAMES:
        run = run[:-1]
    return run


@cache
def _function_words(language: str) -> frozenset[str]:
    return lexicon.stop_words(language) | lexicon.stop_words("en")


def _says_name(word: _Word, language: str, titled: bool) -> bool:
    if _marked(word.text):
        return word.text.lower() not in _NOT_NAMES
    if word.first or titled or language in _CAPITAL_NOUNS:
        return False
    return len(word.text) > 1 and word.text.lower() not in _NOT_NAMES


def _marked(text: str) -> bool:
    """Is a name by its very writing: GSA, 18F, FBOpen, @18F, U.S."""
    bare = _POSSESSIVE.sub("", text)
    capitals = sum(c.isupper() for c in bare)
    return bare[0] == "@" or capitals > 1 or (capitals == 1 and not bare[0].isupper())


def _claim(line: str, run: list[_Word], offset: int) -> Claim:
    start, end = run[0].start, run[-1].end
    said = _POSSESSIVE.sub("", line[start:end])
    if line[start : end + 1].endswith(".") and regex.search(r"(?:\p{Lu}\.)+\p{Lu}$", said):
        said = line[start : end + 1]
    span = Span(start=offset + start, end=offset + start + len(said))
    return Claim(kind="name", text=said, value=" ".join(name_tokens(said)), span=span)
