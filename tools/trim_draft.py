"""A draft cut to whole sentences that fit: models cannot count, and some break off.

Leaving out what comes last changes nothing in what stays, unless that only led up to it.
"""

from collections.abc import Callable

import regex

from tools.split_sentences import split

_ENDS = regex.compile(r"[.!?…。！？।؟។॥]+[\"”’»」』)\]]*$")
_LISTED = regex.compile(r"(?:^|\n)\s*(?:[•*–—-]|\p{Nd}{1,2}[.)])\s+[^\n]*$")
_LEADS_ON = regex.compile(r"[?:？：؟]$")

Paragraphs = tuple[str, ...]


def trim_draft(
    paragraphs: Paragraphs, language: str, fits: Callable[[Paragraphs], bool]
) -> Paragraphs:
    """The paragraphs without what breaks off, and with as many whole sentences as fit.

    They come back as they were when nothing that stands by itself is left.

    >>> trim_draft(("One stands. Two is long. Thr",), "en", lambda kept: len(kept[0]) < 16)
    ('One stands.',)
    >>> trim_draft(("Why? Because it is long.",), "en", lambda kept: len(kept[0]) < 6)
    ('Why? Because it is long.',)
    """
    kept = paragraphs
    if _breaks_off(kept):
        kept = _without_last(kept, language) or kept
    while kept and not fits(kept):
        kept = _without_last(kept, language)
    return kept if kept and not _LEADS_ON.search(kept[-1]) else paragraphs


def _breaks_off(paragraphs: Paragraphs) -> bool:
    """Ends without a full stop, and is no list."""
    last = paragraphs[-1] if paragraphs else ""
    return not _ENDS.search(last) and not _LISTED.search(last)


def _without_last(paragraphs: Paragraphs, language: str) -> Paragraphs:
    """Without the last sentence, and without the last paragraph when it has no other."""
    if not paragraphs:
        return ()
    *before, last = paragraphs
    sentences = split(last, language)
    if len(sentences) < 2:
        return tuple(before)
    return (*before, last[: sentences[-2].span.end])
