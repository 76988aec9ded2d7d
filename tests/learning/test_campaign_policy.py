"""The policy for little traffic: what it knows before, how it commits, how it is replayed."""

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from benchmarks.bandit.upworthy_made import made
from benchmarks.bandit.upworthy_replay import (
    BATCH,
    Block,
    Integers,
    State,
    blocks,
    drawn,
    replay,
    shuffled,
)
from benchmarks.bandit.upworthy_rules import propensities
from benchmarks.upworthy_data import HeadlineTest
from learning.bandit.allocation import Prior
from learning.bandit.base import Policy
from learning.bandit.campaign import Campaign
from learning.bandit.campaigns import MOST_ACTIONS, MOST_CAMPAIGNS
from learning.bandit.spreads import Spreads
from learning.bandit.spreads_training import Measured, fit
from smartcontent.content import Features
from smartcontent.decision import Action

PER_ARM = 70
SPRING: Features = {"campaign": "spring"}


def variants(*expected: float) -> list[Action]:
    return [
        Action(id=str(at), features={"expected": lift, "expected.sd": 0.2})
        for at, lift in enumerate(expected)
    ]


def told(policy: Policy, actions: Sequence[Action], action: str, clicks: int, shown: int) -> None:
    for at in range(shown):
        policy.update(
            SPRING, actions, action=action, reward=float(at < clicks), propensity=1 / len(actions)
        )


def shares(policy: Policy, actions: Sequence[Action], budget: int) -> dict[str, float]:
    return policy.pull(SPRING, actions, seed=1, budget=budget).propensities


def test_a_prior_decides_until_clicks_say_otherwise() -> None:
    actions = variants(0.15, 0.0, -0.15)
    policy = Campaign()
    assert shares(policy, actions, 600)["0"] > 0.95
    told(policy, actions, "0", 2, 500)
    told(policy, actions, "1", 14, 500)
    assert shares(policy, actions, 600)["1"] > 0.95


def test_without_a_prior_all_start_alike() -> None:
    policy = Campaign()
    actions = [Action(id=name) for name in "abcd"]
    assert all(abs(p - 0.25) < 1e-12 for p in shares(policy, actions, 400).values())
    told(policy, actions, "c", 9, 300)
    told(policy, actions, "a", 1, 300)
    scores = policy.pull(SPRING, actions, seed=1).scores
    assert scores["c"] > scores["b"] == pytest.approx(scores["d"]) and scores["d"] > scores["a"]


def test_the_less_is_left_the_less_it_explores() -> None:
    """A little known challenger is tried while there is time to profit, and not at the end."""
    actions = variants(0.0, 0.0)
    policy = Campaign()
    told(policy, actions, "0", 30, 2_000)
    told(policy, actions, "1", 4, 300)
    early, late = shares(policy, actions, 20_000), shares(policy, actions, 10)
    assert early["1"] > 0.9
    assert late["0"] > 0.99
    assert 0.0 < late["1"] < 0.005


def test_exploration_falls_and_never_ends() -> None:
    actions = variants(0.3, 0.0, -0.3)
    policy = Campaign()
    least = []
    for left in (900, 600, 300, 1):
        least.append(min(shares(policy, actions, left).values()))
        told(policy, actions, "0", 6, 300)
    assert least == sorted(least, reverse=True)
    assert least[-1] >= policy.floor / 3 > 0.0


def test_kindred_actions_learn_from_each_other() -> None:
    """Two texts with two images each: clicks of one text's first image speak for its second."""
    actions = [
        Action(id=f"{text}{image}", features={"text": text, "image": image})
        for text in ("one", "two")
        for image in ("cat", "dog")
    ]
    policy = Campaign()
    told(policy, actions, "onecat", 30, 1_000)
    told(policy, actions, "twocat", 10, 1_000)
    scores = policy.pull(SPRING, actions, seed=1).scores
    assert scores["onedog"] > 1.1 * scores["twodog"]


def test_campaigns_share_their_base_rate_and_nothing_else() -> None:
    actions = variants(0.0, 0.0)
    policy = Campaign()
    before = policy.pull({"campaign": "summer"}, actions, seed=1).scores
    told(policy, actions, "0", 200, 2_000)
    after = policy.pull({"campaign": "summer"}, actions, seed=1).scores
    assert after["0"] == after["1"] > 2.0 * before["0"]


def test_rewards_of_any_size_keep_the_choice() -> None:
    """Points instead of clicks: three times the reward, the same shares."""
    actions = variants(0.1, 0.0)
    clicks, points = Campaign(base=0.01), Campaign(base=0.03)
    for policy, size in ((clicks, 1.0), (points, 3.0)):
        for at in range(3_000):
            reward = size * float(at % 60 == 0 or (at % 60 == 31 and at > 1_500))
            policy.update(SPRING, actions, action=str(at % 2), reward=reward, propensity=0.5)
    one, other = (policy.pull(SPRING, actions, seed=1) for policy in (clicks, points))
    assert one.propensities == pytest.approx(other.propensities)
    assert other.scores["1"] == pytest.approx(3.0 * one.scores["1"], rel=0.05)


def test_losses_and_a_single_action_are_no_trouble() -> None:
    """Hides and reports make rewards negative: the rate goes towards nothing and stays a number."""
    actions = variants(0.0, 0.0)
    policy = Campaign()
    for action, reward in [("0", -1.0), ("1", 0.02)] * 300:
        policy.update(SPRING, actions, action=action, reward=reward, propensity=0.5)
    choice = policy.pull(SPRING, actions, seed=1, budget=100)
    assert 0.0 <= choice.scores["0"] < choice.scores["1"]
    assert choice.propensities["1"] > 0.98
    assert policy.pull(SPRING, actions[:1], seed=1).propensities == {"0": 1.0}


