"""What each action earned in each of the latest campaigns, bounded in number.

Names of any length are kept as digests, so what is stored has a largest size.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple, Self, TypeAlias
from uuid import UUID

import numpy as np

from learning.bandit.base import Numbers, Policy
from smartcontent.content import Features

CAMPAIGN = "campaign"  # the feature of a context that names it
MOST_CAMPAIGNS = 256  # the one that learned nothing for longest makes room
MOST_ACTIONS = 64  # in a campaign, likewise
FORGET = 0.98  # what the past still weighs after each campaign that was put to it
Sums: TypeAlias = list[float]  # decisions, rewards


class Own(NamedTuple):
    """Decisions and rewards of the actions of one campaign."""

    seen: Numbers
    earned: Numbers


class Campaigns:
    """
    >>> campaigns = Campaigns()
    >>> for reward in (1.0, 0.0):
    ...     campaigns.learn("spring", "story", reward)
    >>> own = campaigns.read("spring", ["story", "quote"])
    >>> own.seen.tolist(), own.earned.tolist()
    ([2.0, 0.0], [1.0, 0.0])
    >>> campaigns.others("spring"), campaigns.others("summer")
    ((0.0, 0.0), (2.0, 1.0))
    """

    def __init__(self) -> None:
        self._campaigns: dict[str, dict[str, Sums]] = {}  # what learned last is last
        self._totals: dict[str, Sums] = {}
        self._all = [0.0, 0.0]  # of the campaigns that are kept
        self._past = [0.0, 0.0]  # of those that are not
        self._squares = [0.0, 0.0]  # squares and sizes of rewards

    def learn(self, campaign: str, action: str, reward: float) -> None:
        key, arm = _key(campaign), _key(action)
        actions = self._campaigns[key] = self._campaigns.pop(key, {})
        seen, earned = actions.pop(arm, (0.0, 0.0))
        actions[arm] = [seen + 1.0, earned + reward]
        if len(actions) > MOST_ACTIONS:
            del actions[next(iter(actions))]
        for sums in (self._totals.setdefault(key, [0.0, 0.0]), self._all):
            _add(sums, (1.0, reward))
        _add(self._squares, (reward * reward, abs(reward)))
        if len(self._campaigns) > MOST_CAMPAIGNS:
            self._retire(next(iter(self._campaigns)))

    def read(self, campaign: str, actions: Sequence[str]) -> Own:
        kept = self._campaigns.get(_key(campaign), {})
        sums = np.array([kept.get(_key(action), (0.0, 0.0)) for action in actions])
        return Own(sums[:, 0], sums[:, 1])

    def others(self, campaign: str) -> tuple[float, float]:
        """Decisions and rewards of all campaigns but this one."""
        own = self._totals.get(_key(campaign), [0.0, 0.0])
        seen, earned = (
            past + each - mine for past, each, mine in zip(self._past, self._all, own, strict=True)
        )
        return max(seen, 0.0), max(earned, 0.0)

    def dispersion(self, drawn: float = 2.0) -> float:
        """Squares of rewards over their sizes: 1 for clicks, and as long as nothing is known."""
        return (self._squares[0] + drawn) / (self._squares[1] + drawn)

    @property
    def state(self) -> dict[str, Any]:
        kept = [[key, list(actions.items())] for key, actions in self._campaigns.items()]
        sums = {"all": self._all, "past": self._past, "squares": self._squares}
        return {"campaigns": kept, "totals": self._totals, **sums}

    def load(self, state: dict[str, Any]) -> Self:
        self._campaigns = {key: dict(actions) for key, actions in state["campaigns"]}
        self._totals = {key: list(state["totals"][key]) for key in self._campaigns}
        self._all, self._past, self._squares = (
            list(state[name]) for name in ("all", "past", "squares")
        )
        return self

    def _retire(self, key: str) -> None:
        del self._campaigns[key]
        total = self._totals.pop(key)
        self._all = [each - mine for each, mine in zip(self._all, total, strict=True)]
        self._past = [FORGET * past + mine for past, mine in zip(self._past, total, strict=True)]


def within(campaign: UUID | None, policy: Policy, context: Features) -> Features:
    """The context as the policy is to see it: one that keeps campaigns apart is told which one,
    if the context does not say so itself; to others its name would be noise.

    It is not logged, for the decision's campaign is.
    """
    if campaign is None or not policy.by_campaign or CAMPAIGN in context:
        return context
    return {**context, CAMPAIGN: str(campaign)}


def _add(sums: Sums, more: tuple[float, float]) -> None:
    sums[0] += more[0]
    sums[1] += more[1]


def _key(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
