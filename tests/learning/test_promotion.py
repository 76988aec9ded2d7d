"""A candidate takes over when it is better, and not because somebody asked often enough."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from learning.evaluation import Sample, Samples, better, evaluate
from smartcontent.decision import Estimate
from smartcontent.errors import InvalidInput

RATES = np.array([0.10, 0.10, 0.25])
LOGGED = np.array([0.4, 0.4, 0.2])
GOOD, SAME, BAD = (0.1, 0.1, 0.8), (0.4, 0.4, 0.2), (0.5, 0.5, 0.0)


def paired(
    n: int, seed: int, target: tuple[float, ...], rates: NDArray[np.float64] = RATES
) -> Samples:
    rng = np.random.default_rng(seed)
    actions = rng.choice(3, n, p=LOGGED)
    rewards = (rng.random(n) < rates[actions]).astype(float)
    nothing: NDArray[np.float64] = np.zeros(n)
    targets = np.array(target)[actions]
    return Samples(rewards, LOGGED[actions], targets, nothing, nothing, nothing)


def test_a_better_one_is_promoted() -> None:
    found = better(paired(5_000, 1, SAME), paired(5_000, 1, GOOD))
    assert found.promote and found.difference.low is not None and found.difference.low > 0.0
    assert found.difference.verdict.startswith("the candidate earns more (+0.0")
    assert found.candidate.value is not None and found.current.value is not None
    assert found.candidate.value > found.current.value


def test_a_worse_one_and_the_same_one_are_not() -> None:
    worse = better(paired(20_000, 1, SAME), paired(20_000, 1, BAD))
    assert not worse.promote and worse.difference.verdict.startswith("the candidate earns less")
    same = better(paired(5_000, 1, SAME), paired(5_000, 1, SAME))
    assert not same.promote and same.difference.more_needed is None
    assert same.difference.verdict.startswith("cannot tell yet which one earns more (+0.0000")


def test_too_little_is_said_to_be_too_little() -> None:
    found = better(paired(300, 1, SAME), paired(300, 1, GOOD))
    assert not found.promote and found.difference.verdict.startswith("too few rewards")


def test_asking_again_and_again_promotes_no_equal() -> None:
    """Two policies that earn the same, asked ten times each; the control asks with 1.96."""
    equals = ((0.7, 0.1, 0.2), (0.1, 0.7, 0.2))
    passed = careless = 0
    for seed in range(60):
        ours, theirs = (paired(5_000, seed, target) for target in equals)
        looks = [np.arange(n) for n in range(1_500, 5_001, 350)]
        asked = [better(theirs.take(some), ours.take(some)).difference for some in looks]
        passed += any(one.low is not None and one.low > 0.0 for one in asked)
        careless += any(impatient(one.value, one.low, one.n) for one in asked)
    assert passed <= 3 < careless


def test_one_who_comes_often_is_not_many() -> None:
    """40 people of 125 visits, a taste each: two policies that earn the same, 60 times.

    The control counts visits as if everybody came once.
    """
    passed = careless = 0
    for seed in range(60):
        ours, theirs = returning(seed, (0.6, 0.2, 0.2)), returning(seed, (0.2, 0.6, 0.2))
        passed += claims(ours, theirs)
        careless += claims(replace(ours, people=None), replace(theirs, people=None))
    assert passed <= 3 < careless


def claims(ours: Samples, theirs: Samples) -> bool:
    low = better(theirs, ours).difference.low
    return low is not None and low > 0.0


def returning(seed: int, target: tuple[float, ...]) -> Samples:
    """Each person likes one of the first two actions and not the other."""
    rng = np.random.default_rng(seed)
    people = np.repeat(np.arange(40), 125)
    actions = rng.choice(3, len(people), p=LOGGED)
    likes = rng.integers(0, 2, 40)[people]
    rewards = (rng.random(len(people)) < np.where(actions == likes, 0.5, 0.05)).astype(float)
    nothing: NDArray[np.float64] = np.zeros(len(people))
    arrays = (rewards, LOGGED[actions], np.array(target)[actions], nothing, nothing, nothing)
    return Samples(*arrays, people=people)


def test_few_people_are_too_few() -> None:
    some = returning(1, SAME).take(np.arange(15 * 125))
    found = better(some, some)
    assert not found.promote and found.effective is None
    assert "15 effective people, at least 20" in found.difference.verdict
    often = replace(some, people=np.minimum(np.arange(len(some)), 1_000))
    assert "people" in better(often, often).difference.verdict  # one of them came 875 times


def impatient(value: float | None, low: float | None, n: int) -> bool:
    """The same figure, with the interval of a single look at a third of the confidence."""
    return value is not None and low is not None and value - (value - low) * 1.28 / 3.04 > 0.0


def test_one_click_in_a_hundred_asks_for_a_long_log() -> None:
    """Ten thousand decisions tell too little; as many as an evaluation looks at are enough."""
    rare = RATES / 12.0
    short, long = (
        better(paired(n, 2, SAME, rare), paired(n, 2, GOOD, rare)) for n in (10_000, 100_000)
    )
    assert not short.promote and long.promote
    assert "too few rewards" in short.difference.verdict and short.difference.more_needed


def repeated(log: Samples, times: int) -> Samples:
    """Every decision so many times over, for the same person."""
    people = np.arange(len(log)).repeat(times)
    return replace(log.take(people), people=people)


def test_who_comes_again_is_no_new_witness() -> None:
    """2,000 people fifty times each tell what 2,000 decisions would."""
    ours, theirs = (repeated(paired(2_000, 3, target), 50) for target in (GOOD, SAME))
    found, once = better(theirs, ours), better(paired(2_000, 3, SAME), paired(2_000, 3, GOOD))
    assert (found.people, once.people) == (2_000, None)
    assert found.difference.n == 100_000 and found.effective == pytest.approx(2_000, rel=0.05)
    assert "n 100,000, worth " in found.difference.verdict
    assert width(found.difference) == pytest.approx(width(once.difference), rel=0.05)
    alone = better(replace(theirs, people=None), replace(ours, people=None))  # the control
    assert width(alone.difference) < 0.3 * width(once.difference)
    estimates = [evaluate(one)["dr"] for one in (ours, paired(2_000, 3, GOOD))]
    for how in ("any_time", "bootstrap"):
        again, single = (width(getattr(one, how)) for one in estimates)
        assert again == pytest.approx(single, rel=0.15)


def width(figure: Estimate) -> float:
    assert figure.low is not None and figure.high is not None
    return figure.high - figure.low


def test_people_are_told_apart_by_name_and_the_unknown_each_count() -> None:
    named = [Sample(1.0, 0.5, 0.5, person=name) for name in ("ana", None, "bo", "ana", None)]
    people = Samples.of(named).people
    assert people is not None and people.tolist() == [0, 1, 2, 0, 3]
    assert Samples.of([Sample(1.0, 0.5, 0.5)]).people is None


def test_the_pairing_matters() -> None:
    """What moves both alike falls out: the difference is known better than either value."""
    found = better(paired(5_000, 1, SAME), paired(5_000, 1, (0.41, 0.41, 0.18)))
    width = [(one.high or 0.0) - (one.low or 0.0) for one in (found.difference, found.candidate)]
    assert width[0] < 0.2 * width[1]


def test_other_decisions_cannot_be_compared() -> None:
    with pytest.raises(InvalidInput):
        better(paired(5_000, 1, SAME), paired(5_000, 2, GOOD))
