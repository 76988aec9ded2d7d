"""Engagement as it comes in: random ids, known decisions, some people, and repeats."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from smartcontent.content import EventKind
from smartcontent.decision import Event

KINDS: Sequence[EventKind] = ("impression", "impression", "impression", "click", "like", "dwell")
TOPICS = ("procurement", "design", "open source", "hiring", "accessibility", "security")
NAMED = 0.6  # share of events that say who it was
REPEATED = 0.1  # share of events that came before: half of them in this batch, half earlier
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Feed:
    """Events of `subjects` about `decisions`; the same seed gives the same events."""

    def __init__(self, decisions: Sequence[UUID], subjects: Sequence[str], *, seed: int) -> None:
        self._decisions = decisions
        self._subjects = subjects
        self._random = Random(seed)

    def new(self, count: int) -> list[Event]:
        return [self._event() for _ in range(count)]

    def with_repeats(self, count: int) -> tuple[list[Event], list[Event]]:
        """(what came earlier, a batch of `count` with its share of repeats)."""
        half = round(count * REPEATED / 2)
        earlier, fresh = self.new(half), self.new(count - 2 * half)
        batch = [*fresh, *earlier, *self._random.choices(fresh, k=half)]
        self._random.shuffle(batch)
        return earlier, batch

    def _event(self) -> Event:
        draw = self._random
        kind = draw.choice(KINDS)
        return Event(
            id=f"{draw.getrandbits(128):032x}",
            kind=kind,
            occurred_at=NOW - timedelta(seconds=draw.uniform(0, 86_400)),
            decision_id=draw.choice(self._decisions),
            subject=draw.choice(self._subjects) if draw.random() < NAMED else None,
            value=round(draw.uniform(1, 90), 2) if kind == "dwell" else None,
            platform="sandbox",
            topic=draw.choice(TOPICS),
            language="en",
        )
