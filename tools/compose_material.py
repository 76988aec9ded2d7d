"""What a post can be made of: the source's own sentences, lists and headings, with their spans."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import regex

from smartcontent.content import Block, Claim, KeySentence, Span
from tools.compose_runs import Item, Run, find_runs
from tools.compose_sentences import Sentence, find_sentences, tidy

CLAIM_WORTH = 0.25  # of a key claim, beside weights from 0 to 1
MOST_CLAIMS = 3  # count in one sentence


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
        place = bisect_right(self.sentences, sentence.order, key=_order)
        following = islice(self.sentences, place, None)
        for expected, other in enumerate(following, sentence.order + 1):
            if other.order != expected or other.block != sentence.block:
                return
            yield other


def _order(sentence: Sentence) -> int:
    return sentence.order


def material(
    title: str,
    language: str,
    blocks: Sequence[Block],
    key: Sequence[KeySentence],
    claims: Sequence[Claim] = (),
) -> Material:
    """Sort an analysed text into usable sentences, lists and headings."""
    language = language.split("-")[0]
    weights = {one.span.start: one.weight + _telling(one.span, claims) for one in key}
    return Material(
        title=_title(title),
        language=language,
        text=" ".join(tidy(block.text) for block in blocks if block.kind != "code"),
        sentences=find_sentences(blocks, language, weights),
        runs=find_runs(blocks, language, title),
        headings=tuple(
            (index, Item(tidy(block.text), block.span))
            for index, block in enumerate(blocks)
            if block.kind == "heading"
        ),
    )


def _telling(span: Span, claims: Sequence[Claim]) -> float:
    """What the numbers, names and dates of a key sentence add to its weight."""
    held = sum(
        span.start <= claim.span.start and claim.span.end <= span.end
        for claim in claims
        if claim.kind != "quote"
    )
    return CLAIM_WORTH * min(held, MOST_CLAIMS)


def _title(title: str) -> str:
    """A title that was cut off loses what follows its last colon or dash instead."""
    whole = tidy(title)
    if not whole.endswith("…"):
        return whole
    last = regex.split(r"(?<=\S)(?::\s+|\s+[-–—]\s+)", whole)[-1]
    return whole[: -len(last)].rstrip(" :-–—") or whole
