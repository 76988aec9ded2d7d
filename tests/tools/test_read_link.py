"""The article of a page is read, in the page's encoding, under its address."""

import pytest

from benchmarks.documents import pdf
from tests.api.services import ARTICLE
from tools.fetch_page import Page
from tools.page_to_html import convert
from tools.read_content import read
from tools.read_link import decode_page, link_of, read_link


def web(data: bytes, kind: str = "text/html", charset: str | None = None, at: str = "") -> object:
    async def fetch(address: str) -> Page:
        return Page(at or address, data, kind, charset)

    return fetch


async def test_the_main_text_of_a_page() -> None:
    found = await read_link("https://example.org/bread", web(ARTICLE.encode()))  # type: ignore[arg-type]
    assert (found.title, found.link) == ("How bread rises", "https://example.org/bread")
    assert found.text.startswith("How bread rises\n\nBread rises because")
    assert [(one.address, one.alt_text) for one in found.pictures] == [
        ("/loaf.jpg", "A loaf on a board"), ("/oven.jpg", ""),
    ]  # fmt: skip


def test_a_page_that_is_one_list_is_read_whole() -> None:
    page = b"<title>Notes</title><body><ul><li>One.<li>Two.</ul></body>"
    found = read(convert(page), "notes", "text/html")
    assert "One." in found.text and "Two." in found.text


def test_code_in_a_sentence_stays_in_it_and_a_listing_is_no_quote() -> None:
    said = "<p>The <code>knead</code> step takes time.</p><pre><code>x &lt; 1\ny</code></pre>"
    page = ARTICLE.replace("<img src=", said + "<img src=", 1)
    found = read(convert(page.encode()), "bread", "text/html")
    assert [(block.kind, block.text) for block in found.blocks][2:4] == [
        ("paragraph", "The knead step takes time."),
        ("code", "x < 1\ny"),
    ]


async def test_a_pdf_at_an_address() -> None:
    data = pdf([[("Bread rises.", 11, 700, False)]])
    found = await read_link("https://example.org/a.pdf", web(data, "application/pdf"))  # type: ignore[arg-type]
    assert (found.text, found.link) == ("Bread rises.", "https://example.org/a.pdf")


@pytest.mark.parametrize(
    ("own", "link"),
    [
        ("https://example.org/lasting", "https://example.org/lasting"),
        ("https://evil.org/other", "https://example.org/bread"),
        (None, "https://example.org/bread"),
    ],
)
def test_a_page_names_its_address_on_its_own_site_only(own: str | None, link: str) -> None:
    assert link_of(own, "https://example.org/bread") == link


def test_the_lasting_address_of_a_page_is_kept() -> None:
    for said in ("https://example.org/lasting", "javascript:alert(1)"):
        page = ARTICLE.replace("<head>", f'<head><link rel="canonical" href="{said}">')
        found = read(convert(page.encode()), "bread", "text/html")
        assert found.link == (said if said.startswith("https") else None)


async def test_the_address_at_the_end_of_redirects_is_the_link() -> None:
    fetch = web(b"Bread rises.", "text/plain", at="https://example.org/new")
    found = await read_link("https://example.org/old", fetch)  # type: ignore[arg-type]
    assert (found.text, found.link) == ("Bread rises.", "https://example.org/new")


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("Grüße".encode(), None),
        ("Grüße".encode(), "utf-8"),
        ("Grüße".encode("utf-8-sig"), "latin-1"),
        ("Grüße".encode("utf-16"), None),
        ("Grüße".encode("latin-1"), "iso-8859-1"),
        ("Grüße".encode("latin-1"), None),
        (b'<meta charset="windows-1252">' + "Grüße".encode("cp1252"), None),
        (b"<meta http-equiv=Content-Type content='text/html; charset=ISO-8859-1'>"
         + "Grüße".encode("latin-1"), None),
        ("Grüße".encode(), "rot13"),
        ("Grüße".encode(), "no-such-thing"),
        ("Grüße".encode(), "unicode_escape"),
    ],
)  # fmt: skip
def test_encodings(data: bytes, charset: str | None) -> None:
    assert decode_page(data, charset).endswith("Grüße")
