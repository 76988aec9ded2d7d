"""Uploads become readable text with exact places, or are refused with the reason."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smartcontent.errors import InvalidContent, InvalidInput, TooLarge
from tests.real_articles import NAMES, content, reading
from tools.read_content import Reading, blocks_of, plain_blocks, read

MARKS = ("{{", "{%", "](", "**", "<p", "</", "http", "+++", "---", "[^", "excerpt:")
TITLES = {
    "18f-communicart.md": "Communicart tool will streamline purchase card process",
    "18f-ninety-kids.md": "The day 90 kids came to code with 18F",
    "18f-hacking-bureaucracy.md": "Hacking bureaucracy: improving hiring and software deployment",
    "vote-gov-ar.md": "التحقق من التسجيل الخاص بك",
    "vote-gov-es.md": "Verifique su registro",
    "vote-gov-ko.html": "유권자 등록 상태 확인하기",
    "vote-gov-zh.md": "檢查您的登記",
}


def broken_places(found: Reading) -> list[str]:
    """Blocks whose span does not hold their text."""
    return [
        block.text
        for block in found.blocks
        if found.text[block.span.start : block.span.end] != block.text
    ]


@pytest.mark.parametrize("name", NAMES)
def test_real_article_reads_clean(name: str) -> None:
    found = reading(name)
    assert found.title == TITLES[name]
    assert [mark for mark in MARKS if mark in found.text] == []
    assert broken_places(found) == []
    assert blocks_of(content(name)) == found.blocks


def test_a_moved_place_would_be_seen() -> None:
    found = reading("18f-ninety-kids.md")
    shifted = Reading(**{**found.__dict__, "text": " " + found.text})
    assert len(broken_places(shifted)) > 5


def test_structure_of_markdown() -> None:
    source = """---
title: "A <em>clear</em> `title`"
canonical_url: https://example.org/a
tags: [culture, how we work]
---
{% image "a.png" "Alt text" %}

# Head

Two{{ mark }} lines
of one paragraph, see [us]({{ "/x" | url }}) or https://www.example.org/long/way?x=1[^1].

- one
  - inner
1. first

> “Said.” - Ana

| a | b |
|---|---|
| c | d |

```python
x = "{{ kept out }}"
```

<figure>
\t{% image "b.png" "B" %}
\t<figcaption>A caption</figcaption>
</figure>

https://twitter.com/x/status/1

[^1]: A note.
"""
    found = read(source, "a.md")
    assert (found.title, found.link, found.tags) == (
        "A clear title", "https://example.org/a", ("culture", "how we work"),
    )  # fmt: skip
    assert [(block.kind, block.text, block.level) for block in found.blocks] == [
        ("heading", "Head", 1),
        ("paragraph", "Two lines of one paragraph, see us or example.org.", 0),
        ("list_item", "one", 1),
        ("list_item", "inner", 2),
        ("list_item", "first", 1),
        ("quote", "“Said.” - Ana", 1),
        ("paragraph", "a – b", 0),
        ("paragraph", "c – d", 0),
        ("code", 'x = ""', 0),
        ("paragraph", "A note.", 0),
    ]


def test_html_page_without_its_machinery() -> None:
    page = """<!doctype html><html><head><title>Page</title>
