"""Whether a post says what its source says: claims traced, swaps and flipped denials seen."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from smartcontent.content import Analysis, Claim, Content, Finding, Span, Trace
from tools.compare_sentences import Sources
from tools.find_bounds import Bound, bound_of
from tools.find_claims import find_claims
from tools.find_evidence import Evidence
from tools.plain_post import PlainPost
from tools.read_difference import Difference
from tools.split_sentences import Sentence, split

_MARK = re.compile(r"^\s*(?:[•*–—-]|\d{1,2}[.)])\s+|^\s+")
_COUNTED = 12  # items: more are not counted by a reader either
_CLAIMS = {
    "number": ("The number", "Use a number the source gives, with its unit, or leave it out."),
    "name": ("The name", "Use the name as the source writes it, or leave it out."),
    "quote": ("The quotation", "Quote word for word, or say it without quotation marks."),
    "date": ("The date", "Use the date the source gives, or leave it out."),
}


class Checked(NamedTuple):
    findings: list[Finding]
    traces: list[Trace]


class Facts:
    """A content made ready, so that many posts can be checked against it."""

    def __init__(self, content: Content, analysis: Analysis) -> None:
        self.evidence = Evidence(content, analysis)
        self.sources = Sources(self.evidence, analysis)

    def check(self, post: PlainPost, language: str) -> Checked:
        """Findings for what the source does not support, traces for what it does."""
        said = find_claims(post.text, language)
        claims = [claim for claim in said if not _counts_itself(claim, post.text)]
        traces, unsupported = self._trace(claims, post.text, language)
        findings = [_unsupported(claim, post) for claim in unsupported]
        findings += self._bounded(claims, post, language)
        spans = [claim.span for claim in [*unsupported, *self._rounded(claims, post, language)]]
        for found in self._differences(post, language, claims):
            if not any(span.start < found.end and found.start < span.end for span in spans):
                findings.append(_different(found, post))
        return Checked(findings, traces)

    def _bounded(
        self, claims: Sequence[Claim], post: PlainPost, language: str
    ) -> Iterator[Finding]:
        """Numbers that the source gives, but bounds otherwise."""
        for claim in claims:
            bound = _bound(claim, post.text, language)
            was = self.evidence.otherwise_bound(claim, bound) if bound else None
            if was is not None:
                yield _otherwise_bound(claim, was, post)

    def _rounded(self, claims: Sequence[Claim], post: PlainPost, language: str) -> Iterator[Claim]:
        """`about 20 %` where the source says 19.8 %: another figure, and no change."""
        for claim in claims:
            bound = _bound(claim, post.text, language)
            if bound and self.evidence.rounded(claim, bound):
                yield claim

    def _trace(
        self, claims: Sequence[Claim], text: str, language: str
    ) -> tuple[list[Trace], list[Claim]]:
        traces, unsupported = [], []
        for claim in claims:
            bound = _bound(claim, text, language)
            span = self.evidence.supports(claim, bound)
            if span is None:
                unsupported.append(claim)
            else:
                traces.append(Trace(claim=claim.text, span=span))
        # words inside a wrong quotation are one mistake, not five
        quotes = [claim.span for claim in unsupported if claim.kind == "quote"]
        outside = (c for c in unsupported if c.kind == "quote" or not _inside(c.span, quotes))
        return traces, list(outside)

    def _differences(
        self, post: PlainPost, language: str, claims: Sequence[Claim]
    ) -> Iterator[Difference]:
        if language != self.sources.language:
            return  # a translation has no words in common to lay side by side
        for sentence in _sentences(post.text, language):
            yield from self.sources.differences(sentence, claims)


def _bound(claim: Claim, text: str, language: str) -> Bound:
    return bound_of(text, claim, language) if claim.kind == "number" else ""


def _counts_itself(claim: Claim, text: str) -> bool:
    """`Three things: this, that and more` counts its own items; so does a bulleted list."""
    if claim.kind != "number" or claim.unit or not claim.value.isdigit():
        return False
    after = text[claim.span.end :].split("\n")[0].partition(":")[2]
    listed = len(re.split(r"[,;،、，]|(?:,\s*)?\s(?:and|y|et|e|und|и)\s", after)) if after else 0
    bullets = sum(1 for line in text.split("\n") if _MARK.match(line) and line.strip())
    return 1 < int(claim.value[:3]) <= _COUNTED and int(claim.value[:3]) in (listed, bullets)


def _sentences(text: str, language: str) -> Iterator[Sentence]:
    """Sentences line by line, without the bullet or number in front."""
    start = 0
    for line in text.split("\n"):
        bare = _MARK.sub("", line)
        yield from split(bare, language, start=start + len(line) - len(bare))
        start += len(line) + 1


def _inside(span: Span, others: Iterable[Span]) -> bool:
    return any(other.start <= span.start and span.end <= other.end for other in others)


def _unsupported(claim: Claim, post: PlainPost) -> Finding:
    what, fix = _CLAIMS[claim.kind]
    return Finding(
        rule=f"unsupported-{claim.kind}",
        severity="error",
        reason=f"{what} “{claim.text}” is not in the source.",
        fix=fix,
        span=post.span(claim.span.start, claim.span.end),
    )


def _otherwise_bound(claim: Claim, was: str, post: PlainPost) -> Finding:
    start = max(0, claim.span.start - 20)
    said = (
        post.text[start : claim.span.end].partition(" ")[2]
        if start
        else post.text[: claim.span.end]
    )
    return Finding(
        rule="unsupported-number",
        severity="error",
        reason=f"The source says “{was.strip()}”, not “{said.strip()}”.",
        fix="Bound the number as the source does, or not at all.",
        span=post.span(claim.span.start, claim.span.end),
    )


def _different(found: Difference, post: PlainPost) -> Finding:
    if found.kind == "negation":
        rule = "negation-flipped"
        reason = (
            f"The source says “{found.was or 'it without a denial'}” where the post says "
            f"“{found.now}”: the meaning is turned round."
        )
    else:
        rule = f"unsupported-{found.kind}"
        reason = f"The source says “{found.was}” here, not “{found.now}”."
    return Finding(
        rule=rule,
        severity="error",
        reason=reason,
        fix="Say it as the source says it.",
        span=post.span(found.start, found.end),
    )
