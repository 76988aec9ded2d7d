"""What a text gives as somebody's words: quotation marks of many languages."""

from collections.abc import Iterator

import regex

from smartcontent.content import Claim, Span

# opening mark, closing mark (Unicode CLDR delimiters)
_PAIRS = (
    ("“", "”"), ("«", "»"), ("„", "“”"), ("「", "」"), ("『", "』"),
)  # fmt: skip
_TURNED = (("»", "«"), ("”", "”"))  # German and Nordic books: only where nothing else opens
_LONGEST = 1_500  # characters; an unclosed mark must not swallow the text
_STRAIGHT = regex.compile(
    rf'(?<![\p{{L}}\p{{N}}])"(?=\S)([^"\n]{{2,{_LONGEST}}}?)(?<=\S)"(?!\p{{N}})'
)
_SINGLE = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}])‘(?=\S)([^‘\n]{{8,{_LONGEST}}}?)(?<=[\S])’(?!\p{{L}})"
)
_TOKEN = regex.compile(r"\p{Han}|[\p{Hiragana}\p{Katakana}]+|[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*")
_SIGNED = regex.compile(r"(?<=[.!?…”\"’»])\s*[-–—~]\s*\S[^.!?\n]{2,120}[.]?\s*$")


def find_quotes(text: str) -> list[Claim]:
    """Quotations of two words or more, without their marks; `value` is the comparable form.

    >>> [(c.text, c.value) for c in find_quotes("She said, “It’s  done,” and left.")]
    [('It’s  done,', "it's done")]
    """
    spans = sorted({*_paired(text), *_alike(text, _STRAIGHT), *_alike(text, _SINGLE)})
    return [claim for start, end in _outermost(spans) for claim in _claims(text, start, end)]


def quoted_block(text: str, start: int) -> list[Claim]:
    """A block quote as a quotation: without its marks and the name it is signed with."""
    said = _SIGNED.sub("", text)
    begin = len(said) - len(said.lstrip(' “"«„「『'))
    stop = len(said.rstrip(' ”"»“」』'))
    return [
        claim.model_copy(update={"span": Span(start=start + begin, end=start + stop)})
        for claim in _claims(said, begin, stop)
    ]


def normal_quote(text: str) -> str:
    """One form for one wording: case, marks, spaces and final stops do not count.

    >>> normal_quote(" “We  ship”. ") == normal_quote("we ship")
    True
    """
    plain = text.translate(_SAME).casefold()
    return " ".join(plain.split()).strip(" .,;:!?…\"'()[]")


_SAME = str.maketrans({
    "’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-",
    "\u00a0": " ", "\u202f": " ", "‐": "-", "‑": "-",
})  # fmt: skip


def _paired(text: str) -> Iterator[tuple[int, int]]:
    turned = () if any(mark in text for mark in "“„«") else _TURNED
    for opening, closings in (*_PAIRS, *turned):
        at = text.find(opening)
        while at >= 0:
            end = _closing(text, at + 1, closings)
            if end > 0:
                yield at + 1, end
            at = text.find(opening, max(at, end) + 1)


def _closing(text: str, start: int, closings: str) -> int:
    window = text[start : start + _LONGEST].split("\n\n")[0]
    ends = [found for found in map(window.find, closings) if found >= 0]
    return start + min(ends) if ends else -1


def _alike(text: str, pattern: regex.Pattern[str]) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        yield match.span(1)


def _outermost(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _claims(text: str, start: int, end: int) -> list[Claim]:
    said = text[start:end].strip()
    if len(_TOKEN.findall(said)) < 2:
        return []
    begin = text.index(said, start)
    span = Span(start=begin, end=begin + len(said))
    return [Claim(kind="quote", text=said, value=normal_quote(said), span=span)]
