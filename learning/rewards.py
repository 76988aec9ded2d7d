"""What a decision earned: one number per impression, guarded, with its parts.

Engagement less complaints: a text that wins clicks and is then hidden, reported or left does
not pay.  Missing is never 0: without any event nothing is known and nothing is learned; an
impression without anything after it is a known 0.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

WEIGHTS = {
    "click": 1.0,
    "like": 0.5,
    "share": 1.5,
    "save": 1.0,
    "comment": 1.0,
    "conversion": 2.0,
}
PENALTIES = {"hide": 1.0, "report": 2.0, "unsubscribe": 2.0}
KNOWN = "impression"
EXPLICIT = "reward"


@dataclass(frozen=True)
class RewardSpec:
    """How much each event is worth, what complaints cost, and the range of the result.

    An explicit `reward` (the caller's own number, summed) takes the place of the weighted
    events; complaints are taken off it all the same.

    >>> RewardSpec().reward({"impression": 1, "click": 1})
    (1.0, {'click': 1.0})
    >>> RewardSpec().reward({"impression": 200, "click": 50, "report": 25})
    (0.0, {'click': 0.25, 'report': -0.25})
    >>> RewardSpec().reward({"impression": 1})
    (0.0, {})
    >>> RewardSpec().reward({})
    (None, {})
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    penalties: Mapping[str, float] = field(default_factory=lambda: dict(PENALTIES))
    clip: tuple[float, float] = (-1.0, 1.0)

    def reward(
        self, counts: Mapping[str, float], *, expected: float | None = None
    ) -> tuple[float | None, dict[str, float]]:
        """The reward and parts that sum to it (`clip` is what the range took or gave).

        Counts are events by kind, of one decision.  With impressions the result is per
        impression.  A public post on a platform without view counts has none: give `expected`,
        the engagement this account expects at that hour, and the reward is the log of
        engagement over it.
        """
        if EXPLICIT not in counts and not any(counts.values()):
            return None, {}
        parts = self._parts(counts)
        seen = counts.get(KNOWN, 0.0)
        if seen or expected is None:
            parts = {kind: value / max(seen, 1.0) for kind, value in parts.items()}
        else:
            parts = _against(parts, expected)
        return self._clipped(parts)

    def _parts(self, counts: Mapping[str, float]) -> dict[str, float]:
        weights = {EXPLICIT: 1.0} if EXPLICIT in counts else self.weights
        signed = {**weights, **{kind: -cost for kind, cost in self.penalties.items()}}
        return {kind: weight * counts[kind] for kind, weight in signed.items() if counts.get(kind)}

    def _clipped(self, parts: dict[str, float]) -> tuple[float, dict[str, float]]:
        total = math.fsum(parts.values())
        low, high = self.clip
        value = min(max(total, low), high)
        return value, parts if value == total else {**parts, "clip": value - total}


def _against(parts: Mapping[str, float], expected: float) -> dict[str, float]:
    """log((engagement + 1) / (expected + 1)), complaints in the same unit.

    >>> _against({"like": 9.0}, expected=9.0)
    {'engagement over expected': 0.0}
    """
    earned = math.fsum(value for value in parts.values() if value > 0.0)
    lost = math.fsum(value for value in parts.values() if value < 0.0)
    result = {"engagement over expected": math.log((earned + 1.0) / (expected + 1.0))}
    return {**result, "complaints": lost / (expected + 1.0)} if lost else result
