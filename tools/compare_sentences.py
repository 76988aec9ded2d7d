"""What changed between a post's sentence and the source sentence it was taken from.

A fact can be swapped for another fact of the same source, and a denial can be dropped: neither
shows when facts are only looked up.  So each sentence is laid beside the one it resembles most,
and short differences inside a close likeness are read.  Where nothing is close, nothing is said.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from heapq import nlargest
from itertools import pairwise
from math import log
from typing import Literal, NamedTuple

from smartcontent.content import Analysis, Claim, Span
from tools import lexicon
from tools.find_dates import covers
from tools.find_evidence import Evidence
from tools.find_names import initials
from tools.split_sentences import Sentence, split_blocks
from tools.tokens import Token, keys, tokens

Change = Literal["number", "name", "date", "negation"]

CLOSE = 0.6  # share of a sentence's words that stand in the source sentence, in order
_COMMON = 400  # a word in more sentences than this says nothing about where it came from
_FEWEST = 3  # words shared before two sentences are laid side by side
_KINDS: dict[str, Change] = {"number": "number", "date": "date", "name": "name"}
_SHORT = 4  # words: longer differences are rewriting, not a slip
_NAME = 8  # words: the longest name that is taken for another
_REST = 8  # words: what is left over and shorter may be a swapped name, no sentence
_TRIED = 4  # source sentences laid beside a part of the post
_ONLY = frozenset(
    "only just merely solo sólo solamente seulement nur apenas somente só solo".split()
)
_CONTRACTED = {"cannot": ("can", "not"), "can't": ("can", "not"), "won't": ("will", "not")}
_WRITTEN_ON = frozenset({"ko", "ja"})  # denial is a part of the word


class Difference(NamedTuple):
    """`start` and `end` count in the post; `was` and `now` are the words."""

    kind: Change
    start: int
    end: int
    was: str
    now: str


class Sources:
    """The sentences of a source, found by their rarest words."""

    def __init__(self, evidence: Evidence, analysis: Analysis) -> None:
        self.evidence = evidence
        self.language = analysis.language
        title = Sentence(analysis.title, Span(start=0, end=0))
        self.sentences = [title, *split_blocks(analysis.blocks, analysis.language)]
        self.words = [expanded(tokens(sentence.text)) for sentence in self.sentences]
        names = (claim for claim in evidence.claims if claim.kind == "name")
        self.names = frozenset(key for name in names for key in keys(name.text))
        self._holding: dict[str, set[int]] = defaultdict(set)
        for number, words in enumerate(self.words):
            for word in words:
                self._holding[word.key].add(number)

    def differences(self, sentence: Sentence, claims: Sequence[Claim]) -> Iterator[Difference]:
        """Facts and denials that the closest source sentences have otherwise.

        `sentence` and `claims` are the post's, with places in the post.
        """
        said = expanded(tokens(sentence.text))
        matched = [False] * len(said)
        pairs = list(self._pairs(said, matched, sentence, claims))
        for pair in pairs:
            yield from pair.differences(matched)

    def _pairs(
        self, said: Sequence[Token], matched: list[bool], sentence: Sentence,
        claims: Sequence[Claim],
    ) -> Iterator["Pair"]:  # fmt: skip
        """Source sentences until every part of the post's sentence has found its own."""
        open_parts = [(0, len(said))]
        while open_parts:
            begin, end = open_parts.pop()
            whole = (begin, end) == (0, len(said))
            part = said[begin:end] if whole or end - begin >= _REST else []
            number, blocks = self._closest(part)
            if not blocks:
                continue
            for block in blocks:
                start = begin + block.b
                matched[start : start + block.size] = [True] * block.size
            first, last = begin + blocks[0].b, begin + blocks[-1].b + blocks[-1].size
            open_parts += [(begin, first), (last, end)]
            facts = self._facts(self.sentences[number])
            moved = [Match(block.a, begin + block.b, block.size) for block in blocks]
            source, known = self.sentences[number], self.words[number]
            yield Pair(self, known, said, source, sentence, facts, claims, moved)

    def _closest(self, part: Sequence[Token]) -> tuple[int, list[Match]]:
        """The source sentence that part was taken from, and what they share, in order."""
        best, most = (0, list[Match]()), 0.0
        for number in self._likely(part):
            blocks = self._blocks(part, number)
            kept = sum(block.size for block in blocks) - 0.01 * len(self.words[number])
            if kept > most:
                best, most = (number, blocks), kept
        return best

    def _blocks(self, part: Sequence[Token], number: int) -> list[Match]:
        """What both share; nothing when they are not close."""
        known = [word.key for word in self.words[number]]
        matcher = SequenceMatcher(None, known, [word.key for word in part], False)
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        kept = sum(block.size for block in blocks)
        return blocks if kept >= _FEWEST and kept >= CLOSE * min(len(part), len(known)) else []

    def _likely(self, part: Sequence[Token]) -> list[int]:
        """The sentences that share most words with part, rare words counting more."""
        shared: dict[int, float] = defaultdict(float)
        for key in {word.key for word in part}:
            holding = self._holding.get(key, set())
            worth = log(1 + len(self.sentences) / len(holding)) if holding else 0.0
            for number in holding if len(holding) <= _COMMON else ():
                shared[number] += worth
        return nlargest(_TRIED, shared, key=lambda n: (shared[n] - 0.01 * len(self.words[n]), -n))

    def _facts(self, source: Sentence) -> list[Claim]:
        span = source.span
        return [
            claim
            for claim in self.evidence.claims
            if span.start <= claim.span.start < claim.span.end <= span.end
        ]


