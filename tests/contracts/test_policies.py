"""Every policy answers the same checks, and every check can fail: a broken policy proves it.

A policy gets its tests by existing in learning.bandit.
"""

import math
import pkgutil
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import import_module
from inspect import isabstract
from itertools import count
from random import Random
from typing import Self

import pytest

import learning.bandit
from learning.bandit.base import Choice, Policy, Pull, Weighed
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from learning.fold import Record, fold, state_hash
from smartcontent.content import Features
from smartcontent.decision import Action
from smartcontent.errors import InvalidInput, SnapshotDamaged

NAMES = ("question", "number_first", "story", "how_to_list", "quote", "contrast")
ACTIONS = [Action(id=name, features={"strategy": name, "platform": "feed"}) for name in NAMES]
CONTEXT: Features = {"hour": 9.0, "segment": "evening readers"}
DRAWS = 20_000


def every_policy() -> list[type[Policy]]:
    modules = [
        import_module(f"learning.bandit.{module.name}")
        for module in pkgutil.iter_modules(learning.bandit.__path__)
    ]
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Policy) and not isabstract(value)
    }
    return sorted(found, key=lambda policy: policy.name)


def log(length: int, seed: int = 0) -> list[Record]:
    """A small world in which stories do better."""
    rng = Random(seed)
    chosen = [rng.choice(NAMES) for _ in range(length)]
    contexts: list[Features] = [{**CONTEXT, "hour": float(rng.randrange(24))} for _ in chosen]
    return [
        Record(context, ACTIONS, name, 1 / len(NAMES), float(name == "story") * rng.random())
        for context, name in zip(contexts, chosen, strict=True)
    ]


def drawn(policy: Policy, times: int) -> list[Choice]:
    return [policy.pull(CONTEXT, ACTIONS, seed=seed) for seed in range(times)]


# -- the checks ------------------------------------------------------------------------------


def sums_to_one(policy: Policy) -> None:
    total = math.fsum(policy.pull(CONTEXT, ACTIONS, seed=1).propensities.values())
    assert abs(total - 1.0) < 1e-12


def keeps_the_floor(policy: Policy) -> None:
    propensities = policy.pull(CONTEXT, ACTIONS, seed=1).propensities
    assert min(propensities.values()) >= policy.floor / len(ACTIONS) - 1e-12
    assert policy.floor > 0.0


def same_seed_same_choice(policy: Policy) -> None:
    twin = policy.clone()
    assert drawn(policy, 50) == drawn(policy, 50) == drawn(twin, 50)


def goes_on_from_a_snapshot(policy: Policy) -> None:
    loaded = type(policy).from_snapshot(policy.snapshot())
    assert state_hash(fold(loaded, log(100, seed=2))) == state_hash(fold(policy, log(100, seed=2)))
    assert drawn(loaded, 20) == drawn(policy, 20)
    assert loaded.updates == policy.updates


def refuses_a_damaged_snapshot(policy: Policy) -> None:
    snapshot, rng = policy.snapshot(), Random(3)
    for _ in range(200):
        at, bit = rng.randrange(len(snapshot)), 1 << rng.randrange(8)
        flipped = snapshot[:at] + bytes([snapshot[at] ^ bit]) + snapshot[at + 1 :]
        for damaged in (flipped, snapshot[:at], snapshot + b"\0"):
            with pytest.raises(SnapshotDamaged):
                type(policy).from_snapshot(damaged)


def batch_is_one_by_one(policy: Policy) -> None:
    pulls = [Pull(record.context, ACTIONS, seed) for seed, record in enumerate(log(40, seed=4))]
    assert policy.pull_many(pulls) == [policy.pull(p.context, ACTIONS, seed=p.seed) for p in pulls]
    once, piecewise = fold(policy.clone(), log(40)), policy.clone()
    for record in log(40):
        fold(piecewise, [record])
    assert state_hash(once) == state_hash(piecewise)


def draws_fit_what_is_logged(policy: Policy) -> None:
    """Chi-square with 5 degrees of freedom: above 25.7 once in 10,000."""
    seen = Counter(choice.action for choice in drawn(policy, DRAWS))
    logged = policy.pull(CONTEXT, ACTIONS, seed=1).propensities
    off = sum((seen[name] - DRAWS * p) ** 2 / (DRAWS * p) for name, p in logged.items())
    assert off < 25.7


