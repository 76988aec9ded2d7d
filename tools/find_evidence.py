"""Where the source supports a claim, if it does."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

import regex

from smartcontent.content import Analysis, Claim, Content, Span
from tools.find_bounds import Bound, agrees, bound_of, rounds
from tools.find_claims import find_claims
from tools.find_dates import covers
from tools.find_names import initials
from tools.tokens import Words, keys

# units that cannot be left open: 12 people do not support 12 %
_STRICT = frozenset({"%", "$", "€", "£", "¥", "₹", "₽", "°"})
_GAP = regex.compile(r"…|\.\.\.|\[[^\[\]]*\]")
_COUNTABLE = 20
_TITLE = Span(start=0, end=0)


class Evidence:
    """Everything a content says, ready to be asked.

    The title counts as said; it has no place in the text, so its span is empty.
    """

    def __init__(self, content: Content, analysis: Analysis) -> None:
        self.language = analysis.language
        self.text, self._heading = content.text, content.title
        self.words = Words(content.text)
        self.title = Words(f"{content.title} — {analysis.title}")
        self.claims = _claims(content, analysis)
        self.counts = _list_lengths(analysis)
        self._numbers: dict[str, list[Claim]] = defaultdict(list)
        self._dates: list[Claim] = []
        for claim in self.claims:
            if claim.kind == "number":
                self._numbers[claim.value].append(claim)
            elif claim.kind == "date":
                self._dates.append(claim)

    def supports(self, claim: Claim, bound: Bound = "") -> Span | None:
        """The place in the source that says it; None when nothing does.

        A number that is said to be bounded (`about`, `over`) may be a fair rounding of a known one.
        """
        match claim.kind:
            case "number":
                return self._number(claim) or self.rounded(claim, bound)
            case "date":
                return self._date(claim)
            case "quote":
                return self._quote(claim)
            case "name":
                return self._name(claim)

    def otherwise_bound(self, claim: Claim, bound: Bound) -> str | None:
        """How the source bounds a number where the post claims more: its words; else None."""
        placed = [
            one for one in self._placed.get(claim.value, ()) if _same_unit(one[0].unit, claim.unit)
        ]
        bounds: list[Bound] = [bound_of(text, one, self.language) for one, text in placed]
        if not bound or not placed or any(agrees(side, bound) for side in bounds):
            return None
        if self.rounded(claim, bound):
            return None
        first, text = placed[0]
        return text[max(0, first.span.start - 20) : first.span.end]

    @cached_property
    def _placed(self) -> dict[str, list[tuple[Claim, str]]]:
        """Numbers by value, each with the text that its span counts in."""
        placed = defaultdict(list)
        for text in (self.text, self._heading):
            for claim in find_claims(text, self.language):
                if claim.kind == "number":
                    placed[claim.value].append((claim, text))
        return placed

    def rounded(self, claim: Claim, bound: Bound) -> Span | None:
        """Where the source gives a number that the bounded one fairly rounds."""
        if not bound:
            return None
        return next(
            (
                one.span
                for value, many in self._numbers.items()
                for one in many
                if rounds(value, claim.value, bound) and _same_unit(one.unit, claim.unit)
            ),
            None,
        )

    def _number(self, claim: Claim) -> Span | None:
        for known in self._numbers.get(claim.value, ()):
            if _same_unit(known.unit, claim.unit):
                return known.span
        for date in self._dates:
            if claim.value in date.value.split("-") or claim.value == date.value:
                return date.span
        # "three lessons" over a list of three is counted, not claimed
        return _TITLE if not claim.unit and claim.value in self.counts else None

    def _date(self, claim: Claim) -> Span | None:
        for known in self._dates:
            if covers(known.value, claim.value):
                return known.span
        numbers = self._numbers.get(claim.value, ())
        return next((known.span for known in numbers), None)

    def _quote(self, claim: Claim) -> Span | None:
        """Word for word; left-out parts must be marked, and the rest in order."""
        whole = self._find(keys(claim.text))
        if whole is not None:
            return whole
        parts = [part for part in map(keys, _GAP.split(claim.text)) if part]
        return self._in_order(parts) if len(parts) > 1 else None

    def _in_order(self, parts: Sequence[Sequence[str]]) -> Span | None:
        spans, after = [], 0
        for part in parts:
            at = self.words.index(part, after)
            if at is None:
                return None
            spans.append(self.words.tokens[at])
            after = at + len(part)
        return Span(start=spans[0].start, end=self.words.tokens[after - 1].end)

    def _name(self, claim: Claim) -> Span | None:
        run = keys(claim.text)
        return self._find(run) or self._find(self._distinct(run)) or self._expanded(run)

    def _distinct(self, run: Sequence[str]) -> list[str]:
        """Without words at the ends that only have a capital here (`Today Ana Diaz`)."""
        ordinary = self.words.ordinary | self.title.ordinary
        rest = list(run)
        while rest and rest[0] in ordinary:
            rest = rest[1:]
        while rest and rest[-1] in ordinary:
            rest = rest[:-1]
        return rest or [word for word in run if word in self.words][:1]

    def _expanded(self, run: Sequence[str]) -> Span | None:
        """An acronym whose words the source spells out."""
        short = "".join(run)
        return self._spelled_out.get(short) if len(run) == 1 else None

    @cached_property
    def _spelled_out(self) -> dict[str, Span]:
        names = [claim for claim in self.claims if claim.kind == "name"]
        return {initials(keys(name.text)): name.span for name in names if " " in name.text}

    def _find(self, run: Sequence[str]) -> Span | None:
        return self.words.find(run) or (_TITLE if self.title.find(run) else None)


def _claims(content: Content, analysis: Analysis) -> list[Claim]:
    """What the analyst found, and what a plain reading of text and title adds."""
    of_title = (
        claim.model_copy(update={"span": _TITLE})
        for claim in find_claims(content.title, analysis.language)
    )
    return [*analysis.claims, *find_claims(content.text, analysis.language), *of_title]


def _list_lengths(analysis: Analysis) -> frozenset[str]:
    """How many items the source's lists have, and how many headings it has."""
    lengths: set[int] = set()
    run = 0
    for block in [*analysis.blocks, None]:
        if block is not None and block.kind == "list_item" and block.level <= 1:
            run += 1
            continue
        lengths.add(run)
        run = 0
    headings = (block.level for block in analysis.blocks if block.kind == "heading")
    lengths.update(_counted(headings))
    return frozenset(str(length) for length in lengths if 1 < length < _COUNTABLE)


def _counted(levels: Iterable[int]) -> Iterable[int]:
    seen: dict[int, int] = defaultdict(int)
    for level in levels:
        seen[level] += 1
    return seen.values()


def _same_unit(known: str, said: str) -> bool:
    if known == said or not said:
        return True
    return not known and said not in _STRICT
