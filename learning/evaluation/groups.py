"""What learning earned by campaign, segment or platform."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from learning.confidence import Numbers
from learning.evaluation.lift import lift
from smartcontent.decision import Estimate


class Outcome(NamedTuple):
    """A closed decision: whose group it counts for, which branch served it, what it earned."""

    group: str
    branch: str
    reward: float | None
    overridden: bool = False


Rewards = Sequence[float] | Numbers


def grouped(outcomes: Iterable[Outcome]) -> dict[str, tuple[list[float], list[float]]]:
    """Rewards of the learned branch and of the holdback by group; what is unknown or overridden
    counts nowhere.

    >>> grouped([Outcome("a", "learned", 1.0), Outcome("a", "holdback", None)])
    {'a': ([1.0], [])}
    """
    groups: dict[str, tuple[list[float], list[float]]] = {}
    for outcome in outcomes:
        if outcome.reward is not None and not outcome.overridden:
            branches = groups.setdefault(outcome.group, ([], []))
            branches[outcome.branch == "holdback"].append(outcome.reward)
    return groups


def lifts(
    groups: Mapping[str, tuple[Rewards, Rewards]], *, alpha: float = 0.05
) -> dict[str, Estimate]:
    """The lift of each group from (learned, baseline) rewards.

    The groups share alpha (Bonferroni): that any of their claims is wrong has probability alpha
    at most, however many campaigns one looks through for a good one.
    """
    share = alpha / max(len(groups), 1)
    return {
        name: lift(learned, held, alpha=share) for name, (learned, held) in sorted(groups.items())
    }
