"""The linear policy: it learns whom an action suits, follows changes, explains itself."""

import math
from random import Random

import numpy as np
import pytest

from learning.bandit.base import Policy
from learning.bandit.blocks import Blocks
from learning.bandit.columns import Columns
from learning.bandit.linear import Linear
from learning.exploration import chances
from smartcontent.content import Features
from smartcontent.decision import Action
from smartcontent.errors import InvalidInput
from tests.learning.worlds import ACTIONS, live, neutral, prefers

RECOVERS_WITHIN = 750  # decisions after the best action has changed


def drifting(policy: Policy, decisions: int, after: int, seed: int = 1) -> float:
    """The best action changes half way.  Mean probability of the new one, `after` decisions on."""
    rng, found = Random(seed), []
    for number in range(decisions):
        best = "story" if 2 * number < decisions else "quote"
        context: Features = {"hour": f"{rng.randrange(24)}", "segment": f"{rng.randrange(3)}"}
        choice = policy.pull(context, ACTIONS, seed=rng.getrandbits(62))
        propensity = choice.propensities[choice.action]
        reward = float(rng.random() < (0.35 if choice.action == best else 0.12))
        policy.update(context, ACTIONS, action=choice.action, reward=reward, propensity=propensity)
        if 2 * number >= decisions + 2 * after:
            found.append(choice.propensities["quote"])
    return sum(found) / len(found)


def test_a_change_is_followed() -> None:
    policy = Linear()
    assert drifting(policy, 2 * 2_500, RECOVERS_WITHIN) > 0.5
    assert policy.changes > 0


def test_without_fading_it_is_not() -> None:
    """The control: the same world, a policy that keeps all it ever learned."""
    assert drifting(Linear(fades=False, memory=1e9), 2 * 2_500, RECOVERS_WITHIN) < 0.1


def test_a_world_that_stays_is_not_taken_for_a_change() -> None:
    policy = Linear()
    live(policy, prefers("story", 0.01, 0.03), 3_000, 1)
    assert policy.changes == 0


def test_a_favourite_is_found() -> None:
    policy = Linear()
    live(policy, prefers("story"), 1_200, 1)
    assert neutral(policy)["story"] > 0.6


@pytest.mark.parametrize("reward", [1.0, 0.0, -0.5])
def test_a_constant_reward_moves_next_to_nothing(reward: float) -> None:
    policy = Linear()
    live(policy, lambda action, rng: reward, 400, 1)
    scores = policy.pull({}, ACTIONS, seed=0).scores
    assert all(score == pytest.approx(reward, abs=0.02) for score in scores.values())


def test_one_block_is_ridge_regression() -> None:
    """Against the normal equations; the offset is taken out."""
    rng = np.random.default_rng(1)
    rows, told = rng.normal(size=(60, 3)), rng.normal(size=60)
    blocks = Blocks(np.array([1.0, 0.5, 0.25]))
    blocks._unsure = 0.0
    slot = blocks.add()
    for z, y in zip(rows, told, strict=True):
        blocks.learn([slot], [1.0], z, float(y))
    wanted = np.linalg.solve(rows.T @ rows + np.diag([1.0, 2.0, 4.0]), rows.T @ told)
    assert blocks.weights[slot] == pytest.approx(wanted, abs=1e-9)


def test_new_units_are_as_if_they_had_always_been() -> None:
    rng = np.random.default_rng(2)
    rows, told, units = rng.normal(size=(40, 3)), rng.normal(size=40), np.array([1.0, 50.0, 0.1])
    changed, always = (Blocks(np.ones(3)) for _ in range(2))
    changed._unsure = always._unsure = 0.0
    for blocks, given in ((changed, rows), (always, rows / units)):
        blocks.add()
        for z, y in zip(given, told, strict=True):
            blocks.learn([0], [1.0], z, float(y))
    changed.rescale(np.ones(1), units, np.ones(3))
    assert changed.weights == pytest.approx(always.weights, abs=1e-9)
    assert changed.covariance == pytest.approx(always.covariance, abs=1e-9)


