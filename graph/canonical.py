"""The state that a workspace's log amounts to: a fold over decisions in decision order.

Beside the policy it holds the two things a fold needs to remember: what an account's posts
usually earn (a post without view counts is measured against it) and the rewards of both
branches (what learning earned over the holdback).  Same log, same watermark: same hash.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np

from learning.bandit.base import Policy
from learning.bandit.campaigns import within
from learning.bandit.envelope import seal, unseal
from learning.evaluation import lift
from learning.evaluation.groups import add, table
from learning.fold import Record, fold, state_hash
from learning.personal import impersonal
from learning.rewards import RewardSpec
from smartcontent.content import Features
from smartcontent.decision import Action, Decision, Estimate
from store.decisions import Logged

KIND = "canonical with people"
KEPT = ("position", "taken", "usual", "tally", "people")
PRIOR_POSTS = 2.0  # how many posts of one engagement each an account is thought to start with
GROUPS = 256  # of people: enough to see how they differ, few enough to be kept
BRANCHES = ("learned", "holdback")
Tally = dict[str, dict[str, int]]
People = dict[str, dict[str, list[float]]]
MakePolicy = Callable[[], Policy]


class Earned(NamedTuple):
    """An entry of the log and its reward; None teaches nothing."""

    logged: Logged
    reward: float | None


@dataclass
class Canonical:
    """What is known after `position` of the log.

    `taken`: how many entries that were.  `usual`: posts and engagement by platform.  `tally`:
    how often each reward (to four digits) came, by branch, of decisions about impressions;
    `people`: how many and how much that was for each group of people, by branch.
    Both branches teach, each with the probability its action was drawn with; what a person
    overrode teaches nothing, and of a person who does not allow training nothing personal is
    learned.
    """

    policy: Policy
    rewards: RewardSpec
    position: int = 0
    taken: int = 0
    usual: dict[str, list[float]] = field(default_factory=dict)
    tally: Tally = field(default_factory=lambda: {branch: {} for branch in BRANCHES})
    people: People = field(default_factory=lambda: {branch: {} for branch in BRANCHES})

    def take(self, log: Iterable[Logged]) -> Self:
        """Go on over the next entries of the log, in place."""
        return self.learn(self.earned(log))

    def earned(self, log: Iterable[Logged]) -> list[Earned]:
        """What the next entries earned, in order; remembers what posts usually earn."""
        earned = []
        for logged in log:
            counts = not logged.decision.overridden
            earned.append(Earned(logged, self.reward(logged) if counts else None))
            if counts:
                self._remember(logged)
        return earned

    def learn(self, earned: Iterable[Earned]) -> Self:
        """Teach the policy, in order."""
        for logged, reward in earned:
            if reward is not None:
                self._learn(logged, reward)
            self.position = logged.position
            self.taken += 1
        return self

    def reward(self, logged: Logged) -> float | None:
        """What a decision has earned so far; None while nothing is known.

        An impression whose time is over without any event earned the default, 0 if nothing else
        is said: it was asked for and led to nothing.  A post without any event stays unknown.
        """
        counts = {str(kind): count for kind, count in logged.counts.items()}
        decision = logged.decision
        features = chosen(decision).features
        if decision.kind == "impression":
            known = self.rewards.reward(counts, features=features)[0]
            return self.rewards.default if known is None and logged.closed else known
        seen = "impression" in counts or "reward" in counts
        expected = None if seen else self._expected(_platform(decision))
        return self.rewards.reward(counts, expected=expected, features=features)[0]

    def lift(self) -> Estimate:
        """What learning earned over the holdback, or why that cannot be told yet."""
        learned, holdback = (_spread(self.tally[branch]) for branch in BRANCHES)
        people = (table(self.people["learned"]), table(self.people["holdback"]))
        return lift(learned, holdback, people=people)

    def clone(self) -> "Canonical":
        """An independent copy."""
        usual = {platform: list(sums) for platform, sums in self.usual.items()}
        tally = {branch: dict(counts) for branch, counts in self.tally.items()}
        people = {
            branch: {group: list(sums) for group, sums in groups.items()}
            for branch, groups in self.people.items()
        }
        policy = self.policy.clone()
        return Canonical(policy, self.rewards, self.position, self.taken, usual, tally, people)

    def seal(self) -> bytes:
        """All of it, checksummed."""
        return seal(KIND, self._header(), self.policy.snapshot())

    @classmethod
    def unseal(cls, state: bytes, make_policy: MakePolicy, rewards: RewardSpec) -> "Canonical":
        """Raises SnapshotDamaged when a bit is not as it was."""
        header, model = unseal(KIND, state)
        policy = type(make_policy()).from_snapshot(model)
        return cls(policy, rewards, **{name: header[name] for name in KEPT})

    @property
    def hash(self) -> str:
        """SHA-256 of everything known."""
        header = json.dumps(self._header(), sort_keys=True)
        return hashlib.sha256(f"{state_hash(self.policy)}{header}".encode()).hexdigest()

    def _header(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in KEPT}

    def _learn(self, logged: Logged, reward: float) -> None:
        decision = logged.decision
        propensity = decision.propensities[decision.chosen]
        context = within(decision.campaign_id, self.policy, learnable(logged))
        record = Record(context, decision.actions, decision.chosen, propensity, reward)
        fold(self.policy, [record])
        if decision.kind == "impression":
            counts = self.tally[decision.branch]
            counts[f"{reward:.4f}"] = counts.get(f"{reward:.4f}", 0) + 1
            add(self.people[decision.branch], self._group(decision.subject), reward)

    def _group(self, subject: str | None) -> str:
        """A person's own, by hash; those nobody knows take turns."""
        if subject is None:
            return str(self.taken % GROUPS)
        digest = hashlib.sha256(subject.encode()).digest()
        return str(int.from_bytes(digest[:8], "big") % GROUPS)

    def _remember(self, logged: Logged) -> None:
        if logged.decision.kind == "post" and logged.counts:
            sums = self.usual.setdefault(_platform(logged.decision), [0.0, 0.0])
            sums[0] += 1.0
            sums[1] += self._engagement(logged)

    def _engagement(self, logged: Logged) -> float:
        weights = self.rewards.weights
        return sum(weights.get(kind, 0.0) * count for kind, count in logged.counts.items())

    def _expected(self, platform: str) -> float:
        posts, engagement = self.usual.get(platform, (0.0, 0.0))
        return (engagement + PRIOR_POSTS) / (posts + PRIOR_POSTS)


def chosen(decision: Decision) -> Action:
    """The action that was drawn."""
    return next(action for action in decision.actions if action.id == decision.chosen)


def learnable(logged: Logged) -> Features:
    """What of the context may teach: without consent to training, nothing personal."""
    context = logged.decision.context
    return context if logged.trains else impersonal(context)


def _platform(decision: Decision) -> str:
    return str(chosen(decision).features.get("platform", ""))


def _spread(tally: dict[str, int]) -> list[float]:
    """Every reward as often as it came."""
    values, counts = np.array([*map(float, tally)]), np.array([*tally.values()], dtype=np.int64)
    spread: list[float] = np.repeat(values, counts).tolist()
    return spread
