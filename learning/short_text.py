"""A short text as counted marks: words, runs of them, runs of letters, and how loud it is.

Pure functions of the text, the same on every machine; any alphabet.  Numbers count by their length
(`only 3 left` and `only 7 left` are one), so that nothing learns from one number.
"""

import re
import zlib

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
MOST_CHARACTERS = 4_000
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][a-z]+)*|\d+|[!?%$£€…:#&|]")
_WITHIN = (3, 4, 5)
_ACROSS = (3, 4, 5, 6)


def grams(text: str, *, loud: bool = False) -> set[str]:
    """The marks of a text: its words, two and three in a row, and runs of letters across them.

    With `loud` the letters stay within words, and capitals count: labels and buttons are told by
    single words and by being shouted, sentences by how they go on.

    >>> sorted(grams("Go 12!"))[:4], "loud 2" in grams("LAST ONE left", loud=True)
    (['!', '! $', '00', '00 !'], True)
    """
    raw = _TOKEN.findall(text[:MOST_CHARACTERS])
    tokens = [_plain(token) for token in raw]
    framed = ["^", *tokens, "$"]
    marks = {*tokens}
    marks.update(map(" ".join, zip(framed, framed[1:], strict=False)))
    marks.update(map(" ".join, zip(framed, framed[1:], framed[2:], strict=False)))
    if loud:
        marks.update(part for token in tokens for part in _runs(f"<{token}>", _WITHIN))
        return marks | _capitals(raw)
    return marks | {f"~{part}" for part in _runs(f"_{'_'.join(tokens)}_", _ACROSS)}


def buckets(text: str, many: int, *, loud: bool = False) -> Whole:
    """Where a text's distinct marks are counted, in order; the same in every process."""
    found = {zlib.crc32(gram.encode()) % many for gram in grams(text, loud=loud)}
    return np.array(sorted(found), dtype=np.int64)


def _plain(token: str) -> str:
    if token.isdigit():
        return "0" * min(len(token), 4)
    return token.lower().replace("’", "'")


def _runs(text: str, sizes: tuple[int, ...]) -> list[str]:
    return [text[at : at + n] for n in sizes for at in range(len(text) - n + 1)]


def _capitals(raw: list[str]) -> set[str]:
    """How many words have capitals, how many are shouted, and each word as it is written."""
    words = [token for token in raw if token[0].isalpha()]
    if not words:
        return set()
    shouted = sum(len(word) > 1 and word.isupper() for word in words)
    risen = 4 * sum(word[0].isupper() for word in words) // len(words)
    marks = {f"risen {risen}", f"loud {min(shouted, 3)}", f"long {min(len(words), 12)}"}
    return marks | {f"'{word}" for word in words}