def weighs_what_it_draws(policy: Policy) -> None:
    weighed, choice = policy.weigh(CONTEXT, ACTIONS), policy.pull(CONTEXT, ACTIONS, seed=7)
    assert weighed.propensities.tolist() == [*choice.propensities.values()]
    assert weighed.scores.tolist() == [*choice.scores.values()]


def masked_actions_stay_out(policy: Policy) -> None:
    policy.pull(CONTEXT, ACTIONS, seed=1)
    allowed = ACTIONS[1:4]
    for seed in range(50):
        choice = policy.pull(CONTEXT, allowed, seed=seed)
        assert list(choice.propensities) == [action.id for action in allowed]
        assert choice.action in choice.propensities
        assert abs(math.fsum(choice.propensities.values()) - 1.0) < 1e-12


def memory_is_bounded(policy: Policy) -> None:
    fresh = count()
    for _ in range(1_500):
        context: Features = {f"new {next(fresh)}": "x" * 20 for _ in range(40)}
        policy.update(context, ACTIONS[:2], action=NAMES[0], reward=0.5, propensity=0.5)
    assert len(policy.snapshot()) < 1_400_000


def ties_are_broken_at_random(policy: Policy) -> None:
    choices = [policy.pull({}, [Action(id="a"), Action(id="b")], seed=seed) for seed in range(400)]
    assert 140 < sum(choice.action == "a" for choice in choices) < 260


def explanation_sums_to_the_score(policy: Policy) -> None:
    scores = policy.pull(CONTEXT, ACTIONS, seed=1).scores
    for name in NAMES:
        parts = policy.explain(CONTEXT, ACTIONS, name)
        assert abs(math.fsum(parts.values()) - scores[name]) <= 1e-6


def refuses_what_cannot_be_learned(policy: Policy) -> None:
    before = state_hash(policy)
    wrong = [("story", reward, 0.5) for reward in (math.nan, math.inf, -math.inf, 1e30)]
    wrong += [("story", 0.5, propensity) for propensity in (0.0, -0.1, 1.1, math.nan)]
    wrong += [("unheard of", 0.5, 0.5)]
    for action, reward, propensity in wrong:
        with pytest.raises(InvalidInput):
            policy.update(CONTEXT, ACTIONS, action=action, reward=reward, propensity=propensity)
    with pytest.raises(InvalidInput):
        policy.update({"hour": math.nan}, ACTIONS, action="story", reward=0.5, propensity=0.5)
    for actions in ([], [ACTIONS[0], ACTIONS[0]]):
        with pytest.raises(InvalidInput):
            policy.pull(CONTEXT, actions, seed=1)
    assert state_hash(policy) == before


def choosing_teaches_nothing(policy: Policy) -> None:
    before = state_hash(policy)
    drawn(policy, 20)
    policy.explain(CONTEXT, ACTIONS, "story")
    assert state_hash(policy) == before


