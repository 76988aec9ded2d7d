"""Pictures of a text are listed with their words, and never become text."""

import pytest

from smartcontent.content import Picture
from tests.real_articles import analysed, as_content
from tools.find_pictures import find_pictures
from tools.read_content import pictures_of, read

LOAF = Picture(address="loaf.jpg", alt_text="A loaf")
BARE = Picture(address="https://example.org/oven.jpg")
MARKDOWN = "Bread.\n\n![A loaf](loaf.jpg)\n\n![](https://example.org/oven.jpg) rises."
HTML = "<p>Bread.</p><img src=loaf.jpg alt=' A\n loaf '><img src=https://example.org/oven.jpg>"


@pytest.mark.parametrize(("text", "name"), [(MARKDOWN, "a.md"), (HTML, "a.html")])
def test_pictures_are_listed_and_are_no_text(text: str, name: str) -> None:
    found = read(text, name)
    assert found.pictures == (LOAF, BARE) == pictures_of(as_content(found))
    assert "loaf" not in found.text and "oven" not in found.text


def test_a_missing_description_is_said() -> None:
    notes = analysed(as_content(read(MARKDOWN, "a.md"))).notes
    assert any(note.startswith("1 picture has no alternative text") for note in notes)
    described = analysed(as_content(read("Bread.\n\n![A loaf](loaf.jpg)", "a.md")))
    assert described.pictures == (LOAF,)
    assert not any("alternative text" in note for note in described.notes)


@pytest.mark.parametrize(
    "html",
    [
        "<img>", "<img src=''>", "<img src=a.gif width=1 height=1>", "<img src=a.gif role=none>",
        "<p>no picture</p>", "",
    ],
)  # fmt: skip
def test_what_is_no_picture(html: str) -> None:
    assert find_pictures(html) == ()


def test_bytes_in_the_address_are_not_kept() -> None:
    (found,) = find_pictures(f"<img alt=x src='data:image/png;base64,{'A' * 100_000}'>")
    assert found.address == "data:image/png"


def test_a_text_of_ten_thousand_pictures_is_bounded() -> None:
    assert len(find_pictures("".join(f"<img src={n}.png>" for n in range(10_000)))) == 200
