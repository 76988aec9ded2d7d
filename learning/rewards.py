"""What a decision earned: one number per impression, guarded, with its parts.

Engagement less complaints and less what manipulation won: a text that wins clicks and is then
hidden, reported or left does not pay, nor does one that wins them by clickbait or outrage.
Missing is never 0: without any event nothing is known and nothing is learned; an impression
without anything after it is a known 0.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Self, get_args

from smartcontent.content import EventKind, FeatureValue
from smartcontent.errors import InvalidInput

WEIGHTS = {
    "click": 1.0,
    "like": 0.5,
    "share": 1.5,
    "save": 1.0,
    "comment": 1.0,
    "conversion": 2.0,
}
COMPLAINTS = {"hide": 1.0, "report": 2.0, "unsubscribe": 2.0}
MANIPULATION = {"clickbait": 1.0, "outrage": 1.0}
PENALTIES = {**COMPLAINTS, **MANIPULATION}
KNOWN = "impression"
EXPLICIT = "reward"
WEIGHED = {*get_args(EventKind)} - {KNOWN, EXPLICIT, *COMPLAINTS}
LARGEST_WEIGHT = 100.0
LARGEST_REWARD = 10.0
LONGEST_WINDOW = 60 * 24 * 365  # minutes


@dataclass(frozen=True)
class RewardSpec:
    """How much each event is worth, what complaints and manipulation cost, and the range.

    Complaints cost by the event.  The scores `clickbait` and `outrage` (0 to 1, features of the
    action) take their share of the engagement they helped to win, so the cost is the same in an
    audience that clicks often and in one that hardly does.  An explicit `reward` (the caller's
    own number, summed) takes the place of the weighted events; what is taken off stays.

    `window_minutes` is how long a decision waits for its reward (None: as the installation
    says), `default` what an impression without any event is worth then; with None it stays
    unknown and teaches nothing.

    >>> RewardSpec().reward({"impression": 1, "click": 1})
    (1.0, {'click': 1.0})
    >>> RewardSpec().reward({"impression": 200, "click": 50, "report": 25})
    (0.0, {'click': 0.25, 'report': -0.25})
    >>> RewardSpec().reward({"impression": 4, "click": 2}, features={"clickbait": 0.75})
    (0.125, {'click': 0.5, 'clickbait': -0.375})
    >>> RewardSpec().reward({"impression": 1})
    (0.0, {})
    >>> RewardSpec().reward({})
    (None, {})
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    penalties: Mapping[str, float] = field(default_factory=lambda: dict(PENALTIES))
    clip: tuple[float, float] = (-1.0, 1.0)
    window_minutes: int | None = None
    default: float | None = 0.0

    def reward(
        self,
        counts: Mapping[str, float],
        *,
        expected: float | None = None,
        features: Mapping[str, FeatureValue] | None = None,
    ) -> tuple[float | None, dict[str, float]]:
        """The reward and parts that sum to it (`clip` is what the range took or gave).

        Counts are events by kind, of one decision; `features` are those of its action.  With
        impressions the result is per impression.  A public post on a platform without view
        counts has none: give `expected`, the engagement this account expects at that hour, and
        the reward is the log of engagement over it.
        """
        if EXPLICIT not in counts and not any(counts.values()):
            return None, {}
        parts = self._parts(counts, features or {})
        seen = counts.get(KNOWN, 0.0)
        if seen or expected is None:
            parts = {kind: value / max(seen, 1.0) for kind, value in parts.items()}
        else:
            parts = _against(parts, expected)
        return self._clipped(parts)

    def checked(self) -> Self:
        """Itself.  Raises InvalidInput for numbers that nobody could learn from."""
        unknown = {*self.weights} - WEIGHED | {*self.penalties} - {*PENALTIES}
        if unknown:
            raise _unusable(f"nothing is called {min(unknown)}", "The events are in /openapi.json.")
        for name, worth in {**self.weights, **self.penalties}.items():
            if not abs(worth) <= LARGEST_WEIGHT:
                raise _unusable(f"{name} is worth {worth}", f"Stay within ±{LARGEST_WEIGHT:g}.")
        if any(cost < 0.0 for cost in self.penalties.values()):
            raise _unusable("a penalty is negative", "Write what it costs as a positive number.")
        low, high = self.clip
        if not -LARGEST_REWARD <= low < high <= LARGEST_REWARD:
            raise _unusable(f"rewards from {low} to {high}", "Let the first be below the second.")
        if self.default is not None and not low <= self.default <= high:
            raise _unusable(f"the default {self.default}", "Let it lie within the range.")
        if self.window_minutes is not None and not 1 <= self.window_minutes <= LONGEST_WINDOW:
            raise _unusable(f"a window of {self.window_minutes} minutes", "At most a year.")
        return self

    @cached_property
    def digest(self) -> str:
        """Names this very spec: what was learned under another one is something else."""
        spec = json.dumps(self.as_json(), sort_keys=True)
        return hashlib.sha256(spec.encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """As the store keeps it.

        >>> RewardSpec.from_json(RewardSpec().as_json()) == RewardSpec()
        True
        """
        return asdict(replace(self, weights=dict(self.weights), penalties=dict(self.penalties)))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        low, high = kept["clip"]
        return cls(**{**kept, "clip": (float(low), float(high))})

    def _parts(
        self, counts: Mapping[str, float], features: Mapping[str, FeatureValue]
    ) -> dict[str, float]:
        weights = {EXPLICIT: 1.0} if EXPLICIT in counts else self.weights
        earned = {kind: worth * counts[kind] for kind, worth in weights.items() if counts.get(kind)}
        lost = {
            kind: -self.penalties[kind] * counts[kind]
            for kind in COMPLAINTS
            if self.penalties.get(kind) and counts.get(kind)
        }
        won = math.fsum(value for value in earned.values() if value > 0.0)
        shares = {
            name: -self.penalties[name] * score(features.get(name)) * won
            for name in MANIPULATION
            if self.penalties.get(name)
        }
        return {**earned, **lost, **{name: share for name, share in shares.items() if share}}

    def _clipped(self, parts: dict[str, float]) -> tuple[float, dict[str, float]]:
        total = math.fsum(parts.values())
        low, high = self.clip
        value = min(max(total, low), high)
        return value, parts if value == total else {**parts, "clip": value - total}


def score(value: FeatureValue | None) -> float:
    """A score between 0 and 1; what has no score is not accused of anything.

    >>> score(0.4), score(7.0), score(None), score("very")
    (0.4, 1.0, 0.0, 0.0)
    """
    return min(max(value, 0.0), 1.0) if isinstance(value, int | float) else 0.0


def _against(parts: Mapping[str, float], expected: float) -> dict[str, float]:
    """log((engagement + 1) / (expected + 1)), what is taken off in the same unit.

    >>> _against({"like": 9.0}, expected=9.0)
    {'engagement over expected': 0.0}
    """
    earned = math.fsum(value for value in parts.values() if value > 0.0)
    lost = math.fsum(value for value in parts.values() if value < 0.0)
    result = {"engagement over expected": math.log((earned + 1.0) / (expected + 1.0))}
    return {**result, "complaints": lost / (expected + 1.0)} if lost else result


def _unusable(what: str, todo: str) -> InvalidInput:
    return InvalidInput(f"This reward cannot be learned from: {what}.", todo=todo)
