"""PDF and DOCX are read with their structure; what is built to hurt is refused with what to do."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import get_args

import pytest

from benchmarks.documents import CORE, NUMBERING, STYLES, docx, paragraph, pdf, picture, zipped
from smartcontent.errors import InvalidContent, InvalidInput, TooLarge
from tests.real_articles import as_content
from tools import docx_to_html, pdf_to_html
from tools.convert_document import LIMIT, PROBLEMS, environment
from tools.read_content import Reading, blocks_of, read
from tools.unreadable import Unreadable, Why

MEGABYTE = 1024 * 1024
PARTS = {"word/styles.xml": STYLES, "word/numbering.xml": NUMBERING, "docProps/core.xml": CORE}
RELATED = {"image1": "http://127.0.0.1:9/loaf.png", "image2": "file:///etc/passwd"}


def shown(found: Reading) -> list[tuple[str, str, int]]:
    return [(block.kind, block.text, block.level) for block in found.blocks]


def page(number: int) -> list[tuple[str, float, float, bool]]:
    return [
        (f"The Daily Loaf, report {number}", 8, 800, False),
        ("How bread rises", 20, 740, False),
        ("Yeast eats sugar and makes carbon diox-", 11, 700, False),
        (f"ide, on page {number}. In a warm kitchen this takes", 11, 686, False),
        ("about two hours.", 11, 672, False),
        ("In a fridge it takes 48 hours.", 11, 640, False),
        ("What you need", 11, 610, True),
        ("- 500 g of flour from the mill, which", 11, 590, False),
        ("  stands by the river", 11, 576, False),
        ("- 350 ml of water", 11, 562, False),
        (f"{number}", 8, 30, False),
    ]


def test_a_pdf_keeps_its_structure() -> None:
    found = read(pdf([page(1)], title="Bread (a report)"), "bread.pdf")
    assert (found.title, found.format) == ("Bread (a report)", "html")
    assert shown(found) == [
        ("paragraph", "The Daily Loaf, report 1", 0),
        ("heading", "How bread rises", 1),
        ("paragraph", "Yeast eats sugar and makes carbon dioxide, on page 1. In a warm kitchen "
         "this takes about two hours.", 0),
        ("paragraph", "In a fridge it takes 48 hours.", 0),
        ("heading", "What you need", 2),
        ("list_item", "500 g of flour from the mill, which stands by the river", 1),
        ("list_item", "350 ml of water", 1),
    ]  # fmt: skip


def test_running_heads_and_page_numbers_are_no_text() -> None:
    found = read(pdf([page(number) for number in range(1, 7)]), "bread.pdf")
    assert "Daily Loaf" not in found.text
    assert found.text.count("How bread rises") == 6 and found.title == "How bread rises"
    assert not any(line.strip().isdigit() for line in found.text.splitlines())


def test_numbered_headings_and_a_table_of_contents() -> None:
    lines = [
        ("1. Flour . . . . . . . . . . . . 3", 11.0, 760.0, False),
        ("2. Water ............ 14", 11.0, 746.0, False),
        ("1. Flour", 18.0, 700.0, False),
        ("Flour comes from the mill, and this is the longest line.", 11.0, 670.0, False),
        ("1. Weigh it", 11.0, 650.0, False),
        ("2. Sieve it", 11.0, 636.0, False),
        ("iv", 11.0, 30.0, False),
    ]
    assert shown(read(pdf([lines]), "bread.pdf")) == [
        ("heading", "1. Flour", 1),
        ("paragraph", "Flour comes from the mill, and this is the longest line.", 0),
        ("list_item", "Weigh it", 1),
        ("list_item", "Sieve it", 1),
    ]


def test_two_hundred_pages_in_bounded_memory() -> None:
    command = [sys.executable, "-m", "benchmarks.hostile_pdf"]
    done = subprocess.run(command, capture_output=True, check=True)
    said = json.loads(done.stdout)
    assert said["pages"] == 200 and said["megabytes"] < 400


DOCUMENT = docx(
    paragraph("How bread rises", "Title")
    + paragraph("Yeast &amp; sugar.")
    + paragraph("What you need", "H2")
    + paragraph("500 g of flour", list_item=True)
    + paragraph("350 ml of water", list_item=True)
    + paragraph("Patience is the main thing.", "Q")
    + '<w:p><w:hyperlink r:id="link"><w:r><w:t>our guide</w:t></w:r></w:hyperlink></w:p>'
    + picture("image1", "A loaf on a board")
    + picture("image2", ""),
    PARTS,
    {"link": "https://example.org/flour", **RELATED},
)


@pytest.fixture
def trap() -> Iterator[socket.socket]:
    """Hears whoever connects to this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


