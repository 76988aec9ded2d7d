"""The source's own sentences: which can be shown, and which can open a post."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import regex

from smartcontent.content import Block, Span
from tools.compress_sentence import without_connective
from tools.split_sentences import split
from tools.strategy_markers import UNSPACED, begins, count, known, knows_its_nouns, stands_alone

ENDING = regex.compile(r"[.!?…。！？।؟][\"”’»」』)\]]*$")
DEBRIS = regex.compile(r"[{}<>|\\^`*_]|https?:|www\.|\S@\S|\[|\]|#\S|::|\.\.\s")
CLOSES = {"(": ")", "“": "”", "«": "»", "「": "」", "（": "）"}
FEW = 4  # sentences that stand alone
MOST = 1500  # sentences looked at, some ninety pages; a post is about the beginning anyway
QUOTES = '“"«「'
CLOSING_QUOTES = ("”", '"', "»", "」")
SPEAKER = regex.compile(  # the label of a transcript: "Ana López (design): We ..."
    r"((?:[\p{Lu}\p{Nd}][\p{L}.’'-]*\s?){1,4})(?:\([^()]*\))?:\s+(?=[\"“‘«¿¡]?\p{Lu})"
)
CAPTION = regex.compile(  # words beside a picture, not about the matter
    r"(?i)\b(?:images?|photos?|photographs?|pictures?|graphics?|screenshots?|illustrations?)"
    r"(?: (?:from|by|courtesy|credits?|via)\b|:)|\bcourtesy of\b"
    r"|^(?:an?|the) (?:example|demonstration|screenshot|screen ?shot|photo|picture|sketch|view"
    r"|diagram|illustration|map|mockup|rendering) of\b"
    r"|\b(?:foto|imagen|fotografía|captura)(?: de| cortesía|:)"
)
LONGEST_CAPTION = 200
ENUMERATED = regex.compile(r"(?<![\w(])\p{Nd}{1,2}\)")  # "three options: 1) train staff; 2) ..."
LABEL = regex.compile(r"[^:.]{1,28}:\s+\p{Lu}")  # "Learned in 2022: We ..."
START = regex.compile(r"[\"“«‘'¿¡(]*(?:[\p{Lu}\p{Lo}\p{N}$€£]|\w+\.\w{2,})")


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


def tidy(text: str) -> str:
    """One line, single spaces, none between Chinese characters or before a full stop.

    >>> tidy("  Two\\n words .")
    'Two words.'
    """
    joined = regex.sub(r"(?<=[\p{Han}，。、])\s+(?=[\p{Han}])", "", text)
    return regex.sub(r" (?=[.,](?:\s|$))", "", " ".join(joined.split()))


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

    >>> balanced("“So,” she said."), balanced("“So, she said."), balanced("One of: 1) a; 2) b.")
    (True, False, True)
    """
    text = ENUMERATED.sub("", text)
    pairs = all(text.count(opening) == text.count(close) for opening, close in CLOSES.items())
    return pairs and text.count('"') % 2 == 0


def _read(
    blocks: Sequence[Block], language: str, weights: Mapping[int, float]
) -> Iterator[Sentence]:
    order, names, speaking = 0, _speakers(blocks), False
    for index, block in enumerate(blocks):
        if block.kind == "heading":
            speaking = False
        if block.kind not in ("paragraph", "quote") or _is_caption(block.text):
            continue
        order += 1  # a gap: nothing follows across paragraphs
        speaking = speaking or _label(block.text) in names
        before = ""
        for text, span in pieces(block, language):
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
                    said=speaking or block.kind == "quote" or text[0] in QUOTES,
                )
            before = text


def _is_caption(text: str) -> bool:
    return len(text) <= LONGEST_CAPTION and CAPTION.search(text) is not None


def _label(text: str) -> str:
    """Who speaks here in a transcript; empty elsewhere."""
    found = SPEAKER.match(tidy(text))
    return found.group(1).strip() if found else ""


def _speakers(blocks: Sequence[Block]) -> frozenset[str]:
    """Labels that come again: what follows them is another's voice, until a heading."""
    labels = Counter(_label(block.text) for block in blocks if block.kind == "paragraph")
    return frozenset(label for label, times in labels.items() if label and times > 1)


def find_sentences(
    blocks: Sequence[Block], language: str, weights: Mapping[int, float]
) -> tuple[Sentence, ...]:
    """The usable sentences in order; `weights` are the analyst's, by where a sentence starts.

    Where few of them stand alone, those that only point at their page may open a post too.
    """
    sentences = tuple(islice(_read(blocks, language, weights), MOST))
    if sum(one.alone for one in sentences) >= FEW:
        return sentences
    return tuple(
        replace(one, alone=one.alone or _mentions_page(one, language)) for one in sentences
    )


def _mentions_page(one: Sentence, language: str) -> bool:
    return _may_start(one.opening, language) and knows_its_nouns(one.opening, language)


def _may_start(text: str, language: str) -> bool:
    """Neither an offer nor the label of a transcript."""
    if SPEAKER.match(text) or LABEL.match(text) or begins(text, "ad", language):
        return False
    return START.match(text) is not None


def pieces(block: Block, language: str) -> Iterator[tuple[str, Span]]:
    """Every sentence of a block, tidied, with its place."""
    for text, span in split(block.text, language, start=block.span.start):
        yield tidy(text), span


def _alone(text: str, before: str, language: str) -> bool:
    """Whether a sentence can open a post; where no words are known, only a paragraph's first."""
    if not _may_start(text, language):
        return False
    names_a_speaker = before[-1:] in CLOSING_QUOTES and count(text[:40], "said", language)
    if before and names_a_speaker:
        return False
    return stands_alone(text, language) if known(language) else not before


def words(text: str, language: str) -> frozenset[str]:
    """The distinct words, or character pairs where no spaces part them, for comparing texts."""
    plain = regex.sub(r"[^\p{L}\p{M}\p{N}]+", " ", text.casefold())
    if language in UNSPACED and language != "ko":
        run = plain.replace(" ", "")
        return frozenset(run[at : at + 2] for at in range(len(run) - 1))
    return frozenset(plain.split())
