"""A linear model of the reward in what the action is, what the context is, and every pair of both.

The reward is b + a' W z for the action's features a and the context's z, with a constant among
them: a row of W is what one feature of an action adds in this context.  Rows are learned as blocks
(see blocks.py); where actions carry nothing but an id this is the disjoint LinUCB of Li, Chu,
Langford and Schapire (2010, arXiv 1003.0146), with an offset.

It explores between LinUCB and linear Thompson sampling (Agrawal and Goyal 2013, arXiv 1209.3352):
each action gets the chance that it is the best, where it is thought to lie `optimism` deviations
above its estimate, give or take `breadth` of them.  The chance is computed, not counted from
draws: equal actions are equal.  Without optimism and with a breadth of 1 it is Thompson sampling,
without breadth LinUCB, without both greedy.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from learning.bandit.base import (
    Choice,
    Numbers,
    Policy,
    Weighed,
    check_actions,
    check_features,
    check_feedback,
    drawn,
)
from learning.bandit.blocks import Blocks, Slots
from learning.bandit.change import KEPT, Watch
from learning.bandit.columns import Columns
from learning.bandit.envelope import seal, unseal
from learning.bandit.shapley import by_feature
from learning.bandit.text_format import Key, described, known_as
from learning.exploration import chances, floored
from smartcontent.content import Features
from smartcontent.decision import Action

CONTEXTS, ACTIONS = 72, 128  # most columns of a context, and of an action
EAGER = 500.0  # updates after which it explores with half the variance
FAMILIAR = 256  # sets of actions kept as a matrix
EARLY, EVERY = 2048, 64
OFTEN, SELDOM = 256, 8  # sizes of features are noted at first always, then every so often
LEAST_RIDGE, MOST_RIDGE = 1.0, 200.0
MEMORY = 1000.0  # observations that the noise is estimated from
USUAL, THOUGHT = 0.05, 30.0  # variance of a reward before any is known, and what it counts for


@dataclass(frozen=True)
class View:
    """Actions as a matrix over the blocks they touch; `rows` has them over all columns.

    `squares` leaves out what all actions have in common, which cannot decide between them;
    `unknown` is 1 where any feature was never learned from, however many: names may describe one
    new thing.
    """

    slots: Slots
    rows: Numbers
    values: Numbers
    squares: Numbers
    unknown: Numbers | None


class Linear(Policy):
    """`epsilon` is the floor's share, `ridge` holds weights of features back until the
    evidence tells how far, `memory` is how many
    observations of an action the past is worth; with `fades` it fades at once when errors tell
    that the world has changed.

    >>> actions = [Action(id="a", features={"strategy": "story"}),
    ...            Action(id="b", features={"strategy": "quote"})]
    >>> policy = Linear()
    >>> policy.pull({}, actions, seed=1).propensities
    {'a': 0.5, 'b': 0.5}
    >>> for reward, action in [(1.0, "a"), (0.0, "b")] * 50:
    ...     policy.update({}, actions, action=action, reward=reward, propensity=0.5)
    >>> policy.pull({}, actions, seed=1).propensities["a"] > 0.9
    True
    """

    name: ClassVar[str] = "linear"

    def __init__(
        self,
        *,
        epsilon: float = 0.01,
        optimism: float = 0.4,
        breadth: float = 0.6,
        ridge: float = 4.0,
        memory: float = 3000.0,
        fades: bool = True,
    ) -> None:
        self.epsilon = epsilon
        self.optimism = optimism
        self.breadth = breadth
        self.ridge = ridge
        self.memory = memory
        self.fades = fades
        self._updates = 0
        self._errors = [0.0, 0.0]  # squares of surprises of late, and how many
        self._watch = Watch()
        self._since = 0
        self._shrinkage = [ridge]  # of each column after the first, then of those to come
        self._contexts = Columns(most=CONTEXTS)
        self._actions = Columns(most=ACTIONS, constant=False)
        self._blocks = Blocks(self._prior(), drift=1.0 / memory**2)
        self._views: dict[Key, View] = {}

    @property
    def updates(self) -> int:
        return self._updates

    @property
    def floor(self) -> float:
        return self.epsilon

    @property
    def changes(self) -> int:
        return self._watch.changes

    @property
    def noise(self) -> float:
        """Standard deviation of what it cannot explain.  What was thought of it at first is not
        forgotten: a dull action that is always played would make all others look certain."""
        squares, count = self._errors
        return math.sqrt((squares + THOUGHT * USUAL) / (count + THOUGHT))

    @property
    def doubt(self) -> float:
        """How much of what it is unsure of it acts on: less and less until the world changes."""
        return 1.0 / math.sqrt(1.0 + min(self._updates - self._since, self.memory) / EAGER)

    def pull(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        seed: int,
        budget: int | None = None,
    ) -> Choice:
        return drawn(check_actions(actions), self.weigh(context, actions), seed)

    def weigh(self, context: Features, actions: Sequence[Action]) -> Weighed:
        view = self._view(actions)
        z = self._contexts.encode(context)
        said, variance = self._blocks.read(view.slots, z)
        scores = self._blocks.offset + view.values.dot(said)
        variances = view.squares.dot(variance)
        if view.unknown is not None:
            variances += view.unknown * self._blocks.newcomer(z, self.noise)
        spreads = self.noise * self.doubt * np.sqrt(variances)
        likely = chances(scores + self.optimism * spreads, self.breadth * spreads)
        return Weighed(floored(likely, self.epsilon), scores)

    def update(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        action: str,
        reward: float,
        propensity: float,
    ) -> None:
        ids = check_actions(actions)
        check_feedback(ids, action, reward, propensity)
        self.learn(context, actions, ids.index(action), reward, propensity)

    def learn(
        self,
        context: Features,
        actions: Sequence[Action],
        at: int,
        reward: float,
        propensity: float,
    ) -> None:
        z, a = self._learned(context, actions, at)
        touched = a.nonzero()[0]
        surprise = self._blocks.learn(touched.tolist(), a[touched].tolist(), z, reward)
        if self.fades and self._watch.tells(surprise / self.noise):
            self._since = self._updates
            self._shrinkage = [self.ridge]
            self._blocks.forget(KEPT, self._prior())
        kept = 1.0 - 1.0 / MEMORY
        self._errors = [kept * self._errors[0] + surprise**2, kept * self._errors[1] + 1.0]

    def explain(
        self, context: Features, actions: Sequence[Action], action: str
    ) -> dict[str, float]:
        """Shapley values: a pair of features is shared by its two halves alike."""
        features = described(actions[check_actions(actions).index(action)])
        z = self._contexts.encode(context)
        a = self._actions.encode(features)[: self._blocks.count]
        weights = self._blocks.weights
        across = a @ weights
        return by_feature(
            self._blocks.offset + float(across @ z),
            self._contexts.parts(context, across / 2.0),
            self._actions.parts(features, (weights @ z + weights[:, 0]) / 2.0),
        )

    def clone(self) -> Self:
        twin = type(self)(**self._settings)
        twin._updates, twin._errors = self._updates, list(self._errors)
        twin._shrinkage = list(self._shrinkage)
        twin._watch, twin._since = replace(self._watch), self._since
        twin._contexts, twin._actions = self._contexts.clone(), self._actions.clone()
        twin._blocks = self._blocks.clone()
        return twin

    def snapshot(self) -> bytes:
        state = {
            "settings": self._settings,
            "updates": self._updates,
            "errors": self._errors,
            "shrinkage": self._shrinkage,
            "watch": asdict(self._watch),
            "since": self._since,
            "contexts": self._contexts.state,
            "actions": self._actions.state,
            "blocks": self._blocks.state,
        }
        return seal(self.name, state, self._blocks.to_bytes())

    @classmethod
    def from_snapshot(cls, snapshot: bytes) -> Self:
        state, model = unseal(cls.name, snapshot)
        policy = cls(**state["settings"])
        policy._updates, policy._errors = state["updates"], state["errors"]
        policy._shrinkage = state["shrinkage"]
        policy._watch, policy._since = Watch(**state["watch"]), state["since"]
        policy._contexts = Columns.restored(state["contexts"])
        policy._actions = Columns.restored(state["actions"])
        policy._blocks.load(model, state["blocks"])
        return policy

    def fingerprint(self) -> bytes:
        return self.snapshot()

    @property
    def _settings(self) -> dict[str, Any]:
        """The constructor's."""
        return {
            "epsilon": self.epsilon,
            "optimism": self.optimism,
            "breadth": self.breadth,
            "ridge": self.ridge,
            "memory": self.memory,
            "fades": self.fades,
        }

    def _prior(self) -> Numbers:
        *known, others = self._shrinkage
        prior = np.full(self._contexts.width, 1.0 / others)
        prior[0] = 1.0
        prior[1 : 1 + len(known)] = 1.0 / np.array(known)
        return prior

    def _learned(
        self, context: Features, actions: Sequence[Action], at: int
    ) -> tuple[Numbers, Numbers]:
        """The context and one of the actions as vectors, after taking note of their features."""
        view = self._views.get(known_as(actions))
        familiar = view is not None and view.unknown is None
        if not familiar:
            check_features(described(actions[at]))
        z = self._contexts.learn(context)
        a = view.rows[at] if view and familiar else self._actions.learn(described(actions[at]))
        self._make_room()
        self._updates += 1
        if self._updates < OFTEN or self._updates % SELDOM == 0:
            self._contexts.note(z)
            self._actions.note(a)
        if self._to_settle():
            self._settle()
            return self._contexts.encode(context), self._actions.encode(described(actions[at]))
        return z, a

    def _view(self, actions: Sequence[Action]) -> View:
        offered = known_as(actions)
        view = self._views.get(offered)
        if view is None:
            if len(self._views) >= FAMILIAR:
                self._views.clear()
            view = self._views[offered] = self._seen_as(actions)
        return view

    def _seen_as(self, actions: Sequence[Action]) -> View:
        features = [described(action) for action in actions]
        for each in features:
            check_features(each)
        rows = np.array([self._actions.encode(each) for each in features])
        slots = np.flatnonzero(rows.any(axis=0))
        values = np.ascontiguousarray(rows[:, slots])
        squares = values * values
        squares[:, (values == values[0]).all(axis=0)] = 0.0
        unknown = np.array([float(self._actions.unknown(each) > 0) for each in features])
        return View(slots, rows, values, squares, unknown if unknown.any() else None)

    def _make_room(self) -> None:
        """For features met for the first time."""
        if self._blocks.width < self._contexts.width:
            self._blocks.widen(self._prior())
        while self._blocks.count < self._actions.count:
            self._blocks.add()
            self._views = {}

    def _to_settle(self) -> bool:
        """After 1, 2, 4, 8, ... rewards; at first every so often beside."""
        count = self._updates
        return count & (count - 1) == 0 or (count < EARLY and count % EVERY == 0)

    def _settle(self) -> None:
        """New units and a new prior, and what was learned in them.  How far weights are held
        back is left to the evidence once there is some."""
        contexts, actions = self._contexts.settle(), self._actions.settle()
        if self._contexts.count > 1 and self._updates >= OFTEN:
            common, each = self._blocks.shrinkage(self._contexts.count, self.noise)
            self._shrinkage = np.clip([*each, common], LEAST_RIDGE, MOST_RIDGE).tolist()
        self._blocks.rescale(
            np.ones(self._blocks.count) if actions is None else actions,
            np.ones(self._blocks.width) if contexts is None else contexts,
            self._prior(),
        )
        self._views = {}
