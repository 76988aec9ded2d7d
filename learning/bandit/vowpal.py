"""Vowpal Wabbit's contextual bandit with action-dependent features, well set up.

Vowpal Wabbit learns; this file explores.  `cb_explore_adf` gives float32 probabilities out of
action order and hides the estimates behind them, so the estimates are read from its weights (see
weights.py).  Inverse gap weighting, the floor and the draw then happen in float64 with a logged
seed.  Its softmax layer, from which they can also be got (an added action without any feature is
estimated 0, and log(p / p₀) is the estimate of every other), serves as the canary.

What it learns is the reward less what uniform choice would have earned so far (SNIPS), each
reward once and unweighted, as inverse gap weighting asks of its regression.  So a constant
reward teaches nothing and moves nothing.  In worlds of 8 strategies and three segments with a
favourite each, 3,000 decisions so earned a fifth more than with importance weights 1/p (Vowpal
Wabbit's habit); rate, gamma and its growth were chosen in such worlds too.
"""

import hashlib
import math
from collections.abc import Sequence
from typing import Any, ClassVar, Self, cast

import numpy as np
from vowpal_wabbit_next import CBLabel, Example, TextFormatParser, Workspace

from learning.bandit.base import (
    Choice,
    Policy,
    Weighed,
    check_actions,
    check_features,
    check_feedback,
    drawn,
)
from learning.bandit.envelope import damaged, seal, unseal
from learning.bandit.shapley import by_feature
from learning.bandit.text_format import CONTEXT, NOTHING, action_line, described
from learning.bandit.weights import Engine, Weights
from learning.exploration import floored, inverse_gap
from smartcontent.content import Features
from smartcontent.decision import Action

SMALLEST = 1e-37  # float32's least normal probability: estimates stay within ±85
LARGEST_WEIGHT = 100.0
GREED = 0.65  # gamma is multiplied by the rewards seen to this power
CANARY = tuple(
    action_line({"strategy": name, "platform": "canary", "hour": 9.0}, "|c canary=yes depth:0.5")
    for name in ("story", "quote", "question")
)
PAIRS = ("cb", "cs", "cp", "ct", "ca", "sp", "pt")
LEAN = ("--quiet", "--ring_size", "1")  # else it keeps 256 empty examples: 7 MB of each copy
SHARED = CBLabel(shared=True)


