"""The best of several: it follows whoever earns most, and logs what it draws from."""

from collections.abc import Callable
from random import Random

import pytest

from learning.bandit.base import Policy
from learning.bandit.best_of import BestOf
from learning.bandit.envelope import seal, unseal
from learning.bandit.linear import Linear
from learning.bandit.thompson import Thompson
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from smartcontent.content import Features
from smartcontent.errors import SnapshotDamaged
from tests.learning.test_linear import RECOVERS_WITHIN, drifting
from tests.learning.worlds import ACTIONS, live, neutral, prefers

Pays = Callable[[str, Features], float]


def played(policy: BestOf, pays: Pays, decisions: int, seed: int = 1) -> BestOf:
    rng = Random(seed)
    for _ in range(decisions):
        context: Features = {"segment": f"{rng.randrange(3)}"}
        choice = policy.pull(context, ACTIONS, seed=rng.getrandbits(62))
        reward = float(rng.random() < pays(choice.action, context))
        propensity = choice.propensities[choice.action]
        policy.update(context, ACTIONS, action=choice.action, reward=reward, propensity=propensity)
    return policy


def by_segment(action: str, context: Features) -> float:
    return 0.6 if ACTIONS[int(context["segment"])].id == action else 0.1


def test_where_context_matters_the_linear_member_leads() -> None:
    policy = played(BestOf([Thompson(), Linear()]), by_segment, 1_000)
    assert policy.weights[1] > 0.9


def test_a_member_that_earns_nothing_is_dropped() -> None:
    """The first is in charge at first, and only at first."""
    policy = BestOf([Uniform(), Linear()])
    assert policy.weights == [1.0, 0.0]
    played(policy, by_segment, 1_000)
    assert policy.weights[0] < 0.1


def test_the_mixture_is_what_its_members_draw_from() -> None:
    policy = played(BestOf([Linear(), Linear(optimism=1.0)], behind=0.0), by_segment, 150)
    context: Features = {"segment": "1"}
    whole = policy.pull(context, ACTIONS, seed=1).propensities
    assert min(policy.weights) > 0.0
    for action, p in whole.items():
        members = [member.pull(context, ACTIONS, seed=1) for member in policy.members]
        parts = [
            weight * member.propensities[action]
            for weight, member in zip(policy.weights, members, strict=True)
        ]
        assert p == pytest.approx(sum(parts), abs=1e-12)


def test_members_weights_wait_for_the_reward() -> None:
    policy = played(BestOf([Linear(), Thompson()]), by_segment, 50)
    before = policy.weights
    policy.pull({"segment": "1"}, ACTIONS, seed=1)
    assert policy.weights == before


def test_the_default_follows_a_change() -> None:
    """In the world in which a policy that keeps all it ever learned does not."""
    assert drifting(BestOf(), 2 * 2_500, RECOVERS_WITHIN) > 0.4


def test_a_favourite_is_found_by_the_default() -> None:
    policy = BestOf()
    live(policy, prefers("quote"), 1_000, 2)
    assert neutral(policy)["quote"] > 0.5


@pytest.mark.parametrize("members", [[Linear()], [Vowpal(), Thompson()], [Uniform()] * 2])
def test_any_members_come_back_from_a_snapshot(members: list[Policy]) -> None:
    policy = played(BestOf(members), by_segment, 20)
    loaded = BestOf.from_snapshot(policy.snapshot())
    assert [member.name for member in loaded.members] == [member.name for member in members]
    assert loaded.snapshot() == BestOf.from_snapshot(loaded.snapshot()).snapshot()


def test_a_member_of_another_name_is_refused() -> None:
    header, models = unseal("best_of", BestOf([Linear(), Thompson()]).snapshot())
    swapped = {**header, "members": ["thompson", "linear"]}
    with pytest.raises(SnapshotDamaged):
        BestOf.from_snapshot(seal("best_of", swapped, models))
