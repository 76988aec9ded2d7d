"""The pictures of a page: where each is, and what it shows in words."""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from smartcontent.content import Picture

_MOST = 200
_ADDRESS = 2_000  # characters


def find_pictures(html: str) -> tuple[Picture, ...]:
    """Every picture that is meant to be seen, in order, without repetitions.

    What is only there to count readers (one pixel) or to decorate (`role=presentation`) is no
    picture.  `alt_text` is empty where nobody described it.

    >>> find_pictures('<img src="loaf.jpg" alt="A loaf"><img src="b.gif" width=1 height="1">')
    (Picture(address='loaf.jpg', alt_text='A loaf'),)
    """
    found = LexborHTMLParser(html).css("img")
    seen = dict.fromkeys(_picture(node) for node in found if _is_seen(node))
    return tuple(picture for picture in seen if picture.address)[:_MOST]


def _picture(node: LexborNode) -> Picture:
    attributes = node.attributes
    address = (attributes.get("src") or attributes.get("data-src") or "").strip()
    if address.startswith("data:"):  # the bytes themselves: only that they are there is told
        address = address.partition(";")[0].partition(",")[0]
    words = " ".join((attributes.get("alt") or "").split())
    return Picture(address=address[:_ADDRESS], alt_text=words)


def _is_seen(node: LexborNode) -> bool:
    attributes = node.attributes
    pixel = "1" in (attributes.get("width"), attributes.get("height"))
    return not pixel and attributes.get("role") not in ("presentation", "none")