def test_the_size_of_a_feature_does_not_matter() -> None:
    def learned(scale: float) -> list[float]:
        policy, rng = Linear(), Random(3)
        for _ in range(512):
            depth = rng.gauss(0, 1)
            action = rng.choice(["story", "quote"])
            reward = float((depth > 0) == (action == "story"))
            context: Features = {"depth": depth * scale}
            policy.update(context, ACTIONS, action=action, reward=reward, propensity=0.5)
        return list(policy.pull({"depth": scale}, ACTIONS, seed=0).scores.values())

    assert learned(1.0) == pytest.approx(learned(1e4), abs=1e-6)


def test_more_features_than_columns_share_them() -> None:
    columns = Columns(most=16)
    for number in range(100):
        columns.learn({f"f{number}": 1.0})
    assert columns.width == 16
    assert columns.encode({"f99": 2.0, "f98": 3.0}).sum() == pytest.approx(6.0)


def test_a_wide_context_is_explained_to_the_last_bit() -> None:
    policy, rng = Linear(), Random(4)
    wide: Features = {f"e{number}": rng.gauss(0, 1) for number in range(100)}
    for number in range(50):
        action = ACTIONS[number % 8].id
        policy.update(wide, ACTIONS, action=action, reward=rng.random(), propensity=0.5)
    parts = policy.explain(wide, ACTIONS, "story")
    score = policy.pull(wide, ACTIONS, seed=0).scores["story"]
    assert math.fsum(parts.values()) == pytest.approx(score, abs=1e-9)


def test_a_bad_number_leaves_it_as_it_was() -> None:
    policy = Linear()
    before = policy.fingerprint()
    bad = [Action(id="a", features={"depth": math.nan}), Action(id="b")]
    with pytest.raises(InvalidInput):
        policy.update({}, bad, action="a", reward=0.5, propensity=0.5)
    with pytest.raises(InvalidInput):
        policy.update({"x": math.inf}, bad, action="b", reward=0.5, propensity=0.5)
    with pytest.raises(InvalidInput):
        policy.pull({}, bad, seed=1)
    assert policy.fingerprint() == before


def test_chances_are_those_of_many_draws() -> None:
    means, spreads = np.array([0.3, 0.35, 0.1]), np.array([0.1, 0.05, 0.2])
    draws = np.random.default_rng(1).normal(means, spreads, size=(200_000, 3)).argmax(axis=1)
    counted = np.bincount(draws, minlength=3) / len(draws)
    assert chances(means, spreads) == pytest.approx(counted, abs=0.01)


def test_of_two_the_chance_is_exact() -> None:
    """Φ(gap / √(s² + t²)): here of 1."""
    exact = 0.5 * math.erfc(-1.0 / math.sqrt(2.0))
    found = chances(np.array([1.0, 0.0]), np.array([0.6, 0.8]))
    assert found == pytest.approx([exact, 1.0 - exact], abs=1e-12)


def after_bad_luck() -> float:
    """The story's share, when by bad luck only something dull has earned anything so far."""
    policy, rng = Linear(), Random(1)
    for number in range(200):
        action = "story" if number in (3, 8, 12, 20, 40, 70) else "quote"
        reward = 0.1 * float(action == "quote" and rng.random() < 0.3)
        policy.update({}, ACTIONS[:5], action=action, reward=reward, propensity=0.5)
    return policy.pull({}, [ACTIONS[2], ACTIONS[4]], seed=1).propensities["story"]


def test_a_dull_action_does_not_make_others_look_certain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: a policy that thinks little of what it does not know gives the story up."""
    assert after_bad_luck() > 0.2
    monkeypatch.setattr("learning.bandit.linear.THOUGHT", 1.0)
    assert after_bad_luck() < 0.1