def test_a_docx_keeps_its_structure() -> None:
    found = read(DOCUMENT, "bread.docx")
    assert found.title == "Bread & butter" and 'href="https://example.org/flour"' in found.source
    assert shown(found) == [
        ("heading", "How bread rises", 1),
        ("paragraph", "Yeast & sugar.", 0),
        ("heading", "What you need", 2),
        ("list_item", "500 g of flour", 1),
        ("list_item", "350 ml of water", 1),
        ("quote", "Patience is the main thing.", 1),
        ("paragraph", "our guide", 0),
    ]
    assert [one.alt_text for one in found.pictures] == ["A loaf on a board", ""]


def test_nothing_outside_a_docx_is_loaded(trap: socket.socket) -> None:
    address = f"http://127.0.0.1:{trap.getsockname()[1]}/loaf.png"
    read(docx(paragraph("Bread.") + picture("image1", "A loaf"), PARTS, {"image1": address}), "a")
    with pytest.raises(BlockingIOError):
        trap.accept()


def entity(kind: str) -> bytes:
    said = {
        "laughs": '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        "file": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>',
        "wide": "<!DOCTYPE a>",
    }[kind]
    body = f"{said}<w:document><w:body/></w:document>"
    text = body.encode("utf-16") if kind == "wide" else body.encode()
    return zipped({"word/document.xml": text})


def locked(package: bytes) -> bytes:
    """With the mark of a password on its first part, here and in the list of parts."""
    marked = bytearray(package)
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        marked[package.index(sign) + at] |= 1
    return bytes(marked)


REFUSED: list[tuple[str, bytes, str]] = [
    ("cut.pdf", pdf([page(1)])[:300], "broken"),
    ("empty.pdf", b"%PDF-1.7\n%%EOF", "broken"),
    ("words.pdf", b"These are words.", "broken"),
    ("scan.pdf", pdf([[]]), "no-text"),
    ("numbers.pdf", pdf([[("12 34", 11, 700, False)]]), "no-text"),
    ("locked.pdf", pdf([page(1)], encrypted=True), "encrypted"),
    ("pages.pdf", pdf([[("Bread.", 11, 700, False)]] * 1_001), "too-many-pages"),
    ("words.docx", b"These are words.", "not-word"),
    ("a.docx", zipped({"../../etc/passwd": b"x"}), "not-word"),
    ("cut.docx", DOCUMENT[:600], "not-word"),
    ("locked.docx", locked(DOCUMENT), "encrypted"),
    ("xml.docx", zipped({"word/document.xml": b"<w:document"}), "broken"),
    ("bomb.docx", zipped({"word/document.xml": bytes(101 * MEGABYTE)}), "too-much"),
    ("part.docx", zipped({"word/document.xml": bytes(21 * MEGABYTE)}), "too-much"),
    ("laughs.docx", entity("laughs"), "forbidden-xml"),
    ("file.docx", entity("file"), "forbidden-xml"),
    ("wide.docx", entity("wide"), "forbidden-xml"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "why"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_be_opened(name: str, data: bytes, why: str) -> None:
    converted = pdf_to_html if name.endswith("pdf") else docx_to_html
    with pytest.raises(Unreadable) as refused:
        converted.convert(data)
    assert refused.value.why == why


TOLD: list[tuple[str, bytes, type[InvalidInput], str]] = [
    ("locked.pdf", pdf([page(1)], encrypted=True), InvalidContent, "password"),
    ("bomb.docx", zipped({"word/document.xml": bytes(101 * MEGABYTE)}), TooLarge, "memory"),
    ("large.pdf", b"%PDF-1.7" + bytes(LIMIT), TooLarge, "may have"),
    ("deep.docx", docx("<w:p>" * 20_000 + "</w:p>" * 20_000), TooLarge, "memory"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "kind", "said"), TOLD, ids=[row[0] for row in TOLD])
def test_the_creator_is_told(name: str, data: bytes, kind: type[InvalidInput], said: str) -> None:
    with pytest.raises(kind) as refused:
        read(data, name)
    assert said in refused.value.detail and refused.value.todo


def test_every_reason_is_put_in_words() -> None:
    assert set(get_args(Why)) == set(PROBLEMS)


def test_the_child_cannot_take_more_than_it_may() -> None:
    """The limits are real: what asks for more memory than that is told so by the system."""
    greedy = "from tools.convert_child import bound\nbound()\nbytes(2_000_000_000)"
    done = subprocess.run([sys.executable, "-c", greedy], capture_output=True, text=True)
    assert "MemoryError" in done.stderr


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARTCONTENT_SECRET_KEY", "secret")
    assert set(environment()) == {"PYTHONPATH", "LC_ALL"}
    assert "secret" not in str(environment())


def test_a_converted_document_is_found_again_in_what_is_stored() -> None:
    """Blocks are counted in the stored text, from the stored source."""
    found = read(DOCUMENT, "bread.docx")
    assert blocks_of(as_content(found)) == found.blocks
