"""Decisions with everything needed to reproduce, evaluate and explain them."""

import math
from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from agents.learner import Learner
from learning.bandit.base import Policy
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from learning.fold import state_hash
from smartcontent.content import Features, Strategy
from smartcontent.decision import Action, Decision
from tests.learning.worlds import ACTIONS, live, prefers

NOW = datetime(2024, 5, 6, tzinfo=UTC)
CONTEXT: Features = {"segment": "1"}


def taught() -> Vowpal:
    policy = Vowpal()
    live(policy, prefers("story", 0.1, 0.8), 300, 1)
    return policy


def choose(policy: Policy, seed: int = 1, unit: str = "u", holdback: float = 0.0) -> Decision:
    return Learner().choose(
        policy,
        CONTEXT,
        ACTIONS,
        kind="impression",
        seed=seed,
        unit=unit,
        holdback=holdback,
        now=NOW,
    )


def test_a_decision_can_be_drawn_again_from_its_log() -> None:
    policy = taught()
    first = choose(policy, seed=7)
    again = policy.pull(first.context, first.actions, seed=first.seed)
    assert (again.action, again.propensities) == (first.chosen, first.propensities)
    assert first.propensities == first.mixture and first.branch == "learned"


@pytest.mark.parametrize("holdback", [0.0, 0.05, 1.0])
def test_both_vectors_sum_to_one(holdback: float) -> None:
    decision = choose(taught(), holdback=holdback)
    for vector in (decision.propensities, decision.mixture):
        assert math.fsum(vector.values()) == pytest.approx(1.0, abs=1e-12)


def test_the_holdback_is_served_by_uniform_and_logged_as_mixture() -> None:
    policy = taught()
    held = choose(policy, holdback=1.0)
    assert held.branch == "holdback"
    assert set(held.propensities.values()) == {1 / len(ACTIONS)}
    learned = policy.pull(CONTEXT, ACTIONS, seed=1).propensities
    mixed = choose(policy, unit="u", holdback=0.25).mixture
    for name in learned:
        assert mixed[name] == pytest.approx(0.75 * learned[name] + 0.25 / len(ACTIONS))


def test_the_same_unit_stays_in_its_branch() -> None:
    policy = Uniform()
    branches = {
        n: choose(policy, seed=n, unit=f"{n % 50}", holdback=0.3).branch for n in range(200)
    }
    assert all(branches[n] == branches[n % 50] for n in branches)
    assert set(branches.values()) == {"learned", "holdback"}


def test_choices_over_units_fit_the_mixture() -> None:
    """Chi-square with 7 degrees of freedom: above 29.9 once in 10,000."""
    policy = taught()
    decisions = [choose(policy, seed=n, unit=f"{n}", holdback=0.2) for n in range(1_000)]
    seen = Counter(decision.chosen for decision in decisions)
    mixture = decisions[0].mixture
    assert sum((seen[k] - 1_000 * p) ** 2 / (1_000 * p) for k, p in mixture.items()) < 29.9
    learned = policy.pull(CONTEXT, ACTIONS, seed=0).propensities
    off = sum((seen[k] - 1_000 * p) ** 2 / (1_000 * p) for k, p in learned.items())
    assert off > 29.9  # the control: the learned branch alone does not fit


def test_the_explanation_sums_to_the_score_and_names_the_runner_up() -> None:
    policy = taught()
    seeds = (n for n in range(100) if choose(policy, seed=n).chosen == "story")
    decision = choose(policy, seed=next(seeds))
    why = decision.explanation
    assert math.fsum(part.value for part in why.contributions) == pytest.approx(why.score, abs=1e-6)
    scores = policy.pull(CONTEXT, ACTIONS, seed=0).scores
    assert why.runner_up == sorted(scores, key=lambda name: -scores[name])[1]
    assert why.gap == pytest.approx(scores["story"] - scores[why.runner_up])
    assert not why.explored and not decision.explored and why.rewards_seen == 300
    assert why.sentence.startswith("Chose story because of ")
    assert "; runner-up " in why.sentence and " % behind; " in why.sentence
    assert why.sentence.endswith("based on 300 rewards.")


def test_exploring_is_said() -> None:
    policy = taught()
    decision = next(d for n in range(200) if (d := choose(policy, seed=n)).chosen != "story")
    assert decision.explored and decision.explanation.explored
    assert decision.explanation.sentence.startswith(f"Tried {decision.chosen} to learn more")
    assert decision.explanation.gap is not None and decision.explanation.gap < 0.0


def test_the_first_choice_and_the_held_back_one_are_by_lot() -> None:
    assert "since nothing is known yet" in choose(Vowpal()).explanation.sentence
    assert "to measure what learning earns" in choose(taught(), holdback=1.0).explanation.sentence


def test_what_is_known_of_the_decision_is_kept() -> None:
    campaign = uuid4()
    decision = Learner(salt="w").choose(
        Uniform(), {}, [Action(id="only")], kind="post", seed=2, unit="u", holdback=0.05,
        campaign_id=campaign, subject="s", personalised=True, now=NOW, version="v7",
        rewards_seen=412,
    )  # fmt: skip
    assert (decision.campaign_id, decision.subject, decision.personalised) == (campaign, "s", True)
    assert (decision.policy, decision.policy_version) == ("uniform", "v7")
    assert decision.explanation.rewards_seen == 412 and decision.explanation.runner_up is None
    assert Decision.model_validate_json(decision.model_dump_json()) == decision


def test_choosing_leaves_the_policy_as_it_was() -> None:
    policy = taught()
    before = state_hash(policy)
    choose(policy)
    assert state_hash(policy) == before


# -- strategies for the writer ---------------------------------------------------------------


def strategy(name: str) -> Strategy:
    return Strategy(
        name=name, form=name, tone="plain", length="short", call_to_action="read",
        description="", example="", applies_when="",
    )  # fmt: skip


STRATEGIES = [strategy(action.id) for action in ACTIONS]


@pytest.mark.parametrize(("count", "many"), [(0, 0), (3, 3), (8, 8), (50, 8)])
def test_strategies_are_drawn_without_replacement(count: int, many: int) -> None:
    drawn = Learner().strategies(Vowpal(), {}, STRATEGIES, count=count, seed=1)
    assert len(drawn) == len({each.name for each in drawn}) == many
    assert drawn == Learner().strategies(Vowpal(), {}, STRATEGIES, count=count, seed=1)


def test_what_was_learned_moves_what_is_written() -> None:
    policy = taught()
    first = Counter(
        Learner().strategies(policy, {}, STRATEGIES, count=1, seed=seed)[0].name
        for seed in range(80)
    )
    assert first["story"] > 32
    before = Counter(
        Learner().strategies(Vowpal(), {}, STRATEGIES, count=1, seed=seed)[0].name
        for seed in range(80)
    )
    assert before["story"] < 22
