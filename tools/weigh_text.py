"""How long X counts a text: links at 23, emoji and most scripts double.

The rules are those of X's open library twitter-text (configuration v3, which X still points to from
https://docs.x.com/fundamentals/counting-characters): after NFC normalisation a character of the
ranges below weighs 1 and any other 2; an emoji, however many code points it has, weighs 2; a link
23, also one without `https://` (`vote.gov`).  Top-level domains are IANA's as twitter-text 3 has
them.
"""

import json
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import regex

LINK = 23
LIGHT = (range(0, 4352), range(8192, 8206), range(8208, 8224), range(8242, 8248))
_LABEL = r"[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])?"
_BEFORE = r"(?<![A-Za-z0-9@＠$#＃])"
_PATH = r"/[^\s<>\"“”«»。，、！？]*"
_ADDRESS = regex.compile(
    rf"{_BEFORE}(?P<protocol>https?://)?(?P<host>{_LABEL}(?:\.{_LABEL})+)(?![\p{{L}}\p{{N}}@_+-])"
    rf"(?P<rest>(?::\d+)?(?:{_PATH})?(?:\?[^\s<>\"“”]*)?)",
    regex.I,
)
_TRAILING = ".,;:!?'’*\"”)"
_EMOJI = regex.compile(
    r"(?:[0-9#*]\uFE0F?\u20E3|[\p{Extended_Pictographic}\p{Regional_Indicator}])"
)


def weigh(text: str) -> int:
    """The weight of a text, as X counts it.

    >>> weigh("hello"), weigh("你好"), weigh("👨‍👩‍👧 family"), weigh("Register at vote.gov.")
    (5, 4, 9, 36)
    """
    plain = unicodedata.normalize("NFC", text)
    total, until = 0, 0
    for start, end in _addresses(plain):
        total += _weight(plain[until:start]) + LINK
        until = end
    return total + _weight(plain[until:])


def _weight(text: str) -> int:
    return sum(2 if _EMOJI.match(each) else _of(each) for each in regex.findall(r"\X", text))


def _of(grapheme: str) -> int:
    return sum(1 if any(ord(c) in light for light in LIGHT) else 2 for c in grapheme)


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where links stand."""
    for match in _ADDRESS.finditer(text):
        host = match["host"]
        end = _end_of_domain(host)
        bare = match["protocol"] is None
        joined = bare and match.start() > 0 and text[match.start() - 1] in "-_./"
        if not end or joined or (bare and not host.isascii()):
            continue
        whole = end == len(host)
        rest = match["rest"].rstrip(_TRAILING) if whole else ""
        yield match.start(), match.start("host") + end + len(rest)


def _end_of_domain(host: str) -> int:
    """Characters of the longest beginning that ends in a top-level domain; 0 when none does."""
    labels = host.split(".")
    for many in range(len(labels), 1, -1):
        if labels[many - 1].lower() in _top_level():
            return len(".".join(labels[:many]))
    return 0


@cache
def _top_level() -> frozenset[str]:
    return frozenset(
        json.loads(files("tools").joinpath("top_level_domains.json").read_text("utf-8"))
    )
