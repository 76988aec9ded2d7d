"""The main text of a page of the web (trafilatura), in the child process of `convert_child`.

Menus, banners, related links and comments are left out.  A page in which nothing is found to be
the main text is given whole, for then its own marks (article, main, nav) say as much as can be
known.
"""

import html
import re

import trafilatura
from selectolax.lexbor import LexborHTMLParser

_TITLES = (("meta[property='og:title']", "content"), ("meta[name='twitter:title']", "content"))
_LINKS = (("link[rel=canonical]", "href"), ("meta[property='og:url']", "content"))
_IN_A_SENTENCE = ["code", "kbd", "samp", "tt", "var"]
_BODY = re.compile(r"<body[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)


def convert(data: bytes) -> str:
    """HTML of the main text under the page's title.  `data` is UTF-8."""
    page = data.decode("utf-8", "replace")
    tree = LexborHTMLParser(page)
    found = trafilatura.extract(
        _with_plain_code(page),
        output_format="html",
        include_comments=False,
        include_links=True,
        include_images=True,
        include_tables=True,
        include_formatting=True,
        with_metadata=False,
    )
    body = _BODY.search(found or "")
    if body is None or not body[1].strip():
        return page
    named = _first(tree, _TITLES) or _text(tree, "h1") or _text(tree, "title")
    link = html.escape(_first(tree, _LINKS), quote=True)
    head = f'<title>{html.escape(named)}</title><link rel="canonical" href="{link}">'
    return f"<html><head>{head}</head><body>{body[1]}</body></html>"


def _with_plain_code(page: str) -> str:
    """Code in a sentence as words of it, and listings so that they are not taken for quotes."""
    tree = LexborHTMLParser(page)
    tree.unwrap_tags(_IN_A_SENTENCE)
    for listing in tree.css("pre"):
        listing.inner_html = f"<span>{html.escape(listing.text())}</span>"
    return tree.html or page


def _first(tree: LexborHTMLParser, places: tuple[tuple[str, str], ...]) -> str:
    found = (tree.css_first(query) for query, _ in places)
    said = (
        node.attributes.get(name) or ""
        for node, (_, name) in zip(found, places, strict=True)
        if node is not None
    )
    return next((one.strip() for one in said if one.strip()), "")


def _text(tree: LexborHTMLParser, query: str) -> str:
    node = tree.css_first(query)
    return " ".join(node.text().split()) if node else ""
