"""A policy's state is a fold over the log: same log, same state.

The canonical state folds closed decisions in decision order.  What serves is a clone of it with
the open decisions' rewards so far folded in, thrown away at the next fold.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from learning.bandit.base import Policy
from smartcontent.content import Features
from smartcontent.decision import Action

Learned = TypeVar("Learned", bound=Policy)


@dataclass(frozen=True)
class Record:
    """One decision and what it earned; `propensity` is that of the action, as it was drawn.

    A reward of None is not known and teaches nothing.
    """

    context: Features
    actions: Sequence[Action]
    action: str
    propensity: float
    reward: float | None


def fold(policy: Learned, records: Iterable[Record]) -> Learned:
    """Learn the records in their order, in place; returns the policy."""
    for record in records:
        if record.reward is not None:
            policy.update(
                record.context,
                record.actions,
                action=record.action,
                reward=record.reward,
                propensity=record.propensity,
            )
    return policy


def provisional(canonical: Learned, open_records: Iterable[Record]) -> Learned:
    """What serves: a clone that also knows the open decisions.  The canonical is untouched."""
    return fold(canonical.clone(), open_records)


def state_hash(policy: Policy) -> str:
    """SHA-256 of what the policy knows; choices made in between do not change it."""
    return hashlib.sha256(policy.fingerprint()).hexdigest()
