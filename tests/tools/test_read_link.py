"""The article of a page is read, in the page's encoding, under its address."""

import pytest

from benchmarks.documents import pdf
from tests.api.services import ARTICLE
from tools.fetch_page import Page
from tools.read_link import decode_page, read_link


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


async def test_a_page_that_is_one_list_is_read_whole() -> None:
    page = b"<title>Notes</title><body><ul><li>One.<li>Two.</ul></body>"
    found = await read_link("https://example.org/", web(page))  # type: ignore[arg-type]
    assert "One." in found.text and "Two." in found.text


async def test_a_pdf_at_an_address() -> None:
    data = pdf([[("Bread rises.", 11, 700, False)]])
    found = await read_link("https://example.org/a.pdf", web(data, "application/pdf"))  # type: ignore[arg-type]
    assert (found.text, found.link) == ("Bread rises.", "https://example.org/a.pdf")


@pytest.mark.parametrize(
    ("canonical", "link"),
    [
        ("https://example.org/lasting", "https://example.org/lasting"),
        ("https://evil.org/other", "https://example.org/bread"),
        ("javascript:alert(1)", "https://example.org/bread"),
    ],
)
async def test_a_page_names_its_address_on_its_own_site_only(canonical: str, link: str) -> None:
    page = ARTICLE.replace("<head>", f'<head><link rel="canonical" href="{canonical}">')
    found = await read_link("https://example.org/bread", web(page.encode()))  # type: ignore[arg-type]
    assert found.link == link


async def test_the_address_at_the_end_of_redirects_is_the_link() -> None:
    fetch = web(ARTICLE.encode(), at="https://example.org/new")
    found = await read_link("https://example.org/old", fetch)  # type: ignore[arg-type]
    assert found.link == "https://example.org/new"


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
