"""What stands on a text: its title, its address, what it was filed under."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from selectolax.lexbor import LexborHTMLParser

from smartcontent.content import Block
from tools.find_blocks import find_blocks
from tools.split_front_matter import FrontMatter
from tools.strip_template_marks import strip_marks

_TITLE_LENGTH = 120
_LINKS = ("canonical", "canonical_url", "canonicalUrl", "link", "url", "permalink", "original_url")
_CANONICAL = (("link[rel=canonical]", "href"), ("[property='og:url']", "content"))


def title(front: FrontMatter, body: str, form: str, blocks: Sequence[Block], name: str) -> str:
    """From the front matter, the page, the headings, the first line or the file's name."""
    headings = [block for block in blocks if block.kind == "heading"]
    candidates = (
        _words(front.values.get("title")),
        _page_title(body) if form == "html" else "",
        *(block.text for block in headings if block.level == 1),
        *(block.text for block in headings[:1]),
        blocks[0].text if blocks and blocks[0].kind != "code" else "",
        PurePosixPath(name.replace("\\", "/")).stem.replace("-", " ").replace("_", " "),
    )
    return next((_short(said) for said in candidates if said.strip()), "Untitled")


def _words(value: object) -> str:
    """A title of the front matter may hold marks of every kind."""
    if not isinstance(value, str) or not value.strip():
        return ""
    said = find_blocks(MarkdownIt("commonmark").renderInline(strip_marks(value)))
    return said[0].text if said else value


def _page_title(body: str) -> str:
    found = LexborHTMLParser(body).css_first("title")
    return found.text() if found else ""


def _short(said: str) -> str:
    line = " ".join(said.strip().split("\n")[0].split())
    if len(line) <= _TITLE_LENGTH:
        return line
    cut = line[:_TITLE_LENGTH]
    return (cut[: cut.rfind(" ")] if " " in cut[60:] else cut).rstrip(" ,;:") + "…"


def link(front: FrontMatter, body: str, form: str) -> str | None:
    """Where the text lives on the web, if it says so; only http and https."""
    said = [front.values.get(key) for key in _LINKS]
    if form == "html":
        page = LexborHTMLParser(body)
        for query, attribute in _CANONICAL:
            found = page.css_first(query)
            said.append(found.attributes.get(attribute) if found else None)
    return next((one for one in said if isinstance(one, str) and _is_address(one)), None)


def _is_address(said: str) -> bool:
    try:
        parts = urlsplit(said)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and "." in parts.netloc and " " not in said


def tags(front: FrontMatter) -> tuple[str, ...]:
    """`tags` or `keywords`, as a list or parted by commas."""
    said = front.values.get("tags") or front.values.get("keywords") or ()
    words = said.split(",") if isinstance(said, str) else said
    if not isinstance(words, Sequence):
        return ()
    return tuple(word.strip() for word in words if isinstance(word, str) and word.strip())