class Vowpal(Policy):
    """`epsilon` is the floor's share; `gamma` how fast it turns greedy; 2**`bits` weights.

    >>> actions = [Action(id="a", features={"strategy": "story"}),
    ...            Action(id="b", features={"strategy": "quote"})]
    >>> policy = Vowpal()
    >>> policy.pull({}, actions, seed=1).propensities
    {'a': 0.5, 'b': 0.5}
    >>> for reward, action in [(1.0, "a"), (0.0, "b")] * 50:
    ...     policy.update({}, actions, action=action, reward=reward, propensity=0.5)
    >>> policy.pull({}, actions, seed=1).propensities["a"] > 0.8
    True
    """

    name: ClassVar[str] = "vowpal"

    def __init__(
        self,
        *,
        epsilon: float = 0.1,
        gamma: float = 20.0,
        learning_rate: float = 0.08,
        bits: int = 16,
        model: bytes | None = None,
    ) -> None:
        self.epsilon = epsilon
        self.gamma = gamma
        self.learning_rate = learning_rate
        self.bits = bits
        self._updates = 0
        self._reward_sum = 0.0
        self._weight_sum = 0.0
        self._workspace = _loaded(model) if model else Workspace(self._arguments())
        self._parser = TextFormatParser(self._workspace)
        self._weights = Weights(self._workspace)

    @property
    def updates(self) -> int:
        return self._updates

    @property
    def floor(self) -> float:
        return self.epsilon

    @property
    def baseline(self) -> float:
        """What uniform choice would have earned, by SNIPS with weights of at most 100."""
        return self._reward_sum / self._weight_sum if self._weight_sum else 0.0

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
        scores = self.baseline - self._weights.estimates(context, actions)
        greed = self.gamma * (self._updates + 1) ** GREED
        return Weighed(floored(inverse_gap(scores, greed), self.epsilon), scores)

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
        at = ids.index(action)
        check_features(actions[at].features)
        self.learn(context, actions, at, reward, propensity)

    def learn(
        self,
        context: Features,
        actions: Sequence[Action],
        at: int,
        reward: float,
        propensity: float,
    ) -> None:
        shared = self._shared(context)
        line = action_line(described(actions[at]))
        weight = min(1.0 / propensity, LARGEST_WEIGHT)
        self._reward_sum += weight * reward
        self._weight_sum += weight
        chosen = self._parser.parse_line(f"0:{self.baseline - reward!r}:1.0 {line}")
        self._workspace.learn_one([shared, chosen])
        self._updates += 1

    def explain(
        self, context: Features, actions: Sequence[Action], action: str
    ) -> dict[str, float]:
        """Shapley values, exact because the model is linear in features and pairs of them."""
        chosen = actions[check_actions(actions).index(action)]
        cost, of_context, of_action = self._weights.parts(context, chosen)
        parts = [{name: -value for name, value in side.items()} for side in (of_context, of_action)]
        return by_feature(self.baseline - cost, *parts)

    def clone(self) -> Self:
        return self._restored(self._state(), self._workspace.serialize())

    def snapshot(self) -> bytes:
        model = self._workspace.serialize()
        return seal(self.name, {**self._state(), "canary": _canary(model)}, model)

    @classmethod
    def from_snapshot(cls, snapshot: bytes) -> Self:
        header, model = unseal(cls.name, snapshot)
        if not np.allclose(_canary(model), header["canary"], rtol=0.0, atol=1e-6):
            raise damaged("it predicts otherwise than when it was stored")
        return cls._restored(header, model)

    def fingerprint(self) -> bytes:
        """Weights and their learning rates; Vowpal Wabbit's own bytes also count predictions."""
        weights = self._workspace.weights()[:, 0, :3]
        used = np.flatnonzero(weights.any(axis=1))
        state = hashlib.sha256(used.tobytes() + weights[used].tobytes()).hexdigest()
        return f"{self._state()}{state}".encode()

    @classmethod
    def _restored(cls, state: dict[str, Any], model: bytes) -> Self:
        policy = cls(**state["settings"], model=model)
        policy._updates = state["updates"]
        policy._reward_sum, policy._weight_sum = state["sums"]
        return policy

    def _state(self) -> dict[str, Any]:
        """All but the weights; settings are those of the constructor."""
        settings = {
            "epsilon": self.epsilon,
            "gamma": self.gamma,
            "learning_rate": self.learning_rate,
            "bits": self.bits,
        }
        sums = [self._reward_sum, self._weight_sum]
        return {"settings": settings, "updates": self._updates, "sums": sums}

    def _arguments(self) -> list[str]:
        pairs = [word for pair in PAIRS for word in ("--interactions", pair)]
        return [
            *(*LEAN, "--cb_explore_adf", "--cb_type", "mtr", "--softmax", "--lambda", "1"),
            *("--noconstant", "--ignore_linear", "c", "--hash", "all", "--bit_precision"),
            *(str(self.bits), "--learning_rate", str(self.learning_rate), *pairs),
        ]

    def _shared(self, context: Features) -> Example:
        """The context as the engine reads it; features of 0 say nothing and are left out."""
        layout, values = self._weights.layout(context)
        hashes = layout.hashes
        if not values.all():
            told = values != 0.0
            hashes, values = hashes[told], values[told]
        shared = Example()
        shared.set_label(SHARED)
        group: Any = shared[CONTEXT]  # its stub takes scalars for arrays
        group.push_many_features(hashes, values.astype(np.float32))
        return shared


def _estimates(workspace: Engine, parser: TextFormatParser, lines: Sequence[str]) -> list[float]:
    """The engine's own, one a line."""
    examples = [parser.parse_line(line) for line in (*lines, NOTHING)]
    probability = dict(cast(list[tuple[int, float]], workspace.predict_one(examples)))
    nothing = max(probability[len(lines)], SMALLEST)
    return [math.log(max(probability[at], SMALLEST) / nothing) for at in range(len(lines))]


def _loaded(model: bytes) -> Engine:
    return Workspace([*LEAN, "--preserve_performance_counters"], model_data=model)


def _canary(model: bytes) -> list[float]:
    """What a throwaway copy predicts: predicting counts inside Vowpal Wabbit."""
    workspace = _loaded(model)
    return _estimates(workspace, TextFormatParser(workspace), CANARY)
