"""The nouns every room shares: frozen, strict about unknown fields, free of any framework.

Times are aware datetimes in UTC.  Spans count characters of `Content.text`.
"""

import hashlib
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Role = Literal["owner", "editor", "reviewer", "analyst"]
Purpose = Literal["analytics", "personalisation", "training"]
Platform = str
EventKind = Literal[
    "impression", "click", "like", "share", "save", "comment", "hide", "report",
    "unsubscribe", "conversion", "dwell", "reward",
]  # fmt: skip
Share = Annotated[float, Field(ge=0.0, le=1.0)]
FeatureValue = str | float
FINAL = frozenset({"empty", "over-limit", "missing-media"})  # rules: see `Finding.final`
Features = dict[str, FeatureValue]


class Noun(BaseModel):
    """A value: frozen, and refusing fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Caller(Noun):
    """Who asks, always read from the credential and never from a body or a model's text."""

    workspace_id: UUID
    role: Role
    scopes: frozenset[str]
    member_id: UUID | None = None
    key_id: UUID | None = None


class Workspace(Noun):
    id: UUID
    name: str
    time_zone: str = "UTC"
    holdback: Share = 0.05


class Member(Noun):
    id: UUID
    workspace_id: UUID
    email: str
    name: str
    role: Role


# -- what the creator brings ---------------------------------------------------------------


class Span(Noun):
    """Characters `start` (included) to `end` (excluded) of `Content.text`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Media(Noun):
    """A picture that belongs to a content."""

    id: UUID
    media_type: str
    bytes: int
    sha256: str
    alt_text: str = ""


class Content(Noun):
    """A creator's piece as uploaded (`source`) and as a reader sees it (`text`)."""

    id: UUID
    title: str
    text: str
    source: str
    format: Literal["text", "markdown", "html"] = "text"
    link: str | None = None
    version: int = 1
    media: tuple[Media, ...] = ()
    created_at: AwareDatetime


class Block(Noun):
    """One piece of the text's structure."""

    kind: Literal["heading", "paragraph", "list_item", "quote", "code"]
    text: str
    span: Span
    level: int = 0


class Claim(Noun):
    """Something checkable: `value` is the comparable form ("1,200" and "1200" are one value)."""

    kind: Literal["number", "name", "quote", "date"]
    text: str
    value: str
    span: Span
    unit: str = ""


class KeySentence(Noun):
    text: str
    span: Span
    weight: Share


class Topic(Noun):
    name: str
    weight: Share


class Readability(Noun):
    """LIX (Björnsson 1968): works in any language that puts spaces between words; else None."""

    words: int
    sentences: int
    lix: float | None


class Picture(Noun):
    """A picture that stands in a text: its address there, and what it shows in words."""

    address: str
    alt_text: str = ""


class SimilarPost(Noun):
    """An earlier post near this content; `reward` is None while nothing is known of it."""

    post_id: UUID
    text: str
    similarity: float
    reward: float | None = None
    events: int = 0


