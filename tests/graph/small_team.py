"""A team small enough to be killed often: every member does its job, in a few lines."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from agents.learner import Learner
from graph.expecting import TextLifts
from graph.serving import Policies
from graph.team import Team
from learning.bandit.uniform import Uniform
from learning.timing import Observation
from memory.embedding import HashedEmbedder
from memory.in_memory import InMemory
from smartcontent.content import (
    Analysis,
    Behaviour,
    Block,
    Content,
    Finding,
    KeySentence,
    Platform,
    PlatformSpec,
    Readability,
    Segment,
    Segmentation,
    SimilarPost,
    Span,
    Strategy,
    Variant,
)
from smartcontent.decision import Slot, SlotForecast
from smartcontent.publishing import CampaignSettings
from smartcontent.voice import NO_VOICE, Voice
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Database
from store.runs import Runs

EVERYONE = Segment(id=UUID(int=1), name="everyone", size=0, everyone=True)
FORBIDDEN = "act now"
HOPELESS = "for ever and ever"
SLOTS = 4


class SmallAnalyst:
    """Sentences, and nothing about them."""

    def analyse(self, content: Content, similar: Sequence[SimilarPost] = ()) -> Analysis:
        found = [
            (match.group(), Span(start=match.start(), end=match.end()))
            for match in re.finditer(r"[^.!?\s][^.!?]*[.!?]", content.text)
        ]
        return Analysis(
            content_id=content.id,
            title=content.title,
            language="en",
            language_confidence=1.0,
            key_sentences=tuple(
                KeySentence(text=text, span=span, weight=0.5) for text, span in found
            ),
            blocks=(
                Block(
                    kind="paragraph",
                    text=content.text,
                    span=Span(start=0, end=len(content.text)),
                ),
            ),
            readability=Readability(words=10, sentences=len(found), lix=20.0),
            similar=tuple(similar),
        )


class SmallSegmenter:
    """Everyone is one segment."""

    def segment(
        self, behaviours: Sequence[Behaviour], previous: Segmentation | None = None
    ) -> Segmentation:
        return Segmentation(segments=(EVERYONE,))


class SmallWriter:
    """The strategy's name and a sentence: another text for every strategy and platform."""

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
    ) -> Variant | None:
        sentences = analysis.key_sentences
        sentence = sentences[len(taken) % len(sentences)].text
        return Variant(
            id=UUID(int=seed),
            segment_id=segment.id,
            strategy=strategy.name,
            platform=spec.platform,
            text=f"{strategy.name}: {sentence}",
            language=analysis.language,
            wanted_tone=tone,
        )


class SmallGuard:
    """Blocks one phrase, and another that no platform takes."""

    def check(
        self, variant: Variant, content: Content, analysis: Analysis, past: Sequence[str] = ()
    ) -> Variant:
        if FORBIDDEN not in variant.text:
            return variant
        pressed = Finding(rule="urgency", severity="error", reason="It presses the reader.")
        long = Finding(rule="over-limit", severity="error", reason="It is too long.")
        found = (pressed, long) if HOPELESS in variant.text else (pressed,)
        return variant.model_copy(update={"findings": found})


class SmallScheduler:
    """The next full hours, all alike."""

    def schedule(
        self,
        settings: CampaignSettings,
        platforms: Sequence[Platform],
        history: Sequence[Observation],
        now: datetime,
        time_zone: str,
    ) -> list[SlotForecast]:
        hour = now.replace(minute=0, second=0, microsecond=0)
        return [
            SlotForecast(
                slot=Slot(platform=platform, at=hour + timedelta(hours=1 + ahead)),
                expected=0.1,
                low=0.0,
                high=0.2,
                samples=len(history),
            )
            for platform in platforms
            for ahead in range(SLOTS)
        ]


def spec_of(platform: Platform) -> PlatformSpec:
    return PlatformSpec(
        platform=platform,
        text_limit=500,
        idempotent=True,
        can_find=True,
        source="tests",
        as_of="2026-05-04",
    )


def utc_now() -> datetime:
    return datetime.now(UTC)


def small_team(
    database: Database,
    *,
    platforms: Sequence[Platform] = ("sandbox",),
    clock: Callable[[], datetime] = utc_now,
    policies: Policies | None = None,
    expecting: TextLifts | None = None,
) -> Team:
    return Team(
        database=database,
        memory=InMemory(HashedEmbedder()),
        analyst=SmallAnalyst(),
        segmenter=SmallSegmenter(),
        learner=Learner(),
        writer=SmallWriter(),
        guard=SmallGuard(),
        scheduler=SmallScheduler(),
        policies=policies or Policies(Uniform),
        specs={platform: spec_of(platform) for platform in platforms},
        clock=clock,
        expecting=TextLifts([], list) if expecting is None else expecting,
    )


TEXT = (
    "Two teachers opened a library of tools in 2014. Neighbours borrow a drill for a week. "
    "Nobody pays, and nobody is asked why. The shelf holds 48 tools today."
)


async def start(
    database: Database,
    workspace_id: UUID,
    settings: CampaignSettings | None = None,
    *,
    text: str = TEXT,
) -> tuple[UUID, UUID]:
    """A campaign that waits for a worker: its id, and its run's."""
    async with database.transaction(workspace_id) as session:
        content = await Contents(session).add(
            title="A library of tools", text=text, source=text, format="text"
        )
        campaign = await Campaigns(session).add(
            content.id, settings or CampaignSettings(), created_by=None
        )
        run = await Runs(session).of(campaign.id)
    return campaign.id, run.id
