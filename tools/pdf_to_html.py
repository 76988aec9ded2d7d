"""A PDF as plain HTML: what is a heading, a paragraph, a list is told from its letters' looks.

Part of the child process of `tools.convert_child`.  A PDF only says where each letter stands, so
this is a reading like a person's: larger or bolder lines are headings, a gap or an indent begins a
paragraph, a bullet begins an item, a word that is parted at a line's end is joined again.
"""

import html
import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from tools.pdf_lines import Line, body_size, read_lines

_LARGER = 1.15  # times the body's size: a heading
_HEADING = 200  # characters at most
_SIGN = r"(?:[•‣◦▪●○■–·∙\uf0b7]|[-*](?= ))\s*"
_BULLET = re.compile(_SIGN + r"|(?:\d{1,3}|[a-z])[.)]\s+(?=\S)")
_ENDED = re.compile(r"[.!?…:;。！？؟।][\"”’»)\]]*$")
_NO_TITLE = re.compile(r"(?i)untitled|microsoft \w+ - |\.\w{2,4}$|^$|^\W+$")


class Paragraph(NamedTuple):
    """Lines that belong together."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        joined = self.lines[0].text
        for line in self.lines[1:]:
            if joined.endswith("\u00ad"):
                joined = joined[:-1] + line.text
            elif joined.endswith("-") and joined[-2:-1].isalpha() and line.text[:1].islower():
                joined = joined[:-1] + line.text
            else:
                joined += (" " if _spaced(joined, line.text) else "") + line.text
        return joined.replace("\u00ad", "")

    @property
    def size(self) -> float:
        return self.lines[0].size


def convert(data: bytes) -> str:
    """HTML of the document.  Raises Unreadable."""
    named, lines = read_lines(data)
    body = body_size(lines)
    paragraphs = list(_paragraphs(lines, body))
    levels = _levels(paragraphs, body)
    title = "" if _NO_TITLE.search(named.strip()) else html.escape(named.strip())
    shown = "\n".join(_tags(paragraphs, levels, body))
    return f"<html><head><title>{title}</title></head><body>{shown}</body></html>"


def _paragraphs(lines: Sequence[Line], body: float) -> Iterator[Paragraph]:
    steps = [a.top - b.top for a, b in zip(lines, lines[1:], strict=False) if _follows(a, b, body)]
    pitch = median(steps) if steps else body * 1.2
    widest = max((line.right for line in lines if line.size == body), default=0.0)
    gathered: list[Line] = []
    for line in lines:
        if gathered and _begins(gathered[-1], line, pitch, widest):
            yield Paragraph(tuple(gathered))
            gathered = []
        gathered.append(line)
    if gathered:
        yield Paragraph(tuple(gathered))


def _follows(before: Line, line: Line, body: float) -> bool:
    same = before.page == line.page and before.size == line.size == body
    return same and 0 < before.top - line.top < 3 * body


def _begins(before: Line, line: Line, pitch: float, widest: float) -> bool:
    """Whether a line begins a new paragraph."""
    if _BULLET.match(line.text) or abs(before.size - line.size) > 0.1 * before.size:
        return True
    if before.bold != line.bold:
        return not line.text[:1].islower()
    ended = bool(_ENDED.search(before.text))
    if before.page != line.page or line.top > before.top:  # a new page or a new column
        return ended or not line.text[:1].islower()
    if before.top - line.top > 1.35 * max(pitch, before.size):
        return True
    indented = line.left > before.left + 0.8 * line.size
    return ended and (indented or before.right < 0.8 * widest)


def _is_heading(paragraph: Paragraph, body: float) -> bool:
    text = paragraph.text
    # "1. Flour" in large letters is a heading, "• Flour" is an item in any
    if len(text) > _HEADING or re.match(_SIGN, text) or not any(map(str.isalpha, text)):
        return False
    if paragraph.size >= _LARGER * body:
        return True
    bold = all(line.bold for line in paragraph.lines) and paragraph.size >= 0.95 * body
    return bold and len(text) <= _HEADING // 2 and not re.search(r"[.,;:]$", text)


def _levels(paragraphs: Sequence[Paragraph], body: float) -> dict[float, int]:
    """Heading levels by size, the largest first."""
    sizes = sorted({p.size for p in paragraphs if _is_heading(p, body)}, reverse=True)
    return {size: min(level, 4) for level, size in enumerate(sizes, 1)}


def _tags(paragraphs: Sequence[Paragraph], levels: dict[float, int], body: float) -> Iterator[str]:
    for paragraph in paragraphs:
        text = html.escape(paragraph.text)
        bullet = _BULLET.match(paragraph.text)
        if _is_heading(paragraph, body):
            level = levels[paragraph.size]
            yield f"<h{level}>{text}</h{level}>"
        elif bullet:
            yield f"<ul><li>{html.escape(paragraph.text[bullet.end() :])}</li></ul>"
        else:
            yield f"<p>{text}</p>"


def _spaced(before: str, after: str) -> bool:
    """Chinese, Japanese and Thai lines are joined without a space."""
    return not (_unspaced(before[-1:]) and _unspaced(after[:1]))


def _unspaced(sign: str) -> bool:
    return bool(re.match(r"[\u0e00-\u0e7f\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]", sign))
