"""What a post can be made of: the source's own sentences, lists and headings, with their spans."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import regex

from smartcontent.content import Block, KeySentence, Span
from tools.compress_sentence import without_connective
from tools.split_sentences import split
from tools.strategy_markers import (
    UNSPACED,
    begins,
    count,
    known,
    knows_its_nouns,
    stands_alone,
)

ENDING = regex.compile(r"[.!?…。！？।؟][\"”’»」』)\]]*$")
DEBRIS = regex.compile(r"[{}<>|\\^`*_]|https?:|www\.|\S@\S|\[|\]|#\S|::|\.\.\s")
CLOSES = {"(": ")", "“": "”", "«": "»", "「": "」", "（": "）"}
FEW = 4  # sentences that stand alone
QUOTES = '“"«「'
CLOSING_QUOTES = ("”", '"', "»", "」")
SPEAKER = regex.compile(  # the label of a transcript: "Ana López (design): We ..."
    r"((?:\p{Lu}[\p{L}.’'-]*\s?){1,4})(?:\([^()]*\))?:\s+(?=\p{Lu})"
)
LABEL = regex.compile(r"[^:.]{1,28}:\s+\p{Lu}")  # "Learned in 2022: We ..."
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
    said: bool = False  # a quotation: not the author's own voice


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
    text: str
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


def material(
    title: str, language: str, blocks: Sequence[Block], key: Sequence[KeySentence]
) -> Material:
    """Sort an analysed text into usable sentences, lists and headings."""
    language = language.split("-")[0]
    weights = {sentence.span.start: sentence.weight for sentence in key}
    return Material(
        title=_title(title),
        language=language,
        text=" ".join(tidy(block.text) for block in blocks if block.kind != "code"),
        sentences=_enough(tuple(_sentences(blocks, language, weights)), language),
        runs=(*_lists(blocks, language), *_heading_runs(blocks, title)),
        headings=tuple(
            (index, Item(tidy(block.text), block.span))
            for index, block in enumerate(blocks)
            if block.kind == "heading"
        ),
    )


def _title(title: str) -> str:
    """A title that was cut off loses what follows its last colon or dash instead."""
    whole = tidy(title)
    parts = (
        regex.split(r"(?<=\S)(?::\s+|\s+[-–—]\s+)", whole.rstrip("… ")) if whole[-1:] == "…" else []
    )
    return whole[: whole.rfind(parts[-1])].rstrip(" :-–—") if len(parts) > 1 else whole


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
        and text[0] not in "(（["
        and bool(ENDING.search(text))
        and not DEBRIS.search(text)
        and balanced(text)
        and not _mostly_figures(text)
    )


def _mostly_figures(text: str) -> bool:
    """A line of a programme ("June 27, from 9:30 to 11:30") is no sentence."""
    parts = text.split()
    return sum(any(map(str.isdigit, part)) for part in parts) > len(parts) / 3


def balanced(text: str) -> bool:
    """Whether every bracket and quotation mark that opens also closes.

    >>> balanced("“So,” she said."), balanced("“So, she said.")
    (True, False)
    """
    pairs = all(text.count(opening) == text.count(close) for opening, close in CLOSES.items())
    return pairs and text.count('"') % 2 == 0


def _sentences(
    blocks: Sequence[Block], language: str, weights: Mapping[int, float]
) -> Iterator[Sentence]:
    order = 0
    for index, block in enumerate(blocks):
        if block.kind not in ("paragraph", "quote"):
            continue
        order += 1  # a gap: nothing follows across paragraphs
        before = ""
        for text, span in _split(block, language):
            order += 1
            opening = without_connective(text, language)
            if usable(text, language):
                yield Sentence(
                    text=text,
                    opening=opening,
                    span=span,
                    block=index,
                    order=order,
                    weight=weights.get(span.start, 0.0),
                    opens=not before,
                    alone=_alone(opening, before, language),
                    said=block.kind == "quote" or text[0] in QUOTES,
                )
            before = text


def _enough(sentences: tuple[Sentence, ...], language: str) -> tuple[Sentence, ...]:
    """Where few sentences stand alone, those that only point at their page may open a post too."""
    if sum(one.alone for one in sentences) >= FEW:
        return sentences
    return tuple(
        replace(one, alone=one.alone or _mentions_page(one, language)) for one in sentences
    )


def _mentions_page(one: Sentence, language: str) -> bool:
    return START.match(one.opening) is not None and knows_its_nouns(one.opening, language)


def _split(block: Block, language: str) -> Iterator[tuple[str, Span]]:
    for text, span in split(block.text, language, start=block.span.start):
        yield tidy(text), span


def _alone(text: str, before: str, language: str) -> bool:
    """Whether a sentence can open a post; where no words are known, only a paragraph's first."""
    if not START.match(text) or SPEAKER.match(text) or LABEL.match(text):
        return False
    names_a_speaker = before[-1:] in CLOSING_QUOTES and count(text[:40], "said", language)
    if before and names_a_speaker:
        return False
    return stands_alone(text, language) if known(language) else not before


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
    text, span = next(_split(block, language), ("", block.span))
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
    pieces = list(_split(before, language)) if before.kind == "paragraph" else []
    if not pieces or not pieces[-1][0].endswith((":", "：")):
        return "", None
    text, span = pieces[-1]
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


def words(text: str, language: str) -> frozenset[str]:
    """The distinct words, or character pairs where no spaces part them, for comparing texts."""
    plain = regex.sub(r"[^\p{L}\p{M}\p{N}]+", " ", text.casefold())
    if language in UNSPACED and language != "ko":
        run = plain.replace(" ", "")
        return frozenset(run[at : at + 2] for at in range(len(run) - 1))
    return frozenset(plain.split())
