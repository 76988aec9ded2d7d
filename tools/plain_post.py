"""A post as its readers see it, with a way back to where each character stands in the post."""

import html
import re
from dataclasses import dataclass

from smartcontent.content import PlatformSpec, Span
from tools.measure_text import hashtags, links

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_BLOCK = re.compile(r"</?(?:p|br|li|ul|ol|h[1-6]|div|blockquote)\b", re.IGNORECASE)


@dataclass(frozen=True)
class PlainPost:
    """`places[i]` is where character `i` of `text` stands in the post."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> Span:
        """The span of the post that characters `start` to `end` came from."""
        if not self.places or start >= len(self.places):
            return Span(start=0, end=0)
        last = self.places[max(start, min(end, len(self.places)) - 1)]
        return Span(start=self.places[start], end=last + 1)


def plain_post(text: str, spec: PlatformSpec) -> PlainPost:
    """Without markup, addresses and hashtags: they are no statement.

    >>> spec = PlatformSpec(platform="b", text_limit=9, markup="html", source="", as_of="")
    >>> post = plain_post("<p>R&amp;D</p>", spec)
    >>> post.text.strip(), post.span(1, 4)
    ('R&D', Span(start=3, end=10))
    """
    characters, places = _unmarked(text) if spec.markup == "html" else (text, range(len(text)))
    plain = characters
    for found in sorted({*links(plain), *hashtags(plain)}, key=len, reverse=True):
        plain = plain.replace(found, " " * len(found))
    return PlainPost(plain, tuple(places))


def _unmarked(text: str) -> tuple[str, list[int]]:
    """Tags become a space or a line end; entities become their character."""
    shown: list[str] = []
    places: list[int] = []
    at = 0
    marks = sorted([*_TAG.finditer(text), *_ENTITY.finditer(text)], key=lambda mark: mark.start())
    for mark in marks:
        if mark.start() < at:
            continue
        shown.append(text[at : mark.start()])
        places.extend(range(at, mark.start()))
        said = _shown(mark[0])
        shown.append(said)
        # an entity's character stands for the whole entity: its end is what `span` needs
        places.extend([mark.end() - 1] * len(said) if said.strip() else [mark.start()] * len(said))
        at = mark.end()
    shown.append(text[at:])
    places.extend(range(at, len(text)))
    return "".join(shown), places


def _shown(mark: str) -> str:
    if mark.startswith("&"):
        return html.unescape(mark)
    return "\n" if _BLOCK.match(mark) else ""
