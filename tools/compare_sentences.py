"""Each sentence of a post laid beside the source sentences it was taken from.

A fact can be swapped for another fact of the same source, and a denial can be dropped: neither
shows when facts are only looked up.  So short differences inside a close likeness are read.
Where nothing is close, nothing is said.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from heapq import nlargest
from math import log

from smartcontent.content import Analysis, Claim, Span
from tools.find_claims import find_claims
from tools.find_evidence import Evidence
from tools.read_difference import Difference, Pair, Side, expanded
from tools.split_sentences import Sentence, split_blocks
from tools.tokens import Token, keys, tokens

CLOSE = 0.6  # share of a sentence's words that stand in the source sentence, in order
_COMMON = 400  # a word in more sentences than this says nothing about where it came from
_FEWEST = 3  # words shared before two sentences are laid side by side
_REST = 8  # words: what is left over and shorter may be a swapped name, no sentence
_TRIED = 4  # source sentences laid beside a part of the post


class Sources:
    """The sentences of a source, found by their rarest words."""

    def __init__(self, evidence: Evidence, analysis: Analysis) -> None:
        self.language = analysis.language
        self._words = evidence.words
        self._names = frozenset(
            key for claim in evidence.claims if claim.kind == "name" for key in keys(claim.text)
        )
        title = Sentence(analysis.title, Span(start=0, end=0))
        of_title = find_claims(analysis.title, analysis.language)
        self._sides = [Side(title, expanded(tokens(analysis.title)), of_title)]
        sentences = split_blocks(analysis.blocks, analysis.language)
        self._sides += _sides(sentences, evidence.claims)
        self._holding: dict[str, set[int]] = defaultdict(set)
        for number, side in enumerate(self._sides):
            for word in side.words:
                self._holding[word.key].add(number)

    def differences(self, sentence: Sentence, claims: Sequence[Claim]) -> Iterator[Difference]:
        """Facts and denials that the closest source sentences have otherwise.

        `sentence` and `claims` are the post's, with places in the post.
        """
        post = Side(sentence, expanded(tokens(sentence.text)), claims)
        explained = [False] * len(post.words)
        for pair in list(self._pairs(post, explained)):
            yield from pair.differences(explained)

    def _pairs(self, post: Side, explained: list[bool]) -> Iterator[Pair]:
        """Source sentences until every part of the post's sentence has found its own."""
        parts = [(0, len(post.words))]
        while parts:
            begin, end = parts.pop()
            number, shared = self._closest(post.words[begin:end])
            if not shared:
                continue
            moved = [Match(run.a, begin + run.b, run.size) for run in shared]
            for run in moved:
                explained[run.b : run.b + run.size] = [True] * run.size
            rests = (begin, moved[0].b), (moved[-1].b + moved[-1].size, end)
            parts += [(start, stop) for start, stop in rests if stop - start >= _REST]
            source = self._sides[number]
            yield Pair(source, post, moved, self.language, self._names, self._words)

    def _closest(self, part: Sequence[Token]) -> tuple[int, list[Match]]:
        """The source sentence that part was taken from, and what they share, in order."""
        best, most = (0, list[Match]()), 0.0
        for number in self._likely(part):
            shared = self._shared(part, number)
            kept = sum(run.size for run in shared) - 0.01 * len(self._sides[number].words)
            if kept > most:
                best, most = (number, shared), kept
        return best

    def _shared(self, part: Sequence[Token], number: int) -> list[Match]:
        """What both share; nothing when they are not close."""
        known = [word.key for word in self._sides[number].words]
        matcher = SequenceMatcher(None, known, [word.key for word in part], False)
        shared = [run for run in matcher.get_matching_blocks() if run.size]
        kept = sum(run.size for run in shared)
        return shared if kept >= _FEWEST and kept >= CLOSE * min(len(part), len(known)) else []

    def _likely(self, part: Sequence[Token]) -> list[int]:
        """The sentences that share most words with part, rare words counting more."""
        worth: dict[int, float] = defaultdict(float)
        for key in {word.key for word in part}:
            holding = self._holding.get(key, set())
            if 0 < len(holding) <= _COMMON:
                for number in holding:
                    worth[number] += log(1 + len(self._sides) / len(holding))
        length = {number: 0.01 * len(self._sides[number].words) for number in worth}
        return nlargest(_TRIED, worth, key=lambda n: (worth[n] - length[n], -n))


def _sides(sentences: Sequence[Sentence], claims: Sequence[Claim]) -> Iterator[Side]:
    """Each sentence with the claims inside it."""
    ordered = sorted(claims, key=_start)
    for sentence in sentences:
        first = bisect_left(ordered, sentence.span.start, key=_start)
        last = bisect_left(ordered, sentence.span.end, key=_start)
        within = [claim for claim in ordered[first:last] if claim.span.end <= sentence.span.end]
        yield Side(sentence, expanded(tokens(sentence.text)), within)


def _start(claim: Claim) -> int:
    return claim.span.start