class Pair(NamedTuple):
    """A post's sentence beside a source sentence, with what they share."""

    sources: Sources
    known: Sequence[Token]
    said: Sequence[Token]
    source: Sentence
    sentence: Sentence
    facts: Sequence[Claim]
    claims: Sequence[Claim]
    blocks: Sequence[Match]

    def differences(self, matched: Sequence[bool]) -> Iterator[Difference]:
        """`matched` says which words of the post some source sentence already explains."""
        for i1, i2, j1, j2 in self._gaps(matched):
            was, now = self.known[i1:i2], self.said[j1:j2]
            if was and now and max(len(was), len(now)) <= _NAME:
                yield from self._changed(was, now)
            if max(len(was), len(now)) <= _SHORT:
                yield from self._flipped(was, now, self.known[i2:], self.said[j2:])

    def _gaps(self, matched: Sequence[bool]) -> Iterator[tuple[int, int, int, int]]:
        """Where the two part: before, between and after what they share."""
        first, last = self.blocks[0], self.blocks[-1]
        j = first.b
        while j > 0 and first.b - j < max(1, first.a) and not matched[j - 1]:
            j -= 1
        yield 0, first.a, j, first.b
        for before, after in pairwise(self.blocks):
            yield before.a + before.size, after.a, before.b + before.size, after.b
        i, begin = last.a + last.size, last.b + last.size
        end = begin
        room = max(1, len(self.known) - i)
        while end < len(self.said) and end - begin < room and not matched[end]:
            end += 1
        yield i, len(self.known), begin, end

    def _changed(self, was: Sequence[Token], now: Sequence[Token]) -> Iterator[Difference]:
        """A fact that gave way to another fact, to a name or to a figure."""
        theirs = _touching(self.facts, was, self.source.span.start)
        names = [token for token in was if self._named(token)]
        if not theirs and not names:
            return
        ours = _touching(self.claims, now, self.sentence.span.start)
        new = [token for token in now if self._tells(token, was)]
        if any(_same(claim, fact) for claim in ours for fact in theirs) or not (ours or new):
            return
        if self._spells_out(was, now):
            return
        kind = _kind(ours, theirs)
        if ours and theirs:
            start, end = ours[0].span.start, ours[0].span.end
            yield Difference(kind, start, end, theirs[0].text, ours[0].text)
        elif new:
            yield self._difference(kind, was, now)

    def _named(self, token: Token) -> bool:
        return token.text[0].isupper() and token.key in self.sources.names

    def _tells(self, token: Token, was: Sequence[Token]) -> bool:
        """A figure, a month, or a capital that is not just the beginning of a sentence."""
        if token.key in {other.key for other in was}:
            return False
        if token.text[0].isdigit():
            return True
        if not token.text[0].isupper():
            return False
        language = self.sources.language
        plain = self.sources.evidence.words.ordinary | lexicon.stop_words(language)
        return token.key in lexicon.months(language) or token.key not in plain

    def _spells_out(self, was: Sequence[Token], now: Sequence[Token]) -> bool:
        """An acronym for its words or the words for their acronym."""
        short = {initials([token.key for token in was]), initials([token.key for token in now])}
        return bool(short & {token.key for token in (*was, *now) if len(token.key) > 1})

    def _flipped(
        self, was: Sequence[Token], now: Sequence[Token],
        then: Sequence[Token], after: Sequence[Token],
    ) -> Iterator[Difference]:  # fmt: skip
        """A denial on one side only, whose denied words stand on both."""
        lost, new = self._denials(was), self._denials(now)
        if lost == new:
            return
        segment, rest = (was, then) if lost > new else (now, after)
        if self._reaches_on(segment, rest):
            around = now or self.said[max(0, len(self.said) - len(after) - 1) :][:2]
            yield self._difference("negation", was, around)

    def _reaches_on(self, segment: Sequence[Token], rest: Sequence[Token]) -> bool:
        """`not a sprint` and `not only` may go as a whole, a single `not` may not."""
        last = max(n for n, token in enumerate(segment) if self._denies(token))
        tail = [token.key for token in segment[last + 1 :]]
        if tail and tail[0] in _ONLY:
            return False
        if self._interjects(segment):
            return False
        if not rest:
            return len(segment) == 1
        light = lexicon.stop_words(self.sources.language)
        return all(key in light for key in tail)

    def _interjects(self, segment: Sequence[Token]) -> bool:
        """`No, we do` without its `No` is still `we do`."""
        first, *more = segment
        texts = {self.source.text, self.sentence.text}
        return not more and any(text[: first.end + 1] == f"{first.text}," for text in texts)

    def _denials(self, words: Sequence[Token]) -> int:
        return sum(map(self._denies, words))

    def _denies(self, token: Token) -> bool:
        known = lexicon.negators(self.sources.language)
        if self.sources.language in _WRITTEN_ON:
            return any(part in token.key for part in known)
        return token.key in known

    def _difference(self, kind: Change, was: Sequence[Token], now: Sequence[Token]) -> Difference:
        begin = self.sentence.span.start
        return Difference(kind, begin + now[0].start, begin + now[-1].end, _text(was), _text(now))


