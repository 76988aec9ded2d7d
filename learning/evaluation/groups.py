"""What learning earned by campaign, segment or platform."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from learning.confidence import Numbers
from learning.evaluation.lift import People, lift
from smartcontent.decision import Estimate


class Outcome(NamedTuple):
    """A closed decision: whose group it counts for, which branch served it, what it earned, and
    whom it was made for, where that is known."""

    group: str
    branch: str
    reward: float | None
    overridden: bool = False
    person: str | None = None


Rewards = Sequence[float] | Numbers
Key = TypeVar("Key")


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


def gathered(outcomes: Iterable[Outcome]) -> dict[str, tuple[People, People]]:
    """The same by person: how many rewards and their sum.  Who is not known counts once.

    >>> twice = [Outcome("a", "learned", reward, person="ana") for reward in (1.0, 0.0)]
    >>> gathered([*twice, Outcome("a", "holdback", 1.0)])
    {'a': ([(2.0, 1.0)], [(1.0, 1.0)])}
    """
    groups: dict[str, tuple[dict[object, list[float]], dict[object, list[float]]]] = {}
    for number, outcome in enumerate(outcomes):
        if outcome.reward is not None and not outcome.overridden:
            branches = groups.setdefault(outcome.group, ({}, {}))
            people = branches[outcome.branch == "holdback"]
            add(people, outcome.person or number, outcome.reward)
    return {name: (table(learned), table(held)) for name, (learned, held) in groups.items()}


def add(people: dict[Key, list[float]], person: Key, reward: float) -> None:
    """One reward more of this person."""
    counted = people.setdefault(person, [0.0, 0.0])
    counted[0] += 1.0
    counted[1] += reward


def table(people: Mapping[Key, Sequence[float]]) -> People:
    return [(n, total) for n, total in people.values()]


def lifts(
    groups: Mapping[str, tuple[Rewards, Rewards]],
    *,
    people: Mapping[str, tuple[People, People]] | None = None,
    alpha: float = 0.05,
) -> dict[str, Estimate]:
    """The lift of each group from (learned, baseline) rewards, and whose they are where known.

    The groups share alpha (Bonferroni): that any of their claims is wrong has probability alpha
    at most, however many campaigns one looks through for a good one.
    """
    share = alpha / max(len(groups), 1)
    return {
        name: lift(*rewards, people=people[name] if people else None, alpha=share)
        for name, rewards in sorted(groups.items())
    }
