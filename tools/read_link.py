"""Read the article at an address: fetched safely, its main text taken out of the page."""

import asyncio
import codecs
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from tools.convert_document import kind_of, to_html
from tools.fetch_page import Page, fetch_page
from tools.read_content import Reading, read

Fetch = Callable[[str], Awaitable[Page]]

_HTML = ("text/html", "application/xhtml+xml")
_DECLARED = re.compile(rb"<meta[^>]{1,300}?charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_HEAD = 4_096  # bytes in which a page declares its encoding
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
          (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
# the names of the web stand for more than Python's (WHATWG Encoding, 4.2)
_WIDER = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949", "iso8859-9": "cp1254", "tis-620": "cp874",
}  # fmt: skip
_PLAUSIBLE = re.compile(
    r"utf-(8|16|16-le|16-be)|cp\d{3,4}|iso8859-\d+|gb18030|big5(hkscs)?|euc_(jp|kr)"
    r"|iso2022_jp|koi8-[rut]|mac-\w+"
)


async def read_link(address: str, fetch: Fetch = fetch_page) -> Reading:
    """What stands at an address, with the address as its link.

    Raises AddressRefused, PageUnavailable, InvalidContent and TooLarge.
    """
    page = await fetch(address)
    return await asyncio.to_thread(_read, page)


def _read(page: Page) -> Reading:
    name = _name(page.address)
    if page.media_type in _HTML:
        main = to_html(decode_page(page.data, page.charset).encode(), "page", name)
        reading = read(main, name, "text/html")
    elif kind_of(page.data, name, page.media_type):
        reading = read(page.data, name, page.media_type)
    else:
        reading = read(decode_page(page.data, page.charset), name, page.media_type)
    return replace(reading, link=link_of(reading.link, page.address))


def decode_page(data: bytes, charset: str | None) -> str:
    """By its mark, its header, its own word, else UTF-8, else what the web falls back to.

    >>> decode_page("caf\\u00e9".encode("latin-1"), "ISO-8859-1")
    'café'
    >>> decode_page(b'<meta charset="windows-1251">' + "\\u0445".encode("cp1251"), None)[-1]
    'х'
    """
    mark = next((codec for sign, codec in _MARKS if data.startswith(sign)), None)
    declared = _DECLARED.search(data[:_HEAD])
    said = mark or _codec(charset) or _codec(declared[1].decode("ascii") if declared else None)
    if said is None:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            said = "cp1252"
    return data.decode(said, "replace")


def _codec(charset: str | None) -> str | None:
    """Python's name of an encoding of the web; its other codecs are no encodings of pages."""
    try:
        name = codecs.lookup(charset or "").name
    except (LookupError, ValueError):
        return None
    name = _WIDER.get(name, name)
    return name if _PLAUSIBLE.fullmatch(name) else None


def _name(address: str) -> str:
    parts = urlsplit(address)
    last = PurePosixPath(unquote(parts.path)).name
    return " ".join(last.split())[:120] or parts.netloc


def link_of(own: str | None, address: str) -> str:
    """A page may name its lasting address, but only on its own site."""
    same = own is not None and urlsplit(own).netloc.lower() == urlsplit(address).netloc.lower()
    return own if own and same else address
