"""The kinds of policies a workspace may register, and what of each may be set from outside."""

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from learning.bandit.base import Policy
from smartcontent.decision import Action
from smartcontent.errors import InvalidInput

Maker: TypeAlias = Callable[..., Policy]
RANGES: dict[str, tuple[float, float]] = {
    "epsilon": (0.001, 1.0),
    "gamma": (0.01, 1_000.0),
    "learning_rate": (0.0001, 10.0),
    "ridge": (0.0001, 1_000.0),
    "breadth": (0.01, 100.0),
    "memory": (10.0, 1e9),
    "behind": (0.0, 10.0),
    "base": (1e-6, 10.0),
    "weight": (1.0, 1e6),
}
TWO = (Action(id="a", features={"strategy": "a"}), Action(id="b", features={"strategy": "b"}))


class Kinds:
    """Policies by the name of their kind.

    >>> from learning.bandit.uniform import Uniform
    >>> Kinds([Uniform]).make("uniform", {})().name
    'uniform'
    """

    def __init__(self, makers: Iterable[Maker]) -> None:
        self._makers = {_name(maker): maker for maker in makers}

    @property
    def names(self) -> list[str]:
        return sorted(self._makers)

    def settings(self, kind: str) -> dict[str, tuple[float, float]]:
        """What may be set, and within which bounds.  Raises InvalidInput for an unknown kind."""
        named = inspect.signature(self._maker(kind)).parameters
        return {name: bounds for name, bounds in RANGES.items() if name in named}

    def make(self, kind: str, settings: Mapping[str, Any]) -> Callable[[], Policy]:
        """What makes a policy that knows nothing.  Raises InvalidInput for what cannot be made."""
        maker, allowed = self._maker(kind), self.settings(kind)
        for name, value in settings.items():
            _check(kind, name, value, allowed)
        _try(kind, maker(**settings))
        return lambda: maker(**settings)

    def _maker(self, kind: str) -> Maker:
        if kind not in self._makers:
            raise InvalidInput(
                f"There is no policy of the kind {kind}.", todo=f"Use one of {self.names}."
            )
        return self._makers[kind]


def _name(maker: Maker) -> str:
    named: str | None = getattr(maker, "name", None)
    return named or maker().name


def _check(kind: str, name: str, value: object, allowed: Mapping[str, tuple[float, float]]) -> None:
    if name not in allowed:
        may = ", ".join(allowed) or "nothing"
        raise InvalidInput(f"{kind} has no setting {name}.", todo=f"What may be set: {may}.")
    low, high = allowed[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (number and low <= float(str(value)) <= high):
        raise InvalidInput(
            f"{name} cannot be {value}.", todo=f"Give a number from {low:g} to {high:g}."
        )


def _try(kind: str, policy: Policy) -> None:
    """A first choice must be drawn from probabilities."""
    propensities = policy.pull({}, TWO, seed=0).propensities
    if not math.isclose(math.fsum(propensities.values()), 1.0, abs_tol=1e-9) or any(
        p <= 0.0 for p in propensities.values()
    ):
        raise InvalidInput(
            f"With these settings {kind} draws from {propensities}.", todo="Use milder settings."
        )