Check = Callable[[Policy], None]
CHECKS: list[Check] = [
    sums_to_one,
    keeps_the_floor,
    same_seed_same_choice,
    goes_on_from_a_snapshot,
    refuses_a_damaged_snapshot,
    batch_is_one_by_one,
    draws_fit_what_is_logged,
    weighs_what_it_draws,
    masked_actions_stay_out,
    memory_is_bounded,
    explanation_sums_to_the_score,
    refuses_what_cannot_be_learned,
    choosing_teaches_nothing,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("kind", every_policy(), ids=lambda kind: kind.name)
def test_policy(kind: type[Policy], check: Check) -> None:
    check(fold(kind(), log(300)))


@pytest.mark.parametrize("kind", every_policy(), ids=lambda kind: kind.name)
def test_ties(kind: type[Policy]) -> None:
    ties_are_broken_at_random(kind())


def test_the_family_is_found() -> None:
    assert {Uniform, Vowpal} <= set(every_policy())


# -- what each check must notice ---------------------------------------------------------------


class Broken(Uniform):
    """Uniform with one thing wrong, by way of `_spoil`."""

    def pull(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        seed: int,
        budget: int | None = None,
    ) -> Choice:
        return self._spoil(super().pull(context, actions, seed=seed, budget=budget))

    def _spoil(self, choice: Choice) -> Choice:
        return choice


class SumsToMore(Broken):
    def _spoil(self, choice: Choice) -> Choice:
        more = {name: p + 1e-9 for name, p in choice.propensities.items()}
        return Choice(choice.action, more, False, choice.seed, choice.scores)


class BelowItsFloor(Broken):
    def _spoil(self, choice: Choice) -> Choice:
        first, *rest = choice.propensities
        starved = {first: 0.0, **dict.fromkeys(rest, 1 / len(rest))}
        return Choice(choice.action, starved, False, choice.seed, choice.scores)


class Moody(Broken):
    _mood = 0

    def _spoil(self, choice: Choice) -> Choice:
        Moody._mood += 1
        other = list(choice.propensities)[Moody._mood % 3 % 2]
        return Choice(other, choice.propensities, False, choice.seed, choice.scores)


class Forgets(Broken):
    @classmethod
    def from_snapshot(cls, snapshot: bytes) -> Self:
        return cls()


class BatchIsElse(Broken):
    def pull_many(self, pulls: Sequence[Pull]) -> list[Choice]:
        return super().pull_many([pull._replace(seed=pull.seed + 1) for pull in pulls])


class Lies(Broken):
    """Draws the first action a little too often: the chance of it is 0.18, not 0.167."""

    def _spoil(self, choice: Choice) -> Choice:
        first = next(iter(choice.propensities))
        action = first if Random(choice.seed + 10**9).random() < 0.016 else choice.action
        return Choice(action, choice.propensities, False, choice.seed, choice.scores)


class WeighsOtherwise(Broken):
    def weigh(self, context: Features, actions: Sequence[Action]) -> Weighed:
        propensities, scores = super().weigh(context, actions)
        return Weighed(propensities[::-1] * 0.5, scores)


class IgnoresTheMask(Broken):
    _first: dict[str, float] | None = None

    def _spoil(self, choice: Choice) -> Choice:
        self._first = self._first or choice.propensities
        return Choice(choice.action, self._first, False, choice.seed, choice.scores)


class Hoards(Broken):
    def __init__(self) -> None:
        super().__init__()
        self._hoard = b""

    def update(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        action: str,
        reward: float,
        propensity: float,
    ) -> None:
        self._hoard += repr(context).encode()

    def snapshot(self) -> bytes:
        return super().snapshot() + self._hoard


class TakesTheFirst(Broken):
    def _spoil(self, choice: Choice) -> Choice:
        first = next(iter(choice.propensities))
        return Choice(first, choice.propensities, False, choice.seed, choice.scores)


class TellsStories(Broken):
    def explain(
        self, context: Features, actions: Sequence[Action], action: str
    ) -> dict[str, float]:
        return {"base": 0.1}


class LearnsFromChoosing(Broken):
    def _spoil(self, choice: Choice) -> Choice:
        self._updates += 1
        return choice


class Gullible(Broken):
    def update(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        action: str,
        reward: float,
        propensity: float,
    ) -> None:
        self._updates += 1


FAULTS: list[tuple[Check, type[Policy]]] = [
    (sums_to_one, SumsToMore),
    (keeps_the_floor, BelowItsFloor),
    (same_seed_same_choice, Moody),
    (goes_on_from_a_snapshot, Forgets),
    (refuses_a_damaged_snapshot, Forgets),
    (batch_is_one_by_one, BatchIsElse),
    (draws_fit_what_is_logged, Lies),
    (weighs_what_it_draws, WeighsOtherwise),
    (masked_actions_stay_out, IgnoresTheMask),
    (memory_is_bounded, Hoards),
    (ties_are_broken_at_random, TakesTheFirst),
    (explanation_sums_to_the_score, TellsStories),
    (refuses_what_cannot_be_learned, Gullible),
    (choosing_teaches_nothing, LearnsFromChoosing),
]


@pytest.mark.parametrize(("check", "fault"), FAULTS, ids=lambda part: part.__name__)
def test_a_broken_policy_fails(check: Check, fault: type[Policy]) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(fold(fault(), log(10)))


def test_every_check_has_a_fault_to_find() -> None:
    assert {*CHECKS, ties_are_broken_at_random} == {check for check, _ in FAULTS}
