"""Real articles as the product would hold them: read, stored, analysed."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from agents.analyst import Analyst
from memory.embedding import HashedEmbedder
from smartcontent.content import Analysis, Content, PlatformSpec, Variant
from tools.read_content import Reading, read

FOLDER = Path(__file__).parent / "data" / "articles"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.name != "README.md")
BOARD = PlatformSpec(
    platform="board", text_limit=100_000, link_counts_as=23, source="the tests", as_of="2026-01-01"
)
PAGE = BOARD.model_copy(update={"platform": "page", "markup": "html"})


@cache
def reading(name: str) -> Reading:
    return read((FOLDER / name).read_bytes(), name)


@cache
def content(name: str) -> Content:
    found = reading(name)
    return as_content(found, name)


def as_content(found: Reading, name: str = "pasted") -> Content:
    return Content(
        id=uuid5(NAMESPACE_URL, name),
        title=found.title,
        text=found.text,
        source=found.source,
        format=found.format,
        link=found.link,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def written(text: str, name: str = "pasted.txt") -> Content:
    """A text of the test's own, as content."""
    return as_content(read(text, name), name)


@cache
def analysis(name: str) -> Analysis:
    return analysed(content(name))


def analysed(own: Content) -> Analysis:
    return Analyst(embedder=HashedEmbedder()).analyse(own)


def variant(text: str, language: str = "en", platform: str = "board") -> Variant:
    return Variant(
        id=uuid5(NAMESPACE_URL, text),
        segment_id=uuid5(NAMESPACE_URL, "everyone"),
        strategy="key_point",
        platform=platform,
        text=text,
        language=language,
    )
