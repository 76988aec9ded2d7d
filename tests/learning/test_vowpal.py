"""Vowpal Wabbit through our door: it learns what is there, and nothing that is not."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.bandit.base import Policy
from learning.bandit.envelope import seal, unseal
from learning.bandit.text_format import action_line, context_block, written
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import LEAN, Vowpal, _estimates
from learning.evaluation import lift
from smartcontent.content import Features, FeatureValue
from smartcontent.decision import Action
from smartcontent.errors import InvalidInput, SnapshotDamaged
from tests.learning.worlds import ACTIONS, Audience, always, live, neutral, prefers


def shift(policy: Policy, audience: Audience, decisions: int, seed: int) -> dict[str, float]:
    """By how much each strategy's probability moves in a neutral context."""
    start = neutral(policy)
    live(policy, audience, decisions, seed)
    return {name: p - start[name] for name, p in neutral(policy).items()}


@pytest.mark.parametrize("favourite", ["story", "quote", "benefit"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rewards_move_the_strategy(favourite: str, seed: int) -> None:
    assert shift(Vowpal(), prefers(favourite), 600, seed)[favourite] > 0.2


def test_without_learning_nothing_moves() -> None:
    assert max(shift(Uniform(), prefers("story"), 600, 1).values()) == 0.0


@pytest.mark.parametrize("reward", [1.0, 0.2, 0.0, -0.5])
def test_a_constant_reward_moves_nothing(reward: float) -> None:
    assert max(map(abs, shift(Vowpal(), always(reward), 400, 1).values())) < 1e-9


def test_the_audience_of_a_segment_is_found() -> None:
    """Each segment has a favourite of its own; no single strategy could earn this."""
    policy = Vowpal()
    favourites = {"0": "story", "1": "quote"}
    for number in range(1_500):
        context: Features = {"segment": str(number % 2)}
        choice = policy.pull(context, ACTIONS, seed=number)
        reward = float(choice.action == favourites[str(number % 2)])
        propensity = choice.propensities[choice.action]
        policy.update(context, ACTIONS, action=choice.action, reward=reward, propensity=propensity)
    for segment, favourite in favourites.items():
        assert policy.pull({"segment": segment}, ACTIONS, seed=0).propensities[favourite] > 0.8


def test_identical_arms_earn_no_lift() -> None:
    verdicts = [lift(*live(Vowpal(), prefers(None), 500, seed, 0.2)) for seed in range(5)]
    assert not [verdict for verdict in verdicts if verdict.verdict.startswith("learning")]


def test_a_favourite_earns_a_lift() -> None:
    """The control: the same check finds what is there."""
    found = lift(*live(Vowpal(), prefers("story", 0.1, 0.9), 1_500, 1, 0.2))
    assert found.verdict.startswith("learning earned")


NASTY = st.text(alphabet=st.sampled_from("ab|: =%\n\t'1é\u2028"), max_size=8)


@given(NASTY, NASTY, st.one_of(NASTY, st.floats(-1e6, 1e6)))
def test_no_text_becomes_syntax(name: str, other: str, value: FeatureValue) -> None:
    line = action_line({name: value})
    assert line.startswith("|b 1 |a ") and line.count("|") == 2 and len(line.split()) == 4
    if other != name:
        assert written(name, value) != written(other, value)


def test_an_injected_feature_is_not_learned() -> None:
    """`x |s strategy=story` in a value would teach the model about stories."""
    policy = Vowpal()
    evil = [Action(id="a", features={"note": "x |s strategy=story"}), Action(id="b")]
    for _ in range(50):
        policy.update({}, evil, action="a", reward=1.0, propensity=0.5)
        policy.update({}, evil, action="b", reward=0.0, propensity=0.5)
    clean = [
        Action(id="s", features={"strategy": "story"}),
        Action(id="q", features={"strategy": "quote"}),
    ]
    scores = policy.pull({}, clean, seed=0).scores
    assert scores["s"] == scores["q"]


def test_the_constructor_can_be_a_snapshot() -> None:
    policy = Vowpal(epsilon=0.2, gamma=3.0, learning_rate=0.05, bits=14)
    live(policy, prefers("story"), 50, 1)
    loaded = Vowpal.from_snapshot(policy.snapshot())
    assert (loaded.epsilon, loaded.gamma, loaded.bits) == (0.2, 3.0, 14)
    assert loaded.snapshot() == Vowpal.from_snapshot(loaded.snapshot()).snapshot()


def test_a_model_that_predicts_otherwise_is_refused() -> None:
    """The canary: sealed rightly, but not the model that the envelope speaks of."""
    taught, fresh = Vowpal(), Vowpal()
    live(taught, prefers("story"), 100, 1)
    header, _ = unseal("vowpal", fresh.snapshot())
    _, model = unseal("vowpal", taught.snapshot())
    with pytest.raises(SnapshotDamaged):
        Vowpal.from_snapshot(seal("vowpal", {**header, "canary": [0.5, 0.5, 0.5]}, model))


def test_another_policys_snapshot_is_refused() -> None:
    with pytest.raises(SnapshotDamaged):
        Vowpal.from_snapshot(Uniform().snapshot())


def test_an_action_without_features_is_known_by_its_id() -> None:
    policy = Vowpal()
    actions = [Action(id="red"), Action(id="blue")]
    for number in range(100):
        action = actions[number % 2].id
        policy.update({}, actions, action=action, reward=float(action == "red"), propensity=0.5)
    assert policy.pull({}, actions, seed=0).propensities["red"] > 0.8


def test_order_of_actions_does_not_matter() -> None:
    policy = Vowpal()
    live(policy, prefers("story"), 200, 1)
    ahead = policy.pull({"hour": "9"}, ACTIONS, seed=0).scores
    back = policy.pull({"hour": "9"}, ACTIONS[::-1], seed=0).scores
    assert ahead == pytest.approx(back, abs=1e-7)


def test_a_wide_embedding_is_explained_by_group() -> None:
    policy = Vowpal()
    wide: Features = {f"e{number}": number / 100 for number in range(100)}
    actions = [Action(id="a", features=wide), Action(id="b", features={"strategy": "story"})]
    policy.update({"hour": "9"}, actions, action="a", reward=1.0, propensity=0.5)
    policy.update({"hour": "9"}, actions, action="b", reward=0.0, propensity=0.5)
    parts = policy.explain({"hour": "9"}, actions, "a")
    assert set(parts) == {"base", "context", "action a"}
    score = policy.pull({"hour": "9"}, actions, seed=0).scores["a"]
    assert sum(parts.values()) == pytest.approx(score, abs=1e-6)


def test_contributions_name_what_mattered() -> None:
    policy = Vowpal()
    live(policy, prefers("story", 0.0, 1.0), 300, 1)
    parts = policy.explain({}, ACTIONS, "story")
    del parts["base"]
    assert max(parts, key=parts.__getitem__) == "action strategy=story"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e7])
