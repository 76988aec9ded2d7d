"""Articles as the product holds them, and texts taken from them that are true."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from agents.analyst import Analyst
from smartcontent.content import Analysis, Claim, Content, Variant
from tools.find_claims import find_claims
from tools.measure_text import UNSPACED
from tools.read_content import read
from tools.split_sentences import Sentence, split_blocks

ENGLISH, LANGUAGES = "18f", "vote-gov"
SUFFIXES = (".md", ".html")
WORDS = Path(__file__).parent / "writer_words.json"
SENTENCES = (1, 1, 2, 2, 3)  # how many of them a post takes, as often as listed


@dataclass(frozen=True)
class Piece:
    """An article, read and analysed; `language` is the folder's word, not the analyst's."""

    name: str
    language: str
    content: Content
    analysis: Analysis

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Of its prose, in order; headings and code are none."""
        prose = [one for one in self.analysis.blocks if one.kind in ("paragraph", "quote")]
        return split_blocks(prose, self.language)


@dataclass(frozen=True)
class Draft:
    """A true text about a piece, and how it was made."""

    piece: Piece
    text: str
    made: str = "excerpt"

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        return find_claims(self.text, self.piece.language)


def pieces(data: Path, analyst: Analyst, *, articles: int = 1000) -> list[Piece]:
    """English articles of DATA/18f and every page of DATA/vote-gov/<language>."""
    found = [_piece(file, "en", analyst) for file in _files(data / ENGLISH)[:articles]]
    for folder in sorted((data / LANGUAGES).iterdir()):
        found += [_piece(file, folder.name, analyst) for file in _files(folder)]
    return found


def few(data: Path, analyst: Analyst, *, articles: int, longest: int, pages: str) -> list[Piece]:
    """Pieces that a small model reads soon: `articles` English ones out of those of at most
    `longest` bytes, evenly over the years (their names begin with the day), and the longest page
    of each language in `pages` (separated by commas)."""
    short = [file for file in _files(data / ENGLISH) if file.stat().st_size <= longest]
    many = min(articles, len(short))
    found = [_piece(short[at * len(short) // many], "en", analyst) for at in range(many)]
    for language in filter(None, pages.split(",")):
        page = max(_files(data / LANGUAGES / language), key=_size)
        found.append(_piece(page, language, analyst))
    return found


def _size(file: Path) -> int:
    return file.stat().st_size


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix in SUFFIXES)


def _piece(file: Path, language: str, analyst: Analyst) -> Piece:
    name = f"{file.parent.name}/{file.name}"
    reading = read(file.read_bytes(), file.name)
    content = Content(
        id=uuid5(NAMESPACE_URL, name),
        title=reading.title,
        text=reading.text,
        source=reading.source,
        format=reading.format,
        link=reading.link or f"https://example.org/{file.stem}",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    analysis = analyst.analyse(content)
    return Piece(name, language, content, analysis)


def excerpts(found: Sequence[Piece], random: Random) -> Iterator[Draft]:
    """Sentences that follow each other, word for word, for ever; half of them not English."""
    english = [piece for piece in found if piece.language == "en" and piece.sentences]
    other = [piece for piece in found if piece.language != "en" and piece.sentences]
    while True:
        for pool in filter(None, (english, other)):
            piece = random.choice(pool)
            first = random.randrange(len(piece.sentences))
            taken = piece.sentences[first : first + random.choice(SENTENCES)]
            gap = "" if piece.language in UNSPACED else " "
            yield Draft(piece, gap.join(sentence.text for sentence in taken))


def as_variant(draft: Draft, text: str | None = None, platform: str = "linkedin") -> Variant:
    """The draft (or another text about its piece) as a writer would hand it to the guard."""
    said = draft.text if text is None else text
    return Variant(
        id=uuid5(NAMESPACE_URL, said),
        segment_id=uuid5(NAMESPACE_URL, "everyone"),
        strategy="key_point",
        platform=platform,
        text=said,
        language=draft.piece.language,
        writer=draft.made,
    )


@cache
def words() -> dict[str, Any]:
    """Words to plant and to put in place of others, by purpose and language."""
    found: dict[str, Any] = json.loads(WORDS.read_text("utf-8"))
    return found
