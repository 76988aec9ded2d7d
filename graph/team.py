"""Who works on a campaign.  The whole team is LangGraph's runtime context, never its state."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from agents.learner import Learner
from graph.accounts import WorkspaceAccount
from graph.expecting import TextLifts
from graph.serving import Policies
from learning.timing import Observation
from memory.base import Memory
from smartcontent.content import (
    Analysis,
    Behaviour,
    Content,
    Platform,
    PlatformSpec,
    Segment,
    Segmentation,
    SimilarPost,
    Strategy,
    Variant,
)
from smartcontent.decision import SlotForecast
from smartcontent.errors import LeaseLost
from smartcontent.publishing import CampaignSettings
from smartcontent.voice import NO_VOICE, Voice
from store.budgets import Limits
from store.database import Database
from store.runs import Lease
from tools.platforms import Platforms


class Analysing(Protocol):
    def analyse(self, content: Content, similar: Sequence[SimilarPost] = ()) -> Analysis: ...


class Segmenting(Protocol):
    """Groups that were there before keep their ids and names."""

    def segment(
        self, behaviours: Sequence[Behaviour], previous: Segmentation | None = None
    ) -> Segmentation: ...


class Writing(Protocol):
    """None: the strategy does not apply, or would only repeat one of the `taken` texts."""

    def write(
        self,
        content: Content,
        analysis: Analysis,
        *,
        segment: Segment,
        strategy: Strategy,
        spec: PlatformSpec,
        seed: int,
        tone: str | None = None,
        taken: Sequence[str] = (),
        voice: Voice = NO_VOICE,
    ) -> Variant | None: ...


class Guarding(Protocol):
    def check(
        self, variant: Variant, content: Content, analysis: Analysis, past: Sequence[str] = ()
    ) -> Variant: ...


class Scheduling(Protocol):
    def schedule(
        self,
        settings: CampaignSettings,
        platforms: Sequence[Platform],
        history: Sequence[Observation],
        now: datetime,
        time_zone: str,
    ) -> list[SlotForecast]: ...


@dataclass(frozen=True)
class Team:
    """The members, what they work with, and the lease under which they may write.

    `exposure_floor` is the share of the posts that each segment gets at least.
    """

    database: Database
    memory: Memory
    analyst: Analysing
    segmenter: Segmenting
    learner: Learner
    writer: Writing
    guard: Guarding
    scheduler: Scheduling
    policies: Policies
    specs: Mapping[Platform, PlatformSpec]
    clock: Callable[[], datetime]
    expecting: TextLifts
    exposure_floor: float = 0.0
    budget: Limits = Limits()
    lease: Lease | None = None

    def holding(self, lease: Lease) -> "Team":
        """The same team at work on one run."""
        return replace(self, lease=lease)

    def account(self, workspace_id: UUID) -> WorkspaceAccount:
        """On which the workspace's questions to language models are booked."""
        return WorkspaceAccount(self.database, workspace_id, self.budget)

    def specs_of(self, platforms: Sequence[Platform]) -> list[PlatformSpec]:
        """Raises UnknownPlatform."""
        Platforms(self.specs).require(platforms)
        return [self.specs[platform] for platform in platforms]

    @property
    def held(self) -> Lease:
        if self.lease is None:
            raise LeaseLost(
                "Nobody holds this run, so nothing may be written for it.",
                todo="Start campaigns through Runner.run, which takes the lease first.",
            )
        return self.lease
