"""What a post can be made of: the source's own sentences, lists and headings, with their spans."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import regex

from smartcontent.content import Analysis, Block, Span
from tools.compress_sentence import without_connective
from tools.split_sentences import split_sentences
from tools.strategy_markers import UNSPACED, begins, count, known, stands_alone

ENDING = regex.compile(r"[.!?…。！？।؟][\"”’»」』)\]]*$")
DEBRIS = regex.compile(r"[{}<>|\\^`*_]|https?:|www\.|\S@\S|\[|\]|#\S|::|\.\.\s")
CLOSES = {"(": ")", "“": "”", "«": "»", "「": "」", "（": "）"}
START = regex.compile(r"[\"“«‘'¿¡(]*(?:[\p{Lu}\p{Lo}\p{N}$€£]|\w+\.\w{2,})")
ROUTINE_HEADING = regex.compile(
    r"(?i)^(?:conclusions?|introduction|background|overview|summary|about|resources?|references|"
    r"notes?|more |further |what.s next|next steps|contact|get involved|acknowledg|learn more|"
    r"want to|interested|related|footnotes?|tl;?dr|the end|questions\?|join us|thanks?|"
    r"table of contents|disclaimer|update|part \w+$|appendix|in closing|wrapping up)"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence as shown (`text`, white space tidied) and where it stands in the source."""

    text: str
    opening: str  # as a post may begin with it: without a connective that only points back
    span: Span
    block: int
    order: int
    weight: float
    opens: bool  # first of its paragraph
    alone: bool  # needs no other sentence to be understood
    said: bool = False  # stands in a block quote: not the author's own voice


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


@dataclass(frozen=True)
class Material:
    """Everything usable of one analysed content, in reading order."""

    title: str
    language: str
    sentences: tuple[Sentence, ...]
    runs: tuple[Run, ...]
    headings: tuple[tuple[int, Item], ...]  # (block index, heading)

    def after(self, sentence: Sentence) -> Iterator[Sentence]:
        """The sentences that follow without a gap in the same paragraph."""
        expected = sentence.order + 1
        for other in self.sentences:
            if other.order == expected and other.block == sentence.block:
                expected += 1
                yield other


def material(analysis: Analysis) -> Material:
    """Sort an analysis into usable sentences, lists and headings."""
    language = analysis.language.split("-")[0]
    return Material(
        title=tidy(analysis.title),
        language=language,
        sentences=tuple(_sentences(analysis, language)),
        runs=(*_lists(analysis.blocks, language), *_heading_runs(analysis.blocks, analysis.title)),
        headings=tuple(
            (index, Item(tidy(block.text), block.span))
            for index, block in enumerate(analysis.blocks)
            if block.kind == "heading"
        ),
    )


def tidy(text: str) -> str:
    """One line, single spaces, none left over between Chinese or Japanese characters.

    >>> tidy("  Two\\n words ")
    'Two words'
    """
    joined = regex.sub(r"(?<=[\p{Han}，。、])\s+(?=[\p{Han}])", "", text)
    return " ".join(joined.split())


def usable(text: str, language: str) -> bool:
    """Whether a sentence can be shown as it is: whole, clean, neither a crumb nor a wall.

    >>> usable("CALC searches awarded ceiling prices.", "en"), usable("See {{ x }}.", "en")
    (True, False)
    """
    low, high = (8, 140) if language in {"zh", "ja"} else (24, 420)
    return (
        low <= len(text) <= high
        and bool(ENDING.search(text))
        and not DEBRIS.search(text)
        and balanced(text)
    )


def balanced(text: str) -> bool:
    """Whether every bracket and quotation mark that opens also closes.

    >>> balanced("“So,” she said."), balanced("“So, she said.")
    (True, False)
    """
    pairs = all(text.count(opening) == text.count(close) for opening, close in CLOSES.items())
    return pairs and text.count('"') % 2 == 0


def _sentences(analysis: Analysis, language: str) -> Iterator[Sentence]:
    weights = {sentence.span.start: sentence.weight for sentence in analysis.key_sentences}
    order = 0
    for index, block in enumerate(analysis.blocks):
        if block.kind not in ("paragraph", "quote"):
            continue
        order += 1  # a gap: nothing follows across paragraphs
        for place, (text, span) in enumerate(_split(block, language)):
            order += 1
            if usable(text, language):
                opening = without_connective(text, language)
                yield Sentence(
                    text=text,
                    opening=opening,
                    span=span,
                    block=index,
                    order=order,
                    weight=weights.get(span.start, 0.0),
                    opens=place == 0,
                    alone=_alone(opening, language, opens=place == 0),
                    said=block.kind == "quote",
                )


def _split(block: Block, language: str) -> Iterator[tuple[str, Span]]:
    whole = block.span.end - block.span.start == len(block.text)
    for piece in split_sentences(block.text, language):
        text = tidy(block.text[piece.start : piece.end])
        start = block.span.start + piece.start
        yield text, Span(start=start, end=start + piece.end - piece.start) if whole else block.span


def _alone(text: str, language: str, *, opens: bool) -> bool:
    if not START.match(text):
        return False
    return stands_alone(text, language) if known(language) else opens


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
    pieces = list(split_sentences(block.text, language))
    if not pieces:
        return None
    first = block.text[pieces[0].start : pieces[0].end].rstrip()
    text = tidy(first).rstrip(";,")
    if not 8 <= len(text) <= 160 or DEBRIS.search(text) or not balanced(text) or text.endswith(":"):
        return None
    whole = block.span.end - block.span.start == len(block.text)
    start = block.span.start + pieces[0].start
    return Item(text, Span(start=start, end=start + len(first)) if whole else block.span)


def _intro(blocks: Sequence[Block], at: int, language: str) -> tuple[str, Span | None]:
    """The sentence ending in a colon just before a list, else the heading just before it."""
    if at == 0:
        return "", None
    before = blocks[at - 1]
    if before.kind == "heading":
        return tidy(before.text), before.span
    pieces = list(_split(before, language)) if before.kind == "paragraph" else []
    if not pieces or not pieces[-1][0].endswith((":", "：")):
        return "", None
    text, span = pieces[-1]
    clean = not DEBRIS.search(text) and balanced(text) and not begins(text, "dangling", language)
    clean = clean and START.match(text) is not None and len(text) <= 160
    return (text, span) if clean and not count(text, "page", language) else ("", None)


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
    text = regex.sub(r"^\d+[.):]\s*", "", tidy(block.text)).rstrip(".:;")
    fits = 8 <= len(text) <= 90 and not DEBRIS.search(text) and balanced(text)
    return Item(text, block.span) if fits and len(text.split()) >= 2 else None


def words(text: str, language: str) -> frozenset[str]:
    """The distinct words, or character pairs where no spaces part them, for comparing texts."""
    plain = regex.sub(r"[^\p{L}\p{M}\p{N}]+", " ", text.casefold())
    if language in UNSPACED and language != "ko":
        run = plain.replace(" ", "")
        return frozenset(run[at : at + 2] for at in range(len(run) - 1))
    return frozenset(plain.split())
