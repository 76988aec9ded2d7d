"""HTML to the blocks a reader sees, in order, with an explicit stack (no recursion limit)."""

import re
from typing import Literal, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

Kind = Literal["heading", "paragraph", "list_item", "quote", "code"]

# what is not the article: machinery, pictures with their captions, navigation
_DROPPED = frozenset(
    "script style template noscript svg math iframe object embed canvas audio video head "
    "nav footer form button select textarea dialog figcaption -comment".split()
)
_BREAKS = frozenset(
    "p div section article main header aside ul ol li blockquote pre h1 h2 h3 h4 h5 h6 "
    "table caption thead tbody tfoot tr dl dt dd figure details summary address hr center "
    "fieldset body html".split()
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_LINE = re.compile(r" *\n *")
_LINK = re.compile(
    r"\bhttps?://(?:www\.)?([^\s/?#<>\"'()\[\]]*[^\s/?#<>\"'()\[\].,;:!])(?:[/?#:]\S*?)?"
    r"(?=[.,;:!?]*(?:[\s<>\"'()\[\]]|$))"
)
_SHORTENERS = frozenset("t.co bit.ly goo.gl ow.ly tinyurl.com buff.ly".split())
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class Piece(NamedTuple):
    """A block before it has a place in the text."""

    kind: Kind
    text: str
    level: int = 0


def find_blocks(html: str) -> list[Piece]:
    """Headings, paragraphs, list items, quotes and code of a page, in reading order.

    >>> pieces = find_blocks("<h2>Why</h2><p>So <b>it</b> is.<ul><li>one</ul>")
    >>> [(piece.kind, piece.text, piece.level) for piece in pieces]
    [('heading', 'Why', 2), ('paragraph', 'So it is.', 0), ('list_item', 'one', 1)]
    """
    page = LexborHTMLParser(html)
    top = page.css_first("article") or page.css_first("main") or page.body
    walk = _Walk()
    stack: list[tuple[LexborNode, bool]] = [(top, True)] if top else []
    while stack:
        node, entering = stack.pop()
        if not entering:
            walk.leave(node.tag or "")
        elif walk.enter(node):
            stack.append((node, False))
            stack.extend((child, True) for child in reversed(list(node.iter(include_text=True))))
    return walk.pieces


class _Walk:
    """Collects inline text until a block begins or ends."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self._inline: list[str] = []
        self._quotes = self._lists = self._heading = self._code = 0
        self._fresh = False  # a list item was opened and nothing of it was said yet

    def enter(self, node: LexborNode) -> bool:
        tag = node.tag or ""
        if tag == "-text":
            self._inline.append(self._text(node.text(deep=False)))
        elif tag == "br":
            self._inline.append("\n" if self._code else "\v")
        if tag in _DROPPED or tag.startswith("-") or _hidden(node):
            return False
        if tag in _BREAKS:
            self._flush()
            self._open(tag)
        elif tag in ("td", "th"):
            self._inline.append(" \u2013 " if "".join(self._inline).strip() else "")
        return True

    def leave(self, tag: str) -> None:
        if tag in _BREAKS:
            self._flush()
            self._close(tag)

    def _open(self, tag: str) -> None:
        self._quotes += tag == "blockquote"
        self._lists += tag in ("ul", "ol")
        self._code += tag == "pre"
        self._heading = int(tag[1]) if re.fullmatch("h[1-6]", tag) else self._heading
        self._fresh = self._fresh or tag == "li"

    def _close(self, tag: str) -> None:
        self._quotes -= tag == "blockquote"
        self._lists -= tag in ("ul", "ol")
        self._code -= tag == "pre"
        self._heading = 0 if re.fullmatch("h[1-6]", tag) else self._heading
        self._fresh = self._fresh and tag != "li"

    def _text(self, text: str) -> str:
        return text if self._code else _LINK.sub(_site, _SPACE.sub(" ", text))

    def _flush(self) -> None:
        said = "".join(self._inline)
        self._inline.clear()
        text = said.strip("\n") if self._code else _tidy(said)
        if text.strip():
            kind, level = self._kind()
            self.pieces.append(Piece(kind, text, level))

    def _kind(self) -> tuple[Kind, int]:
        if self._code:
            return "code", 0
        if self._heading:
            return "heading", self._heading
        if self._quotes:
            return "quote", self._quotes
        if self._fresh:
            self._fresh = False
            return "list_item", max(1, self._lists)
        return "paragraph", 0


def _site(link: re.Match[str]) -> str:
    """An address in running text reads as its site; a shortened one says nothing."""
    return "" if link[1].lower() in _SHORTENERS else link[1]


def _tidy(said: str) -> str:
    return _LINE.sub("\n", _SPACE.sub(" ", said).replace("\v", "\n")).strip()


def _hidden(node: LexborNode) -> bool:
    if node.tag in ("-text", "br"):
        return False
    attributes = node.attributes
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))
