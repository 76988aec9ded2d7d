"""Vowpal Wabbit's contextual bandit with action-dependent features, well set up.

Vowpal Wabbit learns; this file explores.  `cb_explore_adf` gives float32 probabilities out of
action order and hides the estimates behind them, so it runs with its softmax layer at λ = 1,
from which the estimates are read back: an added action without any feature is estimated 0, and
log(p / p₀) is the estimate of every other.  Inverse gap weighting, the floor and the draw then
happen in float64 with a logged seed.

What it learns is the reward less what uniform choice would have earned so far (SNIPS), each
reward once and unweighted, as inverse gap weighting asks of its regression.  So a constant
reward teaches nothing and moves nothing.  In worlds of 8 strategies and three segments with a
favourite each, 3,000 decisions so earned a fifth more than with importance weights 1/p (Vowpal
Wabbit's habit); rate, gamma and its growth were chosen in such worlds too.
"""

import hashlib
import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self, TypeAlias, cast

import numpy as np
from vowpal_wabbit_next import TextFormatParser, Workspace

from learning.bandit.base import Choice, Policy, check_actions, check_features, check_feedback
from learning.bandit.envelope import damaged, seal, unseal
from learning.bandit.shapley import Parts, split
from learning.bandit.text_format import CONTEXT, NOTHING, action_line, context_block, described
from learning.exploration import inverse_gap, with_floor
from learning.sampling import draw
from smartcontent.content import Features
from smartcontent.decision import Action

Engine: TypeAlias = Workspace[Literal[False]]
SMALLEST = 1e-37  # float32's least normal probability: estimates stay within ±85
LARGEST_WEIGHT = 100.0
GREED = 0.75  # gamma is multiplied by the rewards seen to this power
CANARY = tuple(
    action_line({"strategy": name, "platform": "canary", "hour": 9.0}, "|c canary=yes depth:0.5")
    for name in ("story", "quote", "question")
)
PAIRS = ("cb", "cs", "cp", "ct", "ca", "sp", "pt")


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
        gamma: float = 4.0,
        learning_rate: float = 0.1,
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
        ids = check_actions(actions)
        scores = dict(zip(ids, self._scores(context, actions), strict=True))
        greed = self.gamma * (self._updates + 1) ** GREED
        propensities = with_floor(inverse_gap(scores, greed), self.epsilon)
        drawn = draw(propensities, seed)
        return Choice(drawn, propensities, scores[drawn] < max(scores.values()), seed, scores)

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
        lines = _lines(context, actions)
        weight = min(1.0 / propensity, LARGEST_WEIGHT)
        self._reward_sum += weight * reward
        self._weight_sum += weight
        at = ids.index(action) + 1
        lines[at] = f"0:{self.baseline - reward!r}:1.0 {lines[at]}"
        self._workspace.learn_one([self._parser.parse_line(line) for line in lines])
        self._updates += 1

    def explain(
        self, context: Features, actions: Sequence[Action], action: str
    ) -> dict[str, float]:
        """Shapley values, exact because the model is linear in features and pairs of them."""
        ids = check_actions(actions)
        chosen = actions[ids.index(action)]
        check_features(context)
        score = self._scores(context, actions)[ids.index(action)]
        return split(Parts(context, described(chosen)), score, self._estimates)

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
            *("--quiet", "--cb_explore_adf", "--cb_type", "mtr", "--softmax", "--lambda", "1"),
            *("--noconstant", "--ignore_linear", "c", "--hash", "all", "--bit_precision"),
            *(str(self.bits), "--learning_rate", str(self.learning_rate), *pairs),
        ]

    def _scores(self, context: Features, actions: Sequence[Action]) -> list[float]:
        baseline = self.baseline
        return [baseline + part for part in self._estimates(_lines(context, actions), 1)]

    def _estimates(self, lines: Sequence[str], shared: int = 0) -> list[float]:
        return _estimates(self._workspace, self._parser, lines, shared)


def _lines(context: Features, actions: Sequence[Action]) -> list[str]:
    check_features(context)
    for action in actions:
        check_features(action.features)
    shared = context_block(context) or f"|{CONTEXT}"  # without a bar it would be an action
    return [f"shared {shared}", *(action_line(described(action)) for action in actions)]


def _estimates(
    workspace: Engine, parser: TextFormatParser, lines: Sequence[str], shared: int = 0
) -> list[float]:
    """One estimate a line; `shared` lines before them are no actions."""
    examples = [parser.parse_line(line) for line in (*lines, NOTHING)]
    probability = dict(cast(list[tuple[int, float]], workspace.predict_one(examples)))
    count = len(lines) - shared
    nothing = max(probability[count], SMALLEST)
    return [math.log(max(probability[at], SMALLEST) / nothing) for at in range(count)]


def _loaded(model: bytes) -> Engine:
    return Workspace(["--quiet", "--preserve_performance_counters"], model_data=model)


def _canary(model: bytes) -> list[float]:
    """What a throwaway copy predicts: predicting counts inside Vowpal Wabbit."""
    workspace = _loaded(model)
    return _estimates(workspace, TextFormatParser(workspace), CANARY)