def expanded(words: Sequence[Token]) -> list[Token]:
    """`isn't` as `is` and `not`, so that both writings compare."""
    whole: list[Token] = []
    for word in words:
        parts = _CONTRACTED.get(word.key)
        if parts is None and word.key.endswith("n't"):
            parts = (word.key.removesuffix("n't"), "not")
        whole += [word._replace(key=part) for part in parts] if parts else [word]
    return whole


def _kind(ours: Sequence[Claim], theirs: Sequence[Claim]) -> Change:
    kinds = [claim.kind for claim in (*ours, *theirs) if claim.kind != "quote"]
    return _KINDS[kinds[0]] if kinds else "name"


def _touching(claims: Sequence[Claim], words: Sequence[Token], begin: int) -> list[Claim]:
    start, end = begin + words[0].start, begin + words[-1].end
    return [
        claim
        for claim in claims
        if claim.kind != "quote" and claim.span.start < end and start < claim.span.end
    ]


def _same(claim: Claim, fact: Claim) -> bool:
    if claim.kind == "date":
        return covers(fact.value, claim.value)
    if claim.kind == "name":
        return claim.value in fact.value or fact.value in claim.value
    return claim.value == fact.value and (claim.unit == fact.unit or not claim.unit)


def _text(words: Sequence[Token]) -> str:
    return " ".join(dict.fromkeys(word.text for word in words))
