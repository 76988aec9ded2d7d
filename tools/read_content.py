"""An upload becomes a title, readable text and its blocks."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from markdown_it import MarkdownIt

from smartcontent.content import Block, Content, Picture, Span
from smartcontent.errors import InvalidContent
from tools.bound_markup import check_lines, check_markup
from tools.convert_document import kind_of, to_html
from tools.decode_text import decode
from tools.find_blocks import Piece, find_blocks
from tools.find_pictures import find_pictures
from tools.read_header import link, tags, title
from tools.read_subtitles import form_of, paragraphs
from tools.split_front_matter import FrontMatter, split
from tools.strip_template_marks import strip_marks

Format = Literal["text", "markdown", "html"]

_BY_NAME: dict[str, Format] = {
    ".md": "markdown", ".markdown": "markdown", ".mdown": "markdown", ".mkd": "markdown",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "text", ".text": "text",
}  # fmt: skip
_BY_TYPE: dict[str, Format] = {
    "text/markdown": "markdown", "text/x-markdown": "markdown", "text/html": "html",
    "application/xhtml+xml": "html", "text/plain": "text",
}  # fmt: skip
_LOOKS_HTML = re.compile(r"\s*<(?:!doctype|html|body|article|main|p|div|h[1-6])[\s>]", re.I)
_LOOKS_MARKDOWN = re.compile(r"^(?:#{1,6} \S|```|> \S)|\]\([^)\s]+\)|\*\*\S", re.MULTILINE)
_ITEM = re.compile(r"[ \t]*(?:[-*+•‣◦]|\d{1,3}[.)])[ \t]+(?=\S)")
_NOTHING = "<!-- -->"
_BROKEN_LINK = re.compile(r"\] \((?=https?://)")
# nothing but an address (an embedded tweet), a drawn rule, a broken tag, or nothing at all
_EMPTY = re.compile(r"""\s*|["'(<]?[\w-]+(?:\.[\w-]+)+[">')]?|[*_=~\-–—•·. ]+|<[a-z]+ [^>]*>""")


@dataclass(frozen=True)
class Reading:
    """What was read.  For every block, `text[block.span.start:block.span.end] == block.text`."""

    title: str
    text: str
    source: str
    format: Format
    link: str | None
    blocks: tuple[Block, ...]
    tags: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


def read(data: bytes | str, name: str, media_type: str | None = None) -> Reading:
    """Read an upload by its media type, its name or its looks.

    PDF and DOCX become HTML, and subtitles a plain text: that is the `source` then.  Front matter,
    template marks, machinery, pictures and addresses are not part of the text.
    Raises TooLarge, and InvalidContent for what is empty, binary or in an unknown encoding.

    >>> reading = read("---\\ntitle: Hello\\n---\\nSee [us](http://a.b).\\n\\n- one", "a.md")
    >>> reading.title, reading.text
    ('Hello', 'See us.\\n\\none')
    """
    document = kind_of(data, name, media_type) if isinstance(data, bytes) else None
    if document and isinstance(data, bytes):
        return read(to_html(data, document, name), name, "text/html")
    source = decode(data, name)
    subtitles = form_of(source, name, media_type)
    if subtitles:
        said = read(paragraphs(source, subtitles, name), "subtitles.txt", "text/plain")
        return replace(said, title=PurePosixPath(name).stem or said.title)
    front = split(source)
    form = _format(front, name, media_type)
    check_lines(front.body, name)
    if form != "text":
        check_markup(front.body, name)
    body = strip_marks(front.body, _NOTHING if form == "markdown" else "")
    blocks = _place(_pieces(body, form))
    text = _joined(blocks)
    _check_readable(text, name)
    return Reading(
        title=title(front, body, form, blocks, name),
        text=text, source=source, format=form,
        link=link(front, body, form),
        blocks=blocks, tags=tags(front), pictures=_pictures(body, form),
    )  # fmt: skip


def blocks_of(content: Content) -> tuple[Block, ...]:
    """The blocks of a stored content, counted in its `text`.

    A text that was edited apart from its source is read as plain text.
    """
    front = split(content.source)
    marked = content.format == "markdown"
    body = strip_marks(front.body, _NOTHING if marked else "")
    blocks = _place(_pieces(body, content.format))
    return blocks if _joined(blocks) == content.text else plain_blocks(content.text)


def pictures_of(content: Content) -> tuple[Picture, ...]:
    """The pictures that stand in the text of a stored content, with what they show in words."""
    return _pictures(strip_marks(split(content.source).body), content.format)


def _pictures(body: str, form: Format) -> tuple[Picture, ...]:
    if form == "text":
        return ()
    return find_pictures(body if form == "html" else _markdown().render(body))


def plain_blocks(text: str) -> tuple[Block, ...]:
    """Paragraphs and list items of a plain text, without changing a character of it.

    >>> [(block.kind, block.text) for block in plain_blocks("One.\\n\\n- two\\n- three")]
    [('paragraph', 'One.'), ('list_item', 'two'), ('list_item', 'three')]
    """
    blocks, start = [], 0
    for part in re.split(r"(\n[ \t]*\n\s*|\n(?=[ \t]*(?:[-*+•‣◦]|\d{1,3}[.)])[ \t]))", text):
        item = _ITEM.match(part)
        begin = item.end() if item else len(part) - len(part.lstrip())
        said = part[begin:].rstrip()
        if said:
            blocks.append(_block(Piece("list_item" if item else "paragraph", said, bool(item)),
                                 start + begin))  # fmt: skip
        start += len(part)
    return tuple(blocks)


def _format(front: FrontMatter, name: str, media_type: str | None) -> Format:
    declared = _BY_TYPE.get((media_type or "").partition(";")[0].strip().lower())
    by_name = _BY_NAME.get(PurePosixPath(name.lower()).suffix)
    # browsers send text/plain for Markdown, so a name that says more wins over it
    if declared and not (declared == "text" and by_name):
        return declared
    if by_name:
        return by_name
    if _LOOKS_HTML.match(front.body):
        return "html"
    return "markdown" if front.values or _LOOKS_MARKDOWN.search(front.body) else "text"


def _pieces(body: str, form: Format) -> list[Piece]:
    if form == "text":
        return [Piece(block.kind, _plain(block), block.level) for block in plain_blocks(body)]
    if form == "html":
        pieces = find_blocks(body)
    else:
        html = _markdown().render(_BROKEN_LINK.sub("](", body))
        pieces = [_without_rests(piece) for piece in find_blocks(html)]
    return [piece for piece in pieces if not _EMPTY.fullmatch(piece.text)] or pieces


def _plain(block: Block) -> str:
    return re.sub(r"[ \t]*\n[ \t]*", "\n", block.text)


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def _without_rests(piece: Piece) -> Piece:
    """Marks that Markdown leaves standing: our own comment in code, unmatched bold."""
    if piece.kind == "code":
        return piece._replace(text=piece.text.replace(_NOTHING, "").strip("\n"))
    return piece._replace(text=piece.text.replace("**", ""))


def _place(pieces: Sequence[Piece]) -> tuple[Block, ...]:
    blocks: list[Block] = []
    at = 0
    for number, piece in enumerate(pieces):
        if number:
            at += len(_between(pieces[number - 1].kind, piece.kind))
        blocks.append(_block(piece, at))
        at += len(piece.text)
    return tuple(blocks)


def _block(piece: Piece, start: int) -> Block:
    span = Span(start=start, end=start + len(piece.text))
    return Block(kind=piece.kind, text=piece.text, span=span, level=int(piece.level))


def _between(before: str, after: str) -> str:
    return "\n" if before == after == "list_item" else "\n\n"


def _joined(blocks: Sequence[Block]) -> str:
    parts = [block.text for block in blocks[:1]]
    for before, block in zip(blocks, blocks[1:], strict=False):
        parts += (_between(before.kind, block.kind), block.text)
    return "".join(parts)


def _check_readable(text: str, name: str) -> None:
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise InvalidContent(
            f"{name} has no text to read.",
            todo="Send a text with at least one sentence.",
            name=name,
        )


def tags_of(source: str) -> tuple[str, ...]:
    """What the creator filed the text under.

    >>> tags_of("---\\ntags: [culture change, api]\\n---\\nHello")
    ('culture change', 'api')
    """
    return tags(split(source))
