"""What changed between a post's sentence and the source sentence it was taken from.

A fact can be swapped for another fact of the same source, and a denial can be dropped: neither
shows when facts are only looked up.  So each sentence is laid beside the one it resembles most,
and short differences inside a close likeness are read.  Where nothing is close, nothing is said.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from math import log
from typing import Literal, NamedTuple

from smartcontent.content import Analysis, Claim
from tools import lexicon
from tools.find_dates import covers
from tools.find_evidence import Evidence
from tools.find_names import initials
from tools.split_sentences import Sentence, split_blocks
from tools.tokens import Token, keys, tokens

Change = Literal["number", "name", "date", "negation"]

CLOSE = 0.6  # share of a sentence's words that stand in the source sentence, in order
_COMMON = 400  # a word in more sentences than this says nothing about where it came from
_FACTS: dict[str, Change] = {"number": "number", "date": "date"}
_SHORT = 4  # words: longer differences are rewriting, not a slip
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
        self.sentences = split_blocks(analysis.blocks, analysis.language)
        self.words = [_expanded(tokens(sentence.text)) for sentence in self.sentences]
        names = (claim for claim in evidence.claims if claim.kind == "name")
        self.names = frozenset(key for name in names for key in keys(name.text))
        self._holding: dict[str, set[int]] = defaultdict(set)
        for number, words in enumerate(self.words):
            for word in words:
                self._holding[word.key].add(number)

    def differences(self, sentence: Sentence, claims: Sequence[Claim]) -> Iterator[Difference]:
        """Facts and denials that the closest source sentence has otherwise.

        `sentence` and `claims` are the post's, with places in the post.
        """
        said = _expanded(tokens(sentence.text))
        number = self._closest(said)
        if number is None:
            return
        known, source = self.words[number], self.sentences[number]
        matcher = SequenceMatcher(None, [w.key for w in known], [w.key for w in said], False)
        kept = sum(block.size for block in matcher.get_matching_blocks())
        if kept < 3 or kept < CLOSE * len(said):
            return
        facts = [c for c in self.evidence.claims if _within(c, source)]
        pair = _Pair(self, known, said, source, sentence, facts, claims)
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag != "equal" and max(i2 - i1, j2 - j1) <= _SHORT:
                yield from pair.read(known[i1:i2], said[j1:j2], i2, j2)

    def _closest(self, said: Sequence[Token]) -> int | None:
        """The source sentence that shares most, rare words counting more."""
        shared: dict[int, float] = defaultdict(float)
        for key in {word.key for word in said}:
            holding = self._holding.get(key, set())
            worth = log(1 + len(self.sentences) / len(holding)) if holding else 0.0
            for number in holding if len(holding) <= _COMMON else ():
                shared[number] += worth
        return max(shared, key=lambda n: (shared[n] - 0.01 * len(self.words[n]), -n), default=None)


class _Pair(NamedTuple):
    """A post's sentence beside its source sentence."""

    sources: Sources
    known: Sequence[Token]
    said: Sequence[Token]
    source: Sentence
    sentence: Sentence
    facts: Sequence[Claim]
    claims: Sequence[Claim]

    def read(
        self, was: Sequence[Token], now: Sequence[Token], i: int, j: int
    ) -> Iterator[Difference]:
        """What one short difference says; `i` and `j` are where both sentences go on."""
        if was and now:
            yield from self._changed_facts(was, now)
            yield from self._changed_name(was, now)
        if self._denials(self.known) != self._denials(self.said):
            yield from self._flipped(was, now, i, j)

    def _changed_facts(self, was: Sequence[Token], now: Sequence[Token]) -> Iterator[Difference]:
        theirs = _touching(self.facts, was, self.source.span.start)
        for claim in _touching(self.claims, now, self.sentence.span.start):
            rivals = [fact for fact in theirs if fact.kind == claim.kind]
            if claim.kind in _FACTS and rivals and not any(_same(claim, f) for f in rivals):
                start, end = claim.span.start, claim.span.end
                yield Difference(_FACTS[claim.kind], start, end, rivals[0].text, claim.text)

    def _changed_name(self, was: Sequence[Token], now: Sequence[Token]) -> Iterator[Difference]:
        lost = [t for t in was if t.text[0].isupper() and t.key in self.sources.names]
        new = [t for t in now if self._names(t) and t.key not in {other.key for other in was}]
        short = {initials([t.key for t in was]), initials([t.key for t in now])}
        if lost and new and not short & {t.key for t in (*was, *now)}:
            yield self._difference("name", lost, new)

    def _names(self, token: Token) -> bool:
        ordinary = self.sources.evidence.words.ordinary
        plain = token.key in ordinary or token.key in lexicon.stop_words(self.sources.language)
        return token.text[0].isupper() and not plain

    def _flipped(
        self, was: Sequence[Token], now: Sequence[Token], i: int, j: int
    ) -> Iterator[Difference]:
        lost, new = self._denials(was), self._denials(now)
        if lost == new:
            return
        segment, after = (was, self.known[i:]) if lost > new else (now, self.said[j:])
        if self._reaches_on(segment, after):
            yield self._difference("negation", was, now or self.said[max(0, j - 1) : j + 1])

    def _reaches_on(self, segment: Sequence[Token], after: Sequence[Token]) -> bool:
        """Whether the denied words are still there: `not a sprint` may go as a whole."""
        last = max(n for n, token in enumerate(segment) if self._denies(token))
        tail = [token.key for token in segment[last + 1 :]]
        if not after or (tail or [after[0].key])[0] in _ONLY:
            return False
        light = lexicon.stop_words(self.sources.language)
        return last == len(segment) - 1 or all(key in light for key in tail)

    def _denials(self, words: Sequence[Token]) -> int:
        return sum(map(self._denies, words))

    def _denies(self, token: Token) -> bool:
        known = lexicon.negators(self.sources.language)
        if self.sources.language in _WRITTEN_ON:
            return any(part in token.key for part in known)
        return token.key in known

    def _difference(self, kind: Change, was: Sequence[Token], now: Sequence[Token]) -> Difference:
        begin = self.sentence.span.start
        start, end = begin + now[0].start, begin + now[-1].end
        return Difference(kind, start, end, _text(was), _text(now))


def _expanded(words: Sequence[Token]) -> list[Token]:
    """`isn't` as `is` and `not`, so that both writings compare."""
    whole: list[Token] = []
    for word in words:
        parts = _CONTRACTED.get(word.key)
        if parts is None and word.key.endswith("n't"):
            parts = (word.key.removesuffix("n't"), "not")
        whole += [word._replace(key=part) for part in parts] if parts else [word]
    return whole


def _within(claim: Claim, sentence: Sentence) -> bool:
    return sentence.span.start <= claim.span.start < claim.span.end <= sentence.span.end


def _touching(claims: Sequence[Claim], words: Sequence[Token], begin: int) -> list[Claim]:
    start, end = begin + words[0].start, begin + words[-1].end
    return [claim for claim in claims if claim.span.start < end and start < claim.span.end]


def _same(claim: Claim, fact: Claim) -> bool:
    if claim.kind == "date":
        return covers(fact.value, claim.value)
    return claim.value == fact.value and (claim.unit == fact.unit or not claim.unit)


def _text(words: Sequence[Token]) -> str:
    return " ".join(dict.fromkeys(word.text for word in words))
