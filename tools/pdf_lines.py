"""The lines of a PDF with the size, weight and place of their letters (PDFium).

Part of the child process of `tools.convert_child`.  Sizes and places are in points; y grows upward.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from tools.unreadable import Unreadable

PAGES = 1_000
CHARACTERS = 2_000_000
_BOLD = 600  # weight, on the scale of 100 to 900
_BOLD_NAME = re.compile(rb"bold|black|heavy", re.IGNORECASE)
_FONT_NAME = 128  # bytes
_HYPHENS = frozenset({0x02, 0xAD, 0xFFFE})
_PAGE_NUMBER = re.compile(
    r"\W*(?:\w{1,6}\.? )?\d{1,4}(?: ?(?:/|of|von|de|di|z) ?\d{1,4})?\W*|[ivxlc]{1,6}"
)
_CONTENTS = re.compile(r".*(?:\. ?){5,}\d{1,4}")  # a line of a table of contents
_EDGE = 2  # lines at the top and at the bottom of a page that may be its frame


class Line(NamedTuple):
    """One line as it stands on its page."""

    text: str
    size: float
    bold: bool
    left: float
    right: float
    top: float
    bottom: float
    page: int


def read_lines(data: bytes) -> tuple[str, list[Line]]:
    """The title that the file gives itself, and its lines in order without running heads.

    Raises Unreadable for a file that is damaged, locked, too long, or only pictures.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == pdfium.FPDF_ERR_PASSWORD
        raise Unreadable("encrypted" if locked else "broken") from error
    if len(document) > PAGES:
        raise Unreadable("too-many-pages")
    pages = [list(_page(document, number)) for number in range(len(document))]
    if sum(len(line.text) for page in pages for line in page) > CHARACTERS:
        raise Unreadable("too-much")
    if not any(character.isalpha() for page in pages for line in page for character in line.text):
        raise Unreadable("no-text")
    return str(document.get_metadata_value("Title")), _without_frames(pages)


def _page(document: pypdfium2.PdfDocument, number: int) -> Iterator[Line]:
    """A damaged page is left out, as a viewer would."""
    try:
        page = document[number]
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return
    try:
        start = 0
        codes = [pdfium.FPDFText_GetUnicode(text, i) for i in range(text.count_chars())]
        for end in [*(i for i, code in enumerate(codes) if code == 0x0A), len(codes)]:
            line = _line(text, codes, start, end, number)
            if line is not None:
                yield line
            start = end + 1
    finally:
        text.close()
        page.close()


def _line(text: Any, codes: list[int], start: int, end: int, page: int) -> Line | None:
    shown = [i for i in range(start, end) if codes[i] > 0x20 or codes[i] in _HYPHENS]
    if not shown:
        return None
    first, last = _box(text, shown[0]), _box(text, shown[-1])
    sizes = Counter(round(_box(text, i).height * 2) / 2 for i in shown[:: max(1, len(shown) // 5)])
    bold = _is_bold(text, shown[len(shown) // 2])
    said = "".join(map(_sign, codes[start:end]))
    whole = said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Line(
        " ".join(whole.split()), sizes.most_common(1)[0][0], bold,
        first.left, last.right, first.top, first.bottom, page,
    )  # fmt: skip


def _is_bold(text: Any, index: int) -> bool:
    """By the font's weight, or by its name where it says no weight."""
    if pdfium.FPDFText_GetFontWeight(text, index) >= _BOLD:
        return True
    name = ctypes.create_string_buffer(_FONT_NAME)
    flags = ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text, index, name, _FONT_NAME, ctypes.byref(flags))
    return bool(_BOLD_NAME.search(name.value))


def _sign(code: int) -> str:
    if code in _HYPHENS:
        return "\u00ad"
    return chr(code) if code >= 0x20 else " "


class _Box(NamedTuple):
    left: float
    right: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.top - self.bottom


def _box(text: Any, index: int) -> _Box:
    """The font's box around a letter: as high as the font is large, whatever the letter."""
    found = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text, index, ctypes.byref(found))
    return _Box(found.left, found.right, found.top, found.bottom)


def _without_frames(pages: list[list[Line]]) -> list[Line]:
    """Without page numbers, tables of contents, and small print at the edge of many pages."""
    seen = Counter(key for page in pages for key in {_key(line) for line in _edges(page)})
    often = max(3, len(pages) // 4)
    body = body_size([line for page in pages for line in page])
    kept = []
    for page in pages:
        edges = set(_edges(page))
        for line in page:
            frame = seen[_key(line)] >= often or _PAGE_NUMBER.fullmatch(line.text)
            small = line in edges and frame and line.size <= body
            if not (small or _CONTENTS.fullmatch(line.text)):
                kept.append(line)
    return kept


def body_size(lines: Sequence[Line]) -> float:
    """The size in which most letters are set; 0 without any."""
    sizes = Counter[float]()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _edges(page: list[Line]) -> list[Line]:
    return page if len(page) <= _EDGE else [*page[:_EDGE], *page[-_EDGE:]]


def _key(line: Line) -> str:
    """Running heads differ from page to page by their numbers only."""
    return re.sub(r"\d+", "#", line.text)
