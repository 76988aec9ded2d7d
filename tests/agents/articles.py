"""Articles to write from, read as uploads are, with an analysis that needs no model."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from smartcontent.content import (
    Analysis,
    Content,
    KeySentence,
    PlatformSpec,
    Readability,
    Segment,
    Topic,
)
from tools.read_content import blocks_of, read
from tools.split_sentences import split_blocks

LINK = "https://example.org/library/night"

NIGHT = """---
title: How our library learned to stay open at night
link: https://example.org/library/night
---

In March 2023, our library kept its doors open until midnight for the first time. We expected
twenty people and forty came. By the end of the week the reading room was full every evening.

## Why would anyone read at night?

Nurses, bakers and students told us that daytime hours never fit their shifts. Many of them had
not been inside a library for years.

Night hours helped 1,200 readers borrow their first book. That figure surprised the council.

Most libraries close at six because staff is scarce. But a single librarian and two volunteers
can run a reading room safely.

“A quiet table after work is worth more to me than any new building,” said Rosa Keller, a nurse
at the city hospital.

Our team tested three timetables with volunteers before we found one that lasted. We wrote down
what went wrong on a wall beside the desk.

A library card lets you reserve a desk from home, so you can come straight from work.

## What it takes

To open at night, a library needs four things:

- Ask volunteers for one evening a month
- Keep the heating on in one room only
- Train everyone to close the building
- Count visitors every hour

As shown in Figure 3 below, visits grew. See {{ site.baseurl }} for the chart. This was expected.

```python
print("not for an audience")
```

Volunteers decorate the entrance in winter. Readers bring soup on Fridays. Children draw posters
for the hallway. The mayor visits with her dog. Musicians practise in the cellar.
"""

PLAIN = """# A short note

Tea tastes better in a warm cup. Cold cups spoil good leaves. Water should rest before it is
poured.
"""

SPECS = {
    "short": PlatformSpec(
        platform="short", text_limit=300, counting="graphemes", byte_limit=3000,
        hashtag_limit=2, source="test", as_of="2026-01-01",
    ),
    "medium": PlatformSpec(
        platform="medium", text_limit=500, link_counts_as=23, source="test", as_of="2026-01-01"
    ),
    "letter": PlatformSpec(
        platform="letter", text_limit=5000, markup="html", hashtag_limit=0, personalises=True,
        source="test", as_of="2026-01-01",
    ),
    "blog": PlatformSpec(
        platform="blog", text_limit=9000, markup="markdown", source="test", as_of="2026-01-01"
    ),
}  # fmt: skip
EVERYONE = Segment(id=UUID(int=1), name="everyone", size=0, everyone=True)


def article(text: str, name: str = "night.md", link: str | None = None) -> Content:
    """A content as an upload makes it."""
    reading = read(text, name)
    return Content(
        id=uuid5(NAMESPACE_URL, text),
        title=reading.title,
        text=reading.text,
        source=reading.source,
        format=reading.format,
        link=link or reading.link,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def analysed(content: Content, language: str = "en") -> Analysis:
    """An analysis whose key sentences are the longer ones, early first."""
    blocks = blocks_of(content)
    sentences = split_blocks([one for one in blocks if one.kind == "paragraph"], language)
    return Analysis(
        content_id=content.id,
        title=content.title,
        language=language,
        language_confidence=1.0,
        topics=(Topic(name="public library", weight=0.9), Topic(name="volunteers", weight=0.5)),
        key_sentences=tuple(
            KeySentence(text=text, span=span, weight=1 / (1 + place))
            for place, (text, span) in enumerate(sentences)
        ),
        blocks=blocks,
        readability=Readability(words=1, sentences=1, lix=None),
    )


@cache
def pages() -> dict[str, tuple[Content, Analysis]]:
    """The same short pages in 13 languages, by language and number ("ht-3")."""
    file = Path(__file__).parent.parent / "data" / "vote_gov.json"
    found = {}
    for name, page in json.loads(file.read_text("utf-8"))["pages"].items():
        source = f"# {page['title']}\n\n{page['text']}"
        content = article(source, link="https://vote.gov/register")
        found[name] = content, analysed(content, page["language"])
    return found
