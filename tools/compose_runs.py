"""The source's own lists, and its headings where they read as one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import regex

from smartcontent.content import Block, Span
from tools.compose_sentences import DEBRIS, START, balanced, pieces, tidy
from tools.strategy_markers import begins

ROUTINE_HEADING = regex.compile(
    r"(?i)^(?:conclusions?|introduction|background|overview|summary|about|resources?|references|"
    r"notes?|more |further |what.s next|next steps|contact|get involved|acknowledg|learn more|"
    r"want to|interested|related|footnotes?|tl;?dr|the end|questions\?|join us|thanks?|"
    r"table of contents|disclaimer|update|part \w+$|appendix|in closing|wrapping up)"
)


@dataclass(frozen=True)
class Item:
    """A list item or a heading, without its bullet."""

    text: str
    span: Span


@dataclass(frozen=True)
class Run:
    """Items that belong together under one introduction; `intro` may be empty."""

    intro: str
    intro_span: Span | None
    items: tuple[Item, ...]
    headings: bool = False


def find_runs(blocks: Sequence[Block], language: str, title: str) -> tuple[Run, ...]:
    """Lists of at least three clean items, then the headings of one level."""
    return (*_lists(blocks, language), *_heading_runs(blocks, title))


def _lists(blocks: Sequence[Block], language: str) -> Iterator[Run]:
    for is_item, group in groupby(enumerate(blocks), lambda pair: pair[1].kind == "list_item"):
        members = list(group)
        if not is_item:
            continue
        items = [item for _, block in members if (item := _item(block, language))]
        if len(items) >= 3 and len(items) >= 0.7 * len(members):
            intro, span = _intro(blocks, members[0][0], language)
            yield Run(intro, span, tuple(items))


def _item(block: Block, language: str) -> Item | None:
    """The first sentence of a list item."""
    text, span = next(pieces(block, language), ("", block.span))
    text = regex.sub(r"[;,](?:\s+(?:and|or|y|o))?$", "", text)
    clean = not DEBRIS.search(text) and balanced(text) and not text.endswith(":")
    return Item(text, span) if clean and 8 <= len(text) <= 160 else None


def _intro(blocks: Sequence[Block], at: int, language: str) -> tuple[str, Span | None]:
    """The sentence ending in a colon just before a list, else the heading just before it."""
    if at == 0:
        return "", None
    before = blocks[at - 1]
    if before.kind == "heading":
        return tidy(before.text), before.span
    said = list(pieces(before, language)) if before.kind == "paragraph" else []
    if not said or not said[-1][0].endswith((":", "：")):
        return "", None
    text, span = said[-1]
    clean = not DEBRIS.search(text) and balanced(text) and not begins(text, "dangling", language)
    return (text, span) if clean and START.match(text) and len(text) <= 160 else ("", None)


def _heading_runs(blocks: Sequence[Block], title: str) -> Iterator[Run]:
    """Headings of one level that read as the points of the piece."""
    levels = sorted({block.level for block in blocks if block.kind == "heading"})
    for level in levels:
        own = [block for block in blocks if block.kind == "heading" and block.level == level]
        items = [_heading(block) for block in own if not ROUTINE_HEADING.match(block.text)]
        kept = [item for item in items if item and item.text != tidy(title)]
        if len(kept) >= 3:
            yield Run("", None, tuple(kept), headings=True)
            return


def _heading(block: Block) -> Item | None:
    text = unnumbered(tidy(block.text)).rstrip(".:;")
    fits = 8 <= len(text) <= 90 and not DEBRIS.search(text) and balanced(text)
    return Item(text, block.span) if fits and len(text.split()) >= 2 else None


def unnumbered(text: str) -> str:
    """A heading without its number.

    >>> unnumbered("2) Ask people")
    'Ask people'
    """
    return regex.sub(r"^\d+[.):]\s*", "", text)
