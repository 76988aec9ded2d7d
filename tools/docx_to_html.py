"""A Word document as plain HTML (mammoth), in the child process of `tools.convert_child`.

What a package claims to unpack to is bounded first, and `zipfile` gives no more than was claimed.
Documents declare no entities, so one that does is refused before a parser sees it; pictures are
named and never opened, and what a document links to is never loaded.
"""

import html
import re
import zlib
from io import BytesIO
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

import mammoth

from tools.unreadable import Unreadable

PARTS = 5_000
UNPACKED = 100_000_000  # bytes of everything, pictures included
XML = 20_000_000  # bytes of one part that is parsed
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Code'] => pre:separator('\\n')
"""
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TITLE = re.compile(r"<dc:title[^>]*>([^<]{1,300})</dc:title>")
_LOCKED = 0x1  # the flag of a part that needs a password (APPNOTE 4.4.4)
_MAIN = "word/document.xml"


def convert(data: bytes) -> str:
    """HTML of the document.  Raises Unreadable."""
    try:
        with ZipFile(BytesIO(data)) as package:
            _check(package)
            title = _title(package)
        body = mammoth.convert_to_html(
            BytesIO(data),
            style_map=_STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(_named),
            external_file_access=False,
        ).value
    except BadZipFile as error:
        raise Unreadable("not-word") from error
    except (ExpatError, KeyError, ValueError, OSError, NotImplementedError, zlib.error) as error:
        raise Unreadable("broken") from error
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def _check(package: ZipFile) -> None:
    parts = package.infolist()
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise Unreadable("too-much")
    if any(part.flag_bits & _LOCKED for part in parts):
        raise Unreadable("encrypted")
    if _MAIN not in package.namelist():
        raise Unreadable("not-word")
    for part in parts:
        if part.filename.endswith((".xml", ".rels")):
            if part.file_size > XML:
                raise Unreadable("too-much")
            if _ENTITIES.search(package.read(part).replace(b"\0", b"")):  # in UTF-16 too
                raise Unreadable("forbidden-xml")


def _title(package: ZipFile) -> str:
    """What the document's properties call it, still escaped."""
    if "docProps/core.xml" not in package.namelist():
        return ""
    found = _TITLE.search(package.read("docProps/core.xml").decode("utf-8", "replace"))
    return html.escape(html.unescape(found[1])) if found else ""


def _named(image: object) -> dict[str, str]:
    """A picture by its kind; its words, if it has any, are added by mammoth."""
    return {"src": f"embedded:{getattr(image, 'content_type', '') or 'picture'}"}
