"""What the learner is paid by, as callers write it.

Every combination that fits the schema can be learned from, so nothing here is refused for
reasons that the schema does not tell.
"""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.bodies import INTEGRAL, Body
from learning.rewards import LONGEST_WINDOW, RewardSpec

Worth = Annotated[float, Field(ge=-100, le=100, allow_inf_nan=False)]
Cost = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class Weights(Body):
    """What one event of each kind is worth."""

    click: Worth = 1.0
    like: Worth = 0.5
    share: Worth = 1.5
    save: Worth = 1.0
    comment: Worth = 1.0
    conversion: Worth = 2.0
    dwell: Worth = 0.0


class Penalties(Body):
    """What one complaint costs; clickbait and outrage (0 to 1, features of the action) take
    their share of the engagement they helped to win."""

    hide: Cost = 1.0
    report: Cost = 2.0
    unsubscribe: Cost = 2.0
    clickbait: Cost = 1.0
    outrage: Cost = 1.0


class NewRewards(Body):
    """A whole specification: what is left out is as the product has it.

    The result lies between `low` and `high`.  `window_minutes` is how long a decision waits for
    its reward (null: as the installation says), `default` what an impression without any event
    is worth then (null: it teaches nothing).
    """

    weights: Weights = Weights()
    penalties: Penalties = Penalties()
    low: Annotated[float, Field(ge=-10, le=0, allow_inf_nan=False)] = -1.0
    high: Annotated[float, Field(ge=0.01, le=10, allow_inf_nan=False)] = 1.0
    window_minutes: Annotated[int, Field(ge=1, le=LONGEST_WINDOW), INTEGRAL] | None = None
    default: Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)] | None = 0.0

    def as_spec(self) -> RewardSpec:
        """Events without worth are left out: they are no part of the specification."""
        default = self.default
        return RewardSpec(
            weights=_telling(self.weights),
            penalties=_telling(self.penalties),
            clip=(self.low, self.high),
            window_minutes=self.window_minutes,
            default=None if default is None else min(max(default, self.low), self.high),
        )


class Paid(BaseModel):
    """What the learner is paid by; version 0 is the product's own."""

    model_config = ConfigDict(extra="forbid")

    version: int
    weights: dict[str, float]
    penalties: dict[str, float]
    low: float
    high: float
    window_minutes: int | None
    default: float | None
    created_at: AwareDatetime | None

    @classmethod
    def of(cls, spec: RewardSpec, version: int = 0, created_at: datetime | None = None) -> "Paid":
        low, high = spec.clip
        return cls(
            version=version,
            weights=dict(spec.weights),
            penalties=dict(spec.penalties),
            low=low,
            high=high,
            window_minutes=spec.window_minutes,
            default=spec.default,
            created_at=created_at,
        )


def _telling(worths: BaseModel) -> dict[str, float]:
    return {name: float(worth) for name, worth in worths.model_dump().items() if worth}