def test_a_number_that_would_poison_the_model_is_refused(value: float) -> None:
    with pytest.raises(InvalidInput):
        Vowpal().pull({"depth": value}, ACTIONS, seed=1)
    with pytest.raises(InvalidInput):
        Vowpal().pull({}, [Action(id="a", features={"depth": value})], seed=1)


def test_estimates_read_from_the_weights_are_the_engines_own() -> None:
    """Through the softmax layer, against an action without features, which is estimated 0."""
    policy, rng = Vowpal(learning_rate=0.5), Random(1)
    offered = [
        Action(id=name, features={"strategy": name, "platform": "x", "hour": hour, "e1": 0.3})
        for name, hour in (("story", 9.0), ("quote", 12.0), ("a b|c", 7.0))
    ]
    for number in range(300):
        context: Features = {"segment": str(number % 3), "depth": rng.gauss(0, 1), "none": 0.0}
        action = offered[rng.randrange(3)].id
        policy.update(context, offered, action=action, reward=rng.random(), propensity=0.5)
    lines = [action_line(action.features, context_block(context)) for action in offered]
    engines = _estimates(policy._workspace, policy._parser, lines)
    costs = policy._weights.estimates(context, offered)
    assert max(map(abs, engines)) > 0.01
    assert engines == pytest.approx((-costs).tolist(), abs=1e-5)


GROWTH = """
import sys
from learning.bandit import vowpal
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])
vowpal.LEAN = tuple(sys.argv[1:])
policy = vowpal.Vowpal()
used = resident()
copies = [policy.clone() for _ in range(16)]
print(resident() - used)
"""


def grown(*arguments: str) -> int:
    """Pages of memory that 16 copies take, in a process of their own."""
    command = [sys.executable, "-c", GROWTH, *arguments]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_a_copy_is_small() -> None:
    """The control: as Vowpal Wabbit is made by default."""
    assert 3 * grown(*LEAN) < grown("--quiet")
