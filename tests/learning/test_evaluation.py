"""Figures that hold under peeking, and silence where there is nothing to say."""

import numpy as np
import pytest
from numpy.typing import NDArray

from learning.evaluation import Outcome, lift, lifts
from learning.evaluation.groups import Rewards, gathered, grouped
from smartcontent.decision import Estimate


def clicks(rate: float, n: int, seed: int) -> NDArray[np.float64]:
    return (np.random.default_rng(seed).random(n) < rate).astype(float)


def claims(estimate: Estimate) -> bool:
    return estimate.verdict.startswith("learning")


def claimed_at_any_look(learned_rate: float, seed: int) -> bool:
    """Looks ten times as 4,000 decisions come in, a tenth of them held back."""
    learned, held = clicks(learned_rate, 3_600, seed), clicks(0.12, 400, seed + 10_000)
    looks = [(n * 360, n * 40) for n in range(1, 11)]
    return any(claims(lift(learned[:ours], held[:theirs])) for ours, theirs in looks)


def test_no_lift_is_claimed_where_there_is_none() -> None:
    assert sum(claimed_at_any_look(0.12, seed) for seed in range(200)) <= 10


def test_a_lift_is_claimed_where_there_is_one() -> None:
    assert sum(claimed_at_any_look(0.24, seed) for seed in range(40)) >= 36


def test_a_careless_interval_would_claim_more() -> None:
    """The control: with the 1.96 of one look, ten looks claim what is not there."""

    def careless(seed: int) -> bool:
        learned, held = clicks(0.12, 3_600, seed), clicks(0.12, 400, seed + 10_000)
        return any(
            abs(np.mean(learned[: n * 360]) - np.mean(held[: n * 40]))
            > 1.96 * np.sqrt(0.12 * 0.88 * (1 / (n * 360) + 1 / (n * 40)))
            for n in range(1, 11)
        )

    assert sum(careless(seed) for seed in range(200)) > 20


def test_the_interval_holds_the_truth_at_every_look() -> None:
    missed = 0
    for seed in range(200):
        learned, held = clicks(0.30, 3_000, seed), clicks(0.20, 3_000, seed + 10_000)
        looks = [lift(learned[:n], held[:n]) for n in range(300, 3_001, 300)]
        missed += any(
            look.low is not None and look.high is not None and not look.low <= 0.5 <= look.high
            for look in looks
        )
    assert missed <= 10


@pytest.mark.parametrize(
    ("learned", "held", "begins"),
    [
        ([], [], "cannot tell: nobody was held back"),
        ([1.0] * 900, [], "cannot tell: nobody was held back"),
        ([1.0] * 900, [0.0] * 12, "cannot tell yet: about 2,900 more impressions needed (12 held"),
        ([1.0] * 900, [0.0] * 100, "cannot tell: the baseline earned 0.000"),
        ([1.0] * 950, [1.0] * 50, "cannot tell yet: about"),
    ],
)
def test_it_says_when_it_cannot_tell(learned: list[float], held: list[float], begins: str) -> None:
    assert lift(learned, held).verdict.startswith(begins)


def test_what_it_says_when_it_can() -> None:
    found = lift(clicks(0.25, 20_000, 1), clicks(0.2, 4_000, 2))
    assert found.value is not None and found.low is not None and found.high is not None
    assert 0.0 < found.low < found.value < found.high and found.more_needed is None
    assert found.verdict.startswith("learning earned +") and found.verdict.endswith("n 24,000")
    assert lift(clicks(0.2, 20_000, 1), clicks(0.3, 4_000, 2)).verdict.startswith("learning lost -")


def test_a_ratio_without_an_upper_end_says_at_least() -> None:
    found = lift(clicks(0.3, 2_000, 1), clicks(0.1, 60, 2))
    assert claims(found) and found.high is None and ", at least +" in found.verdict


def test_more_data_than_asked_for_settles_it() -> None:
    """The power calculation keeps its promise about four times in five."""
    first = lift(clicks(0.24, 1_000, 1), clicks(0.2, 250, 2))
    assert first.more_needed is not None and not claims(first)
    needed = lift([1.0] * 240 + [0.0] * 760, [1.0] * 50 + [0.0] * 200).more_needed
    assert needed is not None and 5_000 < needed < 20_000
    total = 1_250 + needed
    settled = sum(
        claims(lift(clicks(0.24, int(total * 0.8), s), clicks(0.2, int(total * 0.2), s + 500)))
        for s in range(60)
    )
    assert 36 <= settled <= 58


