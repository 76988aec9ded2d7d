"""What a post could be: every allowed variant in every slot of its platform.

Everything that forbids an action is applied here, before the draw, so a propensity is always the
probability among what was really possible.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.learner import strategy_action
from graph.state import Checked
from learning.fairness import within_floor
from smartcontent.content import Analysis, Features, Variant
from smartcontent.decision import Action, Slot, SlotForecast
from tools.score_manner import manner
from tools.strategies import strategies

DAYPARTS = ("night", "morning", "afternoon", "evening")


@dataclass(frozen=True)
class Candidate:
    """A variant in a slot: what a post would be, and the action that stands for it."""

    variant: Variant
    slot: Slot
    action: Action


def candidates(
    state: Checked, forecasts: Sequence[SlotForecast], time_zone: str
) -> list[Candidate]:
    """Every variant that the guard let through, in every slot that the scheduler proposed."""
    known = _known(state)
    slots = [forecast.slot for forecast in forecasts]
    return [
        Candidate(variant, slot, _action(variant, slot, known[variant.id], time_zone))
        for variant, slot in product(state["variants"], slots)
        if variant.id in known and variant.platform == slot.platform
    ]


def remaining(pool: Sequence[Candidate], taken: Sequence[Candidate]) -> list[Candidate]:
    """What may still be drawn: no text twice; no strategy or slot twice while others are free."""
    texts = {candidate.variant.content_hash for candidate in taken}
    used = {candidate.variant.strategy for candidate in taken}
    slots = [candidate.slot for candidate in taken]
    unsaid = [candidate for candidate in pool if candidate.variant.content_hash not in texts]
    other = [candidate for candidate in unsaid if candidate.variant.strategy not in used] or unsaid
    return [candidate for candidate in other if candidate.slot not in slots] or other


def owed(pool: Sequence[Candidate], served: Sequence[UUID], floor: float) -> list[Candidate]:
    """Those for segments that got less than a `floor` share of the posts so far, if there are
    any; else all.  `served` are the segments of the latest posts.  Where all segments together
    cannot have it, each is owed half an even share."""
    segments = sorted({candidate.variant.segment_id for candidate in pool})
    counts = Counter(map(str, served))
    due = min(floor, 0.5 / max(len(segments), 1))
    first = within_floor([*map(str, segments)], counts, floor=due)
    return [candidate for candidate in pool if str(candidate.variant.segment_id) in first]


def context_of(analysis: Analysis) -> Features:
    """What is known of the content, and nothing about a person: everyone sees the same post."""
    topic = max(analysis.topics, key=lambda topic: topic.weight, default=None)
    return {"language": analysis.language, "topic": topic.name if topic else "none"}


def daypart(at: datetime, time_zone: str) -> str:
    """The quarter of the creator's day.

    >>> daypart(datetime.fromisoformat("2026-01-05T20:30:00+00:00"), "Europe/Berlin")
    'evening'
    """
    return DAYPARTS[at.astimezone(ZoneInfo(time_zone)).hour // 6]


def _known(state: Checked) -> dict[object, Features]:
    """By allowed variant: its strategy's parts, its segment's name, how much of its text teases
    instead of telling, which the reward takes off what it wins, and what its text lets expect."""
    arms = {strategy.name: strategy_action(strategy).features for strategy in strategies()}
    names = {segment.id: segment.name for segment in state["segments"]}
    return {
        variant.id: {
            **arms.get(variant.strategy, {"strategy": variant.strategy}),
            "segment": names[variant.segment_id],
            **_teasing(variant),
            **variant.expectation,
        }
        for variant in state["variants"]
        if variant.id in state["allowed"]
    }


def _action(variant: Variant, slot: Slot, known: Features, time_zone: str) -> Action:
    features: Features = {
        **known,
        "platform": variant.platform,
        "daypart": daypart(slot.at, time_zone),
        "weekday": slot.at.astimezone(ZoneInfo(time_zone)).strftime("%A").lower(),
    }
    return Action(id=f"{variant.id}@{slot.at.isoformat()}", features=features)


def _teasing(variant: Variant) -> Features:
    """How far it teases or stirs anger, between 0 and 1.  What does neither bears no feature, so
    that nothing is said of texts that nobody could fault."""
    scores = manner(variant.text, variant.language)
    return {name: score for name, score in scores.items() if score > 0.0}
