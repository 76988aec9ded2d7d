"""What is decided and what comes of it: slots, actions, decisions, events, rewards, estimates."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from smartcontent.content import EventKind, Features, Noun, Platform


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