<link rel="canonical" href="https://example.org/p"><style>p{}</style></head><body>
<nav>Home</nav><main><h1>Top</h1><p>Hello<br>there<script>alert(1)</script></p>
<p hidden>secret</p><p style="display: none">secret</p><!-- secret --></main></body></html>"""
    found = read(page, "upload", "text/html; charset=utf-8")
    assert (found.title, found.link, found.text) == (
        "Page", "https://example.org/p", "Top\n\nHello\nthere",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("note.txt", "# not a heading", "text"),
        ("README.markdown", "x", "markdown"),
        ("pasted", "<p>Hi</p>", "html"),
        ("pasted", "## A heading\n\nText", "markdown"),
        ("pasted", "Just words.", "text"),
    ],
)
def test_format_from_name_and_looks(name: str, text: str, form: str) -> None:
    assert read(text, name).format == form


def test_title_falls_back_to_first_line_and_file_name() -> None:
    assert read("First line here.\n\nMore.", "x.txt").title == "First line here."
    assert read("```\ncode()\n```", "my-small_note.md").title == "my small note"


def test_broken_front_matter_is_still_not_shown() -> None:
    found = read("---\ntitle: Why: because\nx: [\n---\nBody.", "a.md")
    assert (found.title, found.text) == ("Why: because", "Body.")
    rules = read("---\nA line between rules\n---\nBody.", "a.md")
    assert "A line between rules" in rules.text


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_known_encodings(codec: str) -> None:
    assert read("Año nuevo, vida nueva.".encode(codec), "a.txt").text == "Año nuevo, vida nueva."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no text"),
        (b" \n\t \n", "no text"),
        ("\u200b\ufeff".encode(), "no text"),
        (b"{% raw %}{{ x }}", "no text"),
        (b"\x89PNG\r\n\x1a\n....", "PNG picture"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (b"Hello\x00world", "offset 5"),
        ("Texto en español".encode("latin-1"), "offset 13"),
        (b"\xef\xbb\xbfab\xff", "offset 5"),
        (b"a\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f", "control characters"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(InvalidContent) as refused:
        read(data, "a.md")
    assert said in refused.value.detail
    assert refused.value.todo and refused.value.facts["name"] == "a.md"


def test_lone_surrogates_cannot_be_stored() -> None:
    with pytest.raises(InvalidContent):
        read("broken \ud800 text", "a.txt")


@pytest.mark.parametrize("kind", [bytes, str])
def test_twenty_megabytes_are_refused_without_being_copied(kind: type) -> None:
    data = b"x" * 20_000_000 if kind is bytes else "x" * 20_000_000
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge) as refused:
            read(data, "big.md")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert refused.value.facts["limit"] == 2_000_000


@pytest.mark.parametrize("unit", ["<div>", "![", "> ", "a\n"])
def test_markup_that_would_keep_a_parser_busy_is_refused(unit: str) -> None:
    with pytest.raises(TooLarge):
        read(unit * (1_900_000 // len(unit)), "a.md")


NAUGHTY = [
    "undefined", "NULL", "1/0", "-1.00", "0x0", "١٢٣", "ЁЂЃ", "⁰⁴⁵", "ثم نفس سقطت", "˙ɐnbᴉlɐ",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤", "<script>alert(0)</script>", "<<SCRIPT>alert(1);//<</SCRIPT>",
    "<img src=x onerror=alert(1)>", "perl -e 'print \"<IMG SRC=java\\0script>\";'",
    "../../etc/passwd",
    "$(touch /tmp/x)", "%s%s%n", "{{ ''.__class__ }}", "🏳️‍🌈👩‍👩‍👧‍👦", "‪‪test‪",
    "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀",
    "(｡◕ ∀ ◕｡)", "test⁠test‫", "Scunthorpe General Hospital", "\u202eevil\u202c",
]  # fmt: skip


@pytest.mark.parametrize("name", ["a.md", "a.html", "a.txt"])
@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_are_read_or_refused(text: str, name: str) -> None:
    try:
        found = read(text, name)
    except InvalidContent:
        return
    assert broken_places(found) == []


@settings(max_examples=150, deadline=None)
@given(some.text(max_size=300), some.sampled_from(["a.md", "a.html", "a.txt", "pasted"]))
def test_any_text_keeps_its_places(text: str, name: str) -> None:
    try:
        found = read(text, name)
    except InvalidInput:
        return
    assert broken_places(found) == []
    assert found.title and found.text.strip()


@settings(max_examples=100, deadline=None)
@given(some.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        assert broken_places(read(data, "a.md")) == []
    except InvalidInput as refused:
        assert refused.todo


def test_plain_blocks_count_in_the_text_they_are_given() -> None:
    text = "  One.\n\n• two\n3. three\n\n\nFour\nlines."
    blocks = plain_blocks(text)
    assert [(b.kind, b.text) for b in blocks] == [
        ("paragraph", "One."), ("list_item", "two"), ("list_item", "three"),
        ("paragraph", "Four\nlines."),
    ]  # fmt: skip
    assert all(text[b.span.start : b.span.end] == b.text for b in blocks)


def test_an_edited_text_is_read_as_plain_text() -> None:
    edited = content("18f-ninety-kids.md").model_copy(update={"text": "A new text."})
    assert [block.text for block in blocks_of(edited)] == ["A new text."]
