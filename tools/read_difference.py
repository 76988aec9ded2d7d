"""A post's sentence beside its source sentence: which small differences change what is said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match
from itertools import pairwise
from typing import Literal, NamedTuple

from smartcontent.content import Claim
from tools import lexicon
from tools.antonyms import opposed
from tools.find_dates import covers
from tools.find_names import initials
from tools.split_sentences import Sentence
from tools.tokens import Token, Words

Change = Literal["number", "name", "date", "negation"]

_KINDS: dict[str, Change] = {"number": "number", "date": "date", "name": "name"}
_SHORT = 4  # words: longer differences are rewriting, not a slip
_NAME = 8  # words: the longest name that is taken for another
_ONLY = frozenset("only just merely solo sólo solamente seulement nur apenas somente só".split())
_CONTRACTED = {"cannot": ("can", "not"), "can't": ("can", "not"), "won't": ("will", "not")}
# scripts without capitals: what stands in a name's place and is new may be a name
CASELESS = frozenset("ar fa he hi bn ur ne zh ja ko th".split())
_WRITTEN_ON = frozenset({"ko", "ja"})  # denial is a part of the word


class Difference(NamedTuple):
    """`start` and `end` count in the post; `was` and `now` are the words."""

    kind: Change
    start: int
    end: int
    was: str
    now: str


class Side(NamedTuple):
    """A sentence, its words, and the claims in it or around it."""

    sentence: Sentence
    words: Sequence[Token]
    claims: Sequence[Claim]


@dataclass(frozen=True)
class Pair:
    """`shared` are the runs of words that `source` (a) and `post` (b) have in common.

    `names` are the words of the source's names, `known` all its words.
    """

    source: Side
    post: Side
    shared: Sequence[Match]
    language: str
    names: frozenset[str]
    known: Words

    def differences(self, explained: Sequence[bool]) -> Iterator[Difference]:
        """`explained` says which words of the post stand in some source sentence."""
        known, said = self.source.words, self.post.words
        for i1, i2, j1, j2 in self._gaps(explained):
            was, now = known[i1:i2], said[j1:j2]
            if was and now and max(len(was), len(now)) <= _NAME:
                yield from self._changed(was, now)
            turned = self._turned(was, now) if max(len(was), len(now)) <= _NAME else None
            if turned:
                yield turned
            elif max(len(was), len(now)) <= _SHORT:
                yield from self._flipped(was, now, known[i2:], said[j2:])

    def _gaps(self, explained: Sequence[bool]) -> Iterator[tuple[int, int, int, int]]:
        """Where the two part: before, between and after what they share."""
        first, last = self.shared[0], self.shared[-1]
        j = first.b
        while j > 0 and first.b - j < max(1, first.a) and not explained[j - 1]:
            j -= 1
        yield 0, first.a, j, first.b
        for before, after in pairwise(self.shared):
            yield before.a + before.size, after.a, before.b + before.size, after.b
        i, begin = last.a + last.size, last.b + last.size
        end, room = begin, max(1, len(self.source.words) - i)
        while end < len(explained) and end - begin < room and not explained[end]:
            end += 1
        yield i, len(self.source.words), begin, end

    def _changed(self, was: Sequence[Token], now: Sequence[Token]) -> Iterator[Difference]:
        """A fact that gave way to another fact, to a name or to a figure."""
        theirs, ours = _touching(self.source, was), _touching(self.post, now)
        loose = self._loose()
        known = [fact for token in loose for fact in _touching(self.source, [token])]
        values = {fact.value for fact in known}
        new = [token for token in now if self._tells(token, loose) and token.key not in values]
        if not (theirs or any(map(self._named, was))) or not (ours or new):
            return
        if any(_same(claim, fact) for claim in ours for fact in known) or _spells(was, now):
            return
        if ours and theirs:
            span = ours[0].span
            kind = _KINDS[ours[0].kind]
            yield Difference(kind, span.start, span.end, theirs[0].text, ours[0].text)
        elif new:
            yield self._difference(_kind([*ours, *theirs]), was, now)

    def _loose(self) -> list[Token]:
        """Words of the source sentence that are not where they were: perhaps said elsewhere."""
        kept = {n for run in self.shared for n in range(run.a, run.a + run.size)}
        return [token for n, token in enumerate(self.source.words) if n not in kept]

    def _named(self, token: Token) -> bool:
        return token.text[0].isupper() and token.key in self.names

    def _tells(self, token: Token, loose: Sequence[Token]) -> bool:
        """A figure, a month, or a capital that is not just the beginning of a sentence."""
        if any(token.key == other.key for other in loose):
            return False
        if not token.text[0].isupper():
            strange = self.language in CASELESS and token.key not in self.known
            return token.text[0].isdigit() or (strange and not token.text.isascii())
        plain = token.key in self.known.ordinary or token.key in lexicon.stop_words(self.language)
        return token.key in lexicon.months(self.language) or not plain

    def _turned(self, was: Sequence[Token], now: Sequence[Token]) -> Difference | None:
        """`more` where the source says `less`, in the same place."""
        found = opposed(was, now, self.language)
        elsewhere = {token.key for token in self._loose()}
        if found is None or any(token.key in elsewhere for token in found.now):
            return None
        return self._difference("negation", found.was, found.now)

    def _flipped(
        self,
        was: Sequence[Token],
        now: Sequence[Token],
        then: Sequence[Token],
        after: Sequence[Token],
    ) -> Iterator[Difference]:
        """A denial on one side only, whose denied words stand on both."""
        lost, new = self._denials(was), self._denials(now)
        if lost == new:
            return
        segment, rest = (was, then) if lost > new else (now, after)
        if self._reaches_on(segment, rest) or self._reworded(was, now):
            here = max(0, len(self.post.words) - len(after) - 1)
            yield self._difference("negation", was, now or self.post.words[here : here + 2])

    def _reaches_on(self, segment: Sequence[Token], rest: Sequence[Token]) -> bool:
        """`not a sprint` and `not only` may go as a whole, a single `not` may not."""
        last = max(n for n, token in enumerate(segment) if self._denies(token))
        tail = [token.key for token in segment[last + 1 :]]
        if (tail and tail[0] in _ONLY) or self._interjects(segment):
            return False
        light = lexicon.stop_words(self.language)
        return all(key in light for key in tail) if rest else len(segment) == 1

    def _reworded(self, was: Sequence[Token], now: Sequence[Token]) -> bool:
        """`not verify` for `check`; `not hard` for `easy` says the same."""
        longer, other = (was, now) if len(was) > len(now) else (now, was)
        if (len(longer), len(other)) != (2, 1) or not self._denies(longer[0]):
            return False
        return not opposed(other, longer[1:], self.language)

    def _interjects(self, segment: Sequence[Token]) -> bool:
        """`No, we do` without its `No` is still `we do`."""
        first, *more = segment
        texts = (self.source.sentence.text, self.post.sentence.text)
        return not more and any(text[: first.end + 1] == f"{first.text}," for text in texts)

    def _denials(self, words: Sequence[Token]) -> int:
        return sum(map(self._denies, words))

    def _denies(self, token: Token) -> bool:
        known = lexicon.negators(self.language)
        if self.language in _WRITTEN_ON:
            return any(part in token.key for part in known)
        return token.key in known

    def _difference(self, kind: Change, was: Sequence[Token], now: Sequence[Token]) -> Difference:
        begin = self.post.sentence.span.start
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


def _touching(side: Side, words: Sequence[Token]) -> list[Claim]:
    """The claims that the words are part of; a whole quotation is no single fact."""
    begin = side.sentence.span.start
    start, end = begin + words[0].start, begin + words[-1].end
    return [
        claim
        for claim in side.claims
        if claim.kind != "quote" and claim.span.start < end and start < claim.span.end
    ]


def _spells(was: Sequence[Token], now: Sequence[Token]) -> bool:
    """An acronym for its words or the words for their acronym."""
    short = {initials([token.key for token in was]), initials([token.key for token in now])}
    return bool(short & {token.key for token in (*was, *now) if len(token.key) > 1})


def _same(claim: Claim, fact: Claim) -> bool:
    if claim.kind == "date":
        return covers(fact.value, claim.value)
    if claim.kind == "name":
        return claim.value in fact.value or fact.value in claim.value
    return claim.value == fact.value and (claim.unit == fact.unit or not claim.unit)


def _kind(claims: Sequence[Claim]) -> Change:
    return _KINDS[claims[0].kind] if claims else "name"


def _text(words: Sequence[Token]) -> str:
    return " ".join(dict.fromkeys(word.text for word in words))
