"""Which policies may be registered, and what of each may be set from outside."""

from itertools import product
from random import Random

import pytest

from agents.learner import strategy_action
from api.routes.learning import PolicySettings
from learning.bandit.base import Policy
from learning.bandit.thompson import Thompson
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from learning.registry import RANGES, TWO, Kinds
from smartcontent.bootstrap import choose_policies
from smartcontent.decision import Action
from smartcontent.errors import InvalidInput
from tools.strategies import strategies

KINDS = choose_policies().kinds


def settings() -> list[tuple[str, str, float]]:
    """Every kind, each of its settings, at both ends."""
    return [
        (kind, name, bounds[end])
        for kind in KINDS.names
        for (name, bounds), end in product(KINDS.settings(kind).items(), (0, 1))
    ]


@pytest.mark.parametrize(("kind", "name", "value"), settings())
def test_everything_that_may_be_set_makes_a_policy(kind: str, name: str, value: float) -> None:
    policy = KINDS.make(kind, {name: value})()
    assert policy.name == kind
    propensities = policy.pull({}, TWO, seed=1).propensities
    assert sum(propensities.values()) == pytest.approx(1.0) and min(propensities.values()) > 0.0
    assert type(policy).from_snapshot(policy.snapshot()).fingerprint() == policy.fingerprint()


def test_the_kinds_of_the_product() -> None:
    assert {"vowpal", "linear", "best_of", "campaign", "thompson", "uniform"} <= set(KINDS.names)


def test_the_door_takes_what_the_registry_takes() -> None:
    properties = PolicySettings.model_json_schema()["properties"]
    bounds = {name: told["anyOf"][0] for name, told in properties.items()}
    assert {name: (one["minimum"], one["maximum"]) for name, one in bounds.items()} == RANGES


class Certain(Uniform):
    """The planted fault: a policy that gives an action no chance."""

    name = "certain"

    def pull(self, *asked: object, **more: object):  # type: ignore[no-untyped-def]
        choice = Uniform().pull({}, TWO, seed=0)
        return type(choice)("a", {"a": 1.0, "b": 0.0}, False, 0, {"a": 0.0, "b": 0.0})


def test_what_gives_an_action_no_chance_is_refused() -> None:
    with pytest.raises(InvalidInput, match="draws from"):
        Kinds([Certain]).make("certain", {})


@pytest.mark.parametrize(
    ("kind", "given"), [("nobody", {}), ("vowpal", {"bits": 18}), ("vowpal", {"epsilon": "much"})]
)
def test_refused(kind: str, given: dict[str, object]) -> None:
    makers: list[type[Policy]] = [Vowpal, Uniform]
    with pytest.raises(InvalidInput):
        Kinds(makers).make(kind, given)


def told_of_strategies(policy: Policy) -> float:
    """Taught on posts that are shown; asked about strategies as the writer has them."""
    known = strategies()[:6]
    shown = [
        Action(id=f"post {each.name}", features={"strategy": each.name, "platform": "sandbox"})
        for each in known
    ]
    random = Random(1)
    for seed in range(600):
        choice = policy.pull({"platform": "sandbox"}, shown, seed=seed)
        clicked = random.random() < (0.4 if choice.action == "post story" else 0.1)
        policy.update(
            {"platform": "sandbox"},
            shown,
            action=choice.action,
            reward=float(clicked),
            propensity=choice.propensities[choice.action],
        )
    asked = [strategy_action(each) for each in known]
    return policy.pull({}, asked, seed=1).propensities["story"]


def test_who_decides_by_default_shares_what_it_learned_of_strategies() -> None:
    """Campaigns to come have other actions and the same strategies.  The control, a policy for
    which an action is the sum of its features and no more, has learned nothing for them."""
    assert told_of_strategies(choose_policies().charges.default()) > 0.5
    assert told_of_strategies(Thompson(by="strategy")) > 0.5
    assert told_of_strategies(Thompson()) < 0.2
