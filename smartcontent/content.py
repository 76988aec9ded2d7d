"""The nouns every room shares: frozen, strict about unknown fields, free of any framework.

Times are aware datetimes in UTC.  Spans count characters of `Content.text`.
"""

import hashlib
from datetime import datetime
from enum import StrEnum
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
    counting: Literal["characters", "graphemes", "bytes"] = "characters"
    byte_limit: int | None = None
    link_counts_as: int | None = None
    hashtag_limit: int | None = None
    image_limit: int = 4
    alt_text_required: bool = True
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


class Trace(Noun):
    """A claim of a variant and where the source supports it."""

    claim: str
    span: Span


class Variant(Noun):
    """One text for one platform and segment in one strategy, traced to its source."""

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

    @property
    def content_hash(self) -> str:
        """What an approval binds to: text, platform and pictures."""
        return content_hash(self.text, self.platform, self.media)

    @property
    def blocked(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def content_hash(text: str, platform: Platform, media: tuple[UUID, ...] = ()) -> str:
    """SHA-256 over exactly what will be sent."""
    parts = [text, platform, *map(str, media)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


# -- what is decided -----------------------------------------------------------------------


class Slot(Noun):
    """A platform and a time."""

    platform: Platform
    at: AwareDatetime


class SlotForecast(Noun):
    """What history says of a slot; `samples` is what it rests on, 0 means the prior alone."""

    slot: Slot
    expected: float
    low: float
    high: float
    samples: int
    note: str = ""


class Action(Noun):
    """Something that can be chosen.  `id` is unique within its decision."""

    id: str = Field(min_length=1, max_length=256)
    features: Features = {}


class Contribution(Noun):
    feature: str
    value: float


class Explanation(Noun):
    """Why: contributions sum to `score` of the chosen action."""

    score: float
    contributions: tuple[Contribution, ...] = ()
    runner_up: str | None = None
    gap: float | None = None
    explored: bool = False
    rewards_seen: int = 0
    sentence: str = ""


class Decision(Noun):
    """A choice with everything needed to reproduce and evaluate it.

    `propensities` are the probabilities the action was drawn with in its `branch`;
    `mixture` are those of the whole policy, holdback included.
    """

    id: UUID
    kind: Literal["post", "impression"]
    context: Features = {}
    actions: tuple[Action, ...]
    chosen: str
    propensities: dict[str, float]
    mixture: dict[str, float]
    branch: Literal["learned", "holdback"] = "learned"
    policy: str
    policy_version: str
    seed: int
    explored: bool
    personalised: bool = False
    overridden: bool = False
    explanation: Explanation
    campaign_id: UUID | None = None
    subject: str | None = None
    created_at: AwareDatetime


class Event(Noun):
    """Something an audience did.  `id` is the caller's and makes it count once."""

    id: str = Field(min_length=1, max_length=200)
    kind: EventKind
    occurred_at: AwareDatetime
    decision_id: UUID | None = None
    post_id: UUID | None = None
    subject: str | None = None
    value: float | None = Field(default=None, allow_inf_nan=False)
    platform: Platform | None = None
    topic: str | None = None
    language: str | None = None


class Reward(Noun):
    """One number with its parts; not final while its window is open."""

    decision_id: UUID
    value: float
    parts: dict[str, float] = {}
    final: bool = False


class PolicySnapshot(Noun):
    """An immutable state of a policy after `position` decisions of the log."""

    id: UUID
    policy: str
    position: int
    sha256: str
    state: bytes
    created_at: AwareDatetime


class Estimate(Noun):
    """A figure with its interval and what it rests on; `verdict` says it in plain words."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    verdict: str
    more_needed: int | None = None


# -- what happens to it --------------------------------------------------------------------


class PostState(StrEnum):
    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class RunState(StrEnum):
    """Our own ledger's word on a campaign's run; a checkpoint's is not proof."""

    QUEUED = "queued"
    RUNNING = "running"
    AWAITING_APPROVAL = "awaiting_approval"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class CampaignSettings(Noun):
    """What the creator asked for."""

    platforms: tuple[Platform, ...] = ("sandbox",)
    posts: int = Field(default=3, ge=1, le=10)
    not_before: AwareDatetime | None = None
    within_hours: int = Field(default=72, ge=0, le=24 * 31)  # 0: as soon as approved
    tone: str | None = None
    auto_approve: bool = False


class Campaign(Noun):
    id: UUID
    content_id: UUID
    settings: CampaignSettings
    state: RunState
    created_at: AwareDatetime


class Post(Noun):
    """One text on its way to one account."""

    id: UUID
    campaign_id: UUID
    variant_id: UUID
    decision_id: UUID
    platform: Platform
    account: str
    text: str
    media: tuple[UUID, ...] = ()
    content_hash: str
    revision: int = 1
    state: PostState
    scheduled_at: AwareDatetime
    published_at: AwareDatetime | None = None
    url: str | None = None
    remote_id: str | None = None
    problem: str | None = None

    @property
    def effect_key(self) -> str:
        """The same post, account and revision can be sent once."""
        return hashlib.sha256(f"{self.id}|{self.account}|{self.revision}".encode()).hexdigest()


class Outgoing(Noun):
    """Exactly what a connector sends."""

    effect_key: str
    workspace_id: UUID
    post_id: UUID
    account: str
    text: str
    title: str = ""
    link: str | None = None
    language: str = "en"
    media: tuple[tuple[str, bytes, str], ...] = ()  # (media type, bytes, alt text)


class Receipt(Noun):
    """What a platform answered."""

    remote_id: str
    url: str | None = None
    published_at: AwareDatetime


class Engagement(Noun):
    """Counts read back from a platform.  None: the platform does not say.  Never 0 for None."""

    impressions: int | None = None
    clicks: int | None = None
    likes: int | None = None
    shares: int | None = None
    comments: int | None = None
    read_at: datetime


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
