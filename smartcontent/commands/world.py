"""A small simulated audience for the demo: what it prefers is known, so what is learned shows.

Nothing here is seen by the learner except through decisions, events and rewards.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import NAMESPACE_OID, UUID, uuid5

from smartcontent.content import EventKind
from smartcontent.decision import Decision, Event

BASE_RATE, FAVOURED_RATE = 0.10, 0.32
PEOPLE = 240
HISTORY_DAYS = 28  # a world begins the day before its first visits


class WorldClock:
    """The time in a simulated world; the real time while no world is played.

    >>> clock = WorldClock()
    >>> clock.at = datetime(2026, 1, 5, tzinfo=UTC)
    >>> clock().isoformat()
    '2026-01-05T00:00:00+00:00'
    """

    def __init__(self) -> None:
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        return self.at or datetime.now(UTC)


@dataclass(frozen=True)
class Person:
    """Somebody with a habit of reading at certain hours."""

    name: str
    habit: Literal["morning", "evening"]
    hours: tuple[int, ...]
    topic: str


@dataclass(frozen=True)
class Visit:
    person: Person
    at: datetime


class Audience:
    """People and their taste.  `favour` is the strategy they prefer; none means no difference.

    >>> audience = Audience(favour="story", constant=False, seed=1)
    >>> audience.rate("story") > audience.rate("question")
    True
    >>> Audience(favour=None, constant=True, seed=1).rate("question")
    1.0
    """

    def __init__(self, *, favour: str | None, constant: bool, seed: int) -> None:
        self.favour = favour
        self.constant = constant
        self.random = random.Random(seed)
        self.people = [self._person(number) for number in range(PEOPLE)]

    def _person(self, number: int) -> Person:
        if number % 2:
            return Person(f"visitor-{number}", "morning", (6, 7, 8), "work")
        return Person(f"visitor-{number}", "evening", (19, 20, 21), "culture")

    def visits(self, count: int, *, until: datetime) -> list[Visit]:
        """That many visits over the last weeks, in the order they happened."""
        visits = [self._visit(until) for _ in range(count)]
        return sorted(visits, key=lambda visit: visit.at)

    def _visit(self, until: datetime) -> Visit:
        person = self.random.choice(self.people)
        day = until - timedelta(days=1 + self.random.random() * HISTORY_DAYS)
        hour = self.random.choice(person.hours)
        return Visit(person, day.replace(hour=hour, minute=self.random.randrange(60)))

    def rate(self, strategy: str) -> float:
        """Chance that somebody who sees this strategy clicks."""
        if self.constant:
            return 1.0
        return FAVOURED_RATE if strategy == self.favour else BASE_RATE

    def reaction(
        self, visit: Visit, decision: Decision, strategy: str, subject: str
    ) -> list[Event]:
        """What the visit leaves behind: an impression, and perhaps a click."""
        kinds: list[EventKind] = ["impression"]
        if self.random.random() < self.rate(strategy):
            kinds.append("click")
        return [
            Event(
                id=str(event_id(decision.id, kind)),
                kind=kind,
                occurred_at=visit.at,
                decision_id=decision.id,
                subject=subject,
                platform="sandbox",
                topic=visit.person.topic,
            )
            for kind in kinds
        ]


def event_id(decision: UUID, kind: str) -> UUID:
    """The same reaction has the same id, however often it is delivered."""
    return uuid5(NAMESPACE_OID, f"{decision}|{kind}")
