"""Campaigns and their posts: settings, states, what is sent and what comes back."""

import hashlib
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, Field

from smartcontent.content import Noun, Platform, Segment


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
    """What the creator asked for.

    `tone` is one of `smartcontent.tones`, or a word for a language model; `tones` are those for
    single segments, by a segment's name or id.
    """

    platforms: tuple[Platform, ...] = ("sandbox",)
    posts: int = Field(default=3, ge=1, le=10)
    not_before: AwareDatetime | None = None
    within_hours: int = Field(default=72, ge=0, le=24 * 31)  # 0: as soon as approved
    tone: str | None = None
    tones: dict[str, str] = {}
    auto_approve: bool = False

    def tone_for(self, segment: Segment) -> str | None:
        """The segment's own, else the campaign's."""
        own = {name.casefold(): tone for name, tone in self.tones.items()}
        return own.get(str(segment.id)) or own.get(segment.name.casefold()) or self.tone


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