def test_no_difference_is_said_and_not_one_more_impression_asked_for() -> None:
    same = lift([1.0, 0.0] * 400_000, [1.0, 0.0] * 100_000)
    assert same.verdict.startswith("no difference of 5 % or more: +0.0 % [")
    assert same.more_needed is None and not claims(same)


@pytest.mark.parametrize("hundredths", range(-6, 7))
def test_more_is_never_less_than_a_hundredth_of_what_there_is(hundredths: int) -> None:
    """Whatever the difference: it is claimed, excluded, or really takes more."""
    for n in (400, 4_000, 40_000, 400_000):
        ours = [1.0] * (n * (100 + hundredths) // 200)
        found = lift([*ours, *[0.0] * (n - len(ours))], [1.0, 0.0] * (n // 2))
        settled = claims(found) or found.verdict.startswith("no difference")
        assert settled == (found.more_needed is None)
        assert found.more_needed is None or found.more_needed >= n / 50


def test_lifts_leave_out_what_is_overridden_or_unknown() -> None:
    told = [
        ("a", "learned", 1.0, False),
        ("a", "holdback", 0.0, False),
        ("a", "learned", 0.0, True),
    ]
    outcomes = [Outcome(*each) for each in told] + [Outcome("b", "learned", None)]
    assert grouped(outcomes) == {"a": ([1.0], [0.0])}


def test_each_group_has_its_lift_and_many_groups_claim_no_more_than_one() -> None:
    groups: dict[str, tuple[Rewards, Rewards]] = {
        "mail": (clicks(0.24, 8_000, 1), clicks(0.12, 2_000, 2)),
        "blog": (clicks(0.12, 8_000, 3), clicks(0.12, 2_000, 4)),
        "feed": ([1.0] * 30, [0.0] * 3),
    }
    found = lifts(groups)
    assert list(found) == ["blog", "feed", "mail"]
    assert claims(found["mail"]) and not claims(found["blog"])
    assert found["feed"].verdict.startswith("cannot tell yet")
    alone = lift(*groups["mail"])
    assert alone.low is not None and found["mail"].low is not None
    assert found["mail"].low < alone.low


def test_a_hundred_campaigns_without_differences() -> None:
    """The control: one at a time, with the 1.96 of one look, somebody is always found."""
    groups = {
        f"{n}": (list(clicks(0.12, 900, n)), list(clicks(0.12, 300, n + 1_000))) for n in range(100)
    }
    assert not any(claims(found) for found in lifts(groups).values())

    def careless(learned: list[float], held: list[float]) -> bool:
        spread = np.sqrt(np.var(learned) / len(learned) + np.var(held) / len(held))
        return bool(abs(np.mean(learned) - np.mean(held)) > 1.96 * spread)

    assert any(careless(*each) for each in groups.values())


def regulars(seed: int) -> tuple[Outcome, ...]:
    """Nothing differs between the branches, but people do, and each comes back fifty times."""
    rng = np.random.default_rng(seed)
    told = []
    for number in range(100):
        branch, rate = "holdback" if number < 25 else "learned", rng.uniform(0.0, 0.6)
        for reward in (rng.random(50) < rate).astype(float):
            told.append(Outcome("blog", branch, float(reward), person=f"{number}"))
    return tuple(told)


def test_people_who_come_back_are_not_new_evidence() -> None:
    """The control: with each visit as one of its own, lifts are claimed that are not there."""
    worlds = [regulars(seed) for seed in range(40)]
    known = [lifts(grouped(one), people=gathered(one))["blog"] for one in worlds]
    assert sum(map(claims, known)) <= 1
    assert sum(claims(lifts(grouped(one))["blog"]) for one in worlds) >= 8


def test_a_lift_among_few_people_is_no_lift() -> None:
    few = [Outcome("blog", "learned", 1.0, person=f"{n % 30}") for n in range(600)]
    few += [Outcome("blog", "holdback", float(n % 4 == 0), person=f"{n % 7}") for n in range(200)]
    found = lifts(grouped(few), people=gathered(few))["blog"]
    assert found.verdict.endswith("(only 7 people held back so far)") and found.more_needed
    assert claims(lifts(grouped(few))["blog"])
