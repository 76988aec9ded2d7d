"""How long a text is in a platform's own counting, and how hard it is to read."""

from dataclasses import dataclass

import regex

from smartcontent.content import PlatformSpec, Readability
from tools.split_sentences import Sentence
from tools.weigh_text import weigh

# languages written without spaces between words: a "word" cannot be counted without a dictionary
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my", "bo", "dz"})

_LINK = regex.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]}'’”]")
_HASHTAG = regex.compile(r"(?<![\w#/&])#[\p{L}\p{N}_\p{M}]*\p{L}[\p{L}\p{N}_\p{M}]*")
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}'’\-]*")
_MENTION = regex.compile(r"(?<![\w/])(@\w+)@[\w-]+(?:\.[\w-]+)+")
_LETTER = regex.compile(r"[\p{L}\p{N}]")


@dataclass(frozen=True)
class Measure:
    """What a platform counts.  `over` is how much has to go; 0 when the text fits."""

    count: int
    limit: int
    bytes: int
    hashtags: int
    over: int


def count(text: str, spec: PlatformSpec) -> int:
    """Length of a text as the platform counts it, links at their fixed price.

    >>> spec = PlatformSpec(platform="m", text_limit=500, link_counts_as=23, source="", as_of="")
    >>> count("Read https://example.com/a/long/way.", spec)
    29
    """
    if spec.counting == "weighted":
        return weigh(text)  # links are weighed with everything else
    if not spec.server_of_mention_counts:
        text = _MENTION.sub(r"\1", text)
    if spec.link_counts_as is None:
        return _length(text, spec)
    rest, links = _LINK.subn("", text)
    return _length(rest, spec) + links * spec.link_counts_as


def measure(text: str, spec: PlatformSpec) -> Measure:
    """Everything a platform's rules ask of a text at once."""
    size, weight = len(text.encode()), count(text, spec)
    over = max(0, weight - spec.text_limit, size - (spec.byte_limit or size))
    return Measure(weight, spec.text_limit, size, len(hashtags(text)), over)


def hashtags(text: str) -> list[str]:
    """Hashtags in order; a number alone is none.

    >>> hashtags("#Vote early, issue #12, #18F")
    ['#Vote', '#18F']
    """
    return _HASHTAG.findall(text)


def links(text: str) -> list[str]:
    """Addresses in order, without the punctuation of the sentence around them."""
    return _LINK.findall(text)


def graphemes(text: str) -> int:
    """User-perceived characters (UAX 29 extended grapheme clusters).

    >>> graphemes("🏳️‍🌈é")
    2
    """
    return sum(1 for _ in regex.finditer(r"\X", text))


def words(text: str) -> list[str]:
    """Runs of letters and digits; in a language without spaces these are not words."""
    return _WORD.findall(text)


def readability(sentences: list[Sentence], language: str) -> Readability:
    """LIX = words per sentence + 100 × share of words over six letters (Björnsson 1968).

    None where the language puts no spaces between words; its letters are counted as words then.

    >>> from tools.split_sentences import split
    >>> readability(split("The cat sat. The dog ran away quickly."), "en").lix
    16.5
    """
    said = [sentence.text for sentence in sentences]
    if language in UNSPACED:
        letters = sum(len(_LETTER.findall(text)) for text in said)
        return Readability(words=letters, sentences=len(said), lix=None)
    found = [word for text in said for word in _WORD.findall(text)]
    if not found:
        return Readability(words=0, sentences=len(said), lix=None)
    long = sum(1 for word in found if len(word) > 6)
    lix = len(found) / len(said) + 100 * long / len(found)
    return Readability(words=len(found), sentences=len(said), lix=round(lix, 1))


def _length(text: str, spec: PlatformSpec) -> int:
    if spec.counting == "graphemes":
        return graphemes(text)
    return len(text.encode()) if spec.counting == "bytes" else len(text)