def test_what_is_kept_has_an_end() -> None:
    policy = Campaign()
    for at in range(2 * MOST_CAMPAIGNS):
        action = Action(id="x" * 200 + str(at))
        policy.update({"campaign": f"{at}"}, [action], action=action.id, reward=0.0, propensity=1.0)
    full = len(policy.snapshot())
    actions = [Action(id="y" * 200 + str(at)) for at in range(4 * MOST_ACTIONS)]
    for action in actions:
        policy.update(SPRING, actions, action=action.id, reward=1.0, propensity=0.5)
    assert len(policy.snapshot()) < full + 100 * MOST_ACTIONS
    assert policy.pull(SPRING, actions[-2:], seed=1).scores[actions[-1].id] > 0.016


def test_spreads_are_found_again() -> None:
    random = np.random.default_rng(5)
    wanted = Spreads(campaign=0.5, text=0.3, image=0.15, own=0.1)
    measured = []
    for _ in range(300):
        texts, images = ["a", "a", "b", "b", "c", "c"], ["x", "y"] * 3
        logs = np.full(6, random.normal(-4.0, wanted.campaign))
        logs += random.normal(0.0, wanted.text, 3).repeat(2)
        logs += np.tile(random.normal(0.0, wanted.image, 2), 3)
        logs += random.normal(0.0, wanted.own, 6)
        clicks = random.poisson(4_000 * np.exp(logs))
        measured.append(Measured([4_000] * 6, clicks.tolist(), texts, images))
    found = fit(measured).spreads
    assert found.campaign == pytest.approx(wanted.campaign, rel=0.15)
    assert found.text == pytest.approx(wanted.text, rel=0.15)
    assert found.image == pytest.approx(wanted.image, rel=0.2)
    assert found.own == pytest.approx(wanted.own, rel=0.2)


# -- the replay of many campaigns at once is the policy, choice for choice -----------------------


def seed_of(test: int, used: int, number: int) -> int:
    """The same for the same impression of the same test, whoever asks."""
    return (test * 10_007 + used) * BATCH + number


def described(test: HeadlineTest) -> list[Action]:
    features: list[Features] = [
        {"text": arm.headline, "image": arm.image, "expected": 0.1 * at, "expected.sd": 0.2}
        for at, arm in enumerate(test.arms)
    ]
    return [Action(id=str(at), features=features[at]) for at in range(len(features))]


def many_at_once(policy: Campaign, tests: Sequence[HeadlineTest], block: Block) -> Integers:
    """Impressions after each batch: batches x tests x arms, by the benchmark's arrays."""
    priors = [policy.prior({}, described(tests[int(at)])) for at in block.at]
    means, spreads = (
        np.concatenate([each.mean for each in priors]),
        np.concatenate([each.covariance for each in priors]),
    )
    prior, steps = Prior(means, spreads, priors[0].between), []

    def choose(state: State, _: np.random.Generator) -> Integers:
        used = [(int(at), int(each)) for at, each in zip(block.at, state.seen.sum(1), strict=True)]
        uniforms = [
            [Random(seed_of(at, each, n)).random() for n in range(BATCH)] for at, each in used
        ]
        batch = drawn(propensities(policy, prior, state), state, np.array(uniforms))
        steps.append(state.seen + np.minimum(batch, block.impressions - state.seen))
        return batch

    replay(block, shuffled(block, PER_ARM, 1), choose, [PER_ARM], np.random.default_rng(1))
    return np.array(steps)


def one_by_one(policy: Campaign, test: HeadlineTest, at: int, clicks: Integers) -> list[list[int]]:
    """The same by pulls and updates; an arm that is used up is not offered any more."""
    actions, available = described(test), [arm.impressions for arm in test.arms]
    seen, end, steps = [0] * len(actions), PER_ARM * len(actions), []
    while (used := sum(seen)) < end:
        offered = [actions[arm] for arm, shown in enumerate(seen) if shown < available[arm]]
        for choice in [
            policy.pull({}, offered, seed=seed_of(at, used, number), budget=end - used)
            for number in range(min(BATCH, end - used))
        ]:
            arm = int(choice.action)
            if seen[arm] < available[arm]:
                seen[arm] += 1
                reward = float(clicks[arm, seen[arm]] - clicks[arm, seen[arm] - 1])
                p = choice.propensities[choice.action]
                policy.update({}, offered, action=choice.action, reward=reward, propensity=p)
        steps.append(list(seen))
    return steps


def alike(policy: Campaign, other: Campaign, tests: Sequence[HeadlineTest]) -> bool:
    """Whether the one over arrays goes as the other by pulls and updates, batch by batch."""
    same = []
    for block in blocks(tests):
        clicks = shuffled(block, PER_ARM, 1).astype(np.int64)
        together = many_at_once(policy, tests, block)
        for row, at in enumerate(map(int, block.at)):
            alone = one_by_one(other.clone(), tests[at], at, clicks[row])
            same.append(together[: len(alone), row].tolist() == alone)
    return all(same)


@pytest.mark.parametrize("impressions", [400, 90], ids=["plenty", "used up"])
def test_many_at_once_choose_as_one_by_one(impressions: int) -> None:
    tests = made(3, tests=9, impressions=impressions)
    assert alike(Campaign(base=0.014), Campaign(base=0.014), tests)


def test_another_setting_is_noticed() -> None:
    tests = made(3, tests=3, impressions=400)
    assert not alike(Campaign(base=0.014), Campaign(base=0.014, spreads=Spreads(own=0.3)), tests)
    assert not alike(Campaign(base=0.014), Campaign(base=0.03), tests)