class Analysis(Noun):
    """What the analyst found in a content."""

    content_id: UUID
    title: str
    language: str
    language_confidence: Share
    topics: tuple[Topic, ...] = ()
    key_sentences: tuple[KeySentence, ...] = ()
    blocks: tuple[Block, ...] = ()
    claims: tuple[Claim, ...] = ()
    readability: Readability
    tone: dict[str, Share] = {}
    similar: tuple[SimilarPost, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()


# -- who it is for -------------------------------------------------------------------------


class Consent(Noun):
    """What one subject allowed for one purpose; absent means no."""

    subject: str
    purpose: Purpose
    granted: bool
    at: AwareDatetime


class Behaviour(Noun):
    """What consented events say of one pseudonymous subject, as plain numbers and shares."""

    subject: str
    events: int
    recency_days: float
    frequency_per_week: float
    depth: float
    hours: tuple[float, ...] = ()
    topics: dict[str, float] = {}
    platforms: dict[str, float] = {}
    strategies: dict[str, float] = {}
    language: str | None = None


class Segment(Noun):
    """A group of at least the minimum size, named in plain words, with its evidence."""

    id: UUID
    name: str
    size: int
    everyone: bool = False
    evidence: tuple[str, ...] = ()
    features: dict[str, float] = {}
    language: str | None = None


class Segmentation(Noun):
    """Segments, who is in which, and how they were found."""

    segments: tuple[Segment, ...]
    members: dict[str, UUID] = {}
    note: str = ""


# -- what is written -----------------------------------------------------------------------


class Strategy(Noun):
    """An arm the learner moves: rhetorical form × tone × length × call to action."""

    name: str
    form: str
    tone: str
    length: Literal["short", "medium", "long"]
    call_to_action: str
    description: str
    example: str
    applies_when: str


class PlatformSpec(Noun):
    """A platform's rules as published at `source` on `as_of`; limits found at run time win."""

    platform: Platform
    text_limit: int
    counting: Literal["characters", "graphemes", "bytes", "weighted"] = "characters"
    byte_limit: int | None = None
    title_limit: int | None = None  # characters, where a post has a title of its own
    link_counts_as: int | None = None
    server_of_mention_counts: bool = True  # in @ana@example.social
    hashtag_limit: int | None = None
    image_limit: int = 4
    media_required: bool = False
    image_bytes: int | None = None
    image_side: int | None = None  # pixels of the longer side
    image_ratio: tuple[float, float] | None = None  # width over height, narrowest and widest
    image_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")
    alt_text_required: bool = True
    alt_text_limit: int | None = None  # characters
    markup: Literal["plain", "markdown", "html"] = "plain"
    personalises: bool = False
    idempotent: bool = False
    can_find: bool = False
    source: str
    as_of: str


class Finding(Noun):
    """One thing the guard saw.  `error` blocks, `warning` asks, `info` tells."""

    rule: str
    severity: Literal["error", "warning", "info"]
    reason: str
    fix: str = ""
    span: Span | None = None

    @property
    def final(self) -> bool:
        """Whether no person can set it aside: the platform would refuse the post."""
        return self.severity == "error" and self.rule in FINAL


class Trace(Noun):
    """A claim of a variant and where the source supports it."""

    claim: str
    span: Span


class Variant(Noun):
    """One text for one platform and segment in one strategy, traced to its source.

    `expected` is the log of the engagement that the text alone lets expect, over the mean of the
    campaign's texts on its platform, give or take `expected_sd`; None where nothing is known.
    `wanted_tone` is what was asked for, `tone` the share of each tone in how the text reads; both
    are said of the text and of nobody.
    """

    id: UUID
    segment_id: UUID
    strategy: str
    platform: Platform
    text: str
    language: str
    writer: str = "embedded"
    prompt_hash: str | None = None
    ai_generated: bool = True
    traces: tuple[Trace, ...] = ()
    sources: tuple[Span, ...] = ()
    findings: tuple[Finding, ...] = ()
    media: tuple[UUID, ...] = ()
    expected: float | None = None
    expected_sd: float | None = None
    wanted_tone: str | None = None
    tone: dict[str, Share] = {}

    @property
    def content_hash(self) -> str:
        """What an approval binds to: text, platform and pictures."""
        return content_hash(self.text, self.platform, self.media)

    @property
    def expectation(self) -> Features:
        """As features of an action; none where nothing is known."""
        return expectation(self.expected, self.expected_sd)

    @property
    def blocked(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def final(self) -> bool:
        """Whether it is blocked by what no person can set aside."""
        return any(finding.final for finding in self.findings)


def expectation(expected: float | None, deviation: float | None) -> Features:
    """
    >>> expectation(0.1, 0.2), expectation(None, None)
    ({'expected': 0.1, 'expected.sd': 0.2}, {})
    """
    if expected is None or deviation is None:
        return {}
    return {"expected": expected, "expected.sd": deviation}


class TextCheck(Noun):
    """What the checks say of any text; `count` and `limit` are the platform's own counting.

    `sourced` says whether its facts were checked against a source; without one only its form and
    manner are.  `tone` is the share of each tone in how the text reads.
    """

    platform: Platform
    language: str
    count: int
    limit: int
    sourced: bool
    tone: dict[str, Share] = {}
    findings: tuple[Finding, ...] = ()
    traces: tuple[Trace, ...] = ()

    @property
    def blocked(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def content_hash(text: str, platform: Platform, media: tuple[UUID, ...] = ()) -> str:
    """SHA-256 over exactly what will be sent."""
    parts = [text, platform, *map(str, media)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


class MemoryItem(Noun):
    """A remembered text, where it came from and how far it is trusted."""

    id: str
    text: str
    kind: Literal["content", "post", "voice", "note"]
    source: str
    trust: Literal["creator", "product", "untrusted"] = "creator"
    metadata: dict[str, str | int | float | bool] = {}


class Recalled(Noun):
    """A memory item and its cosine similarity to what was asked."""

    item: MemoryItem
    similarity: float
