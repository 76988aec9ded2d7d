"""The headline benchmark: its pairs, its shares and intervals, its picture, and one quick run."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.bandit import headlines
from benchmarks.bandit.headline_pairs import Pairs, drawn_tests, pairs_of, split_half
from benchmarks.bandit.headline_peers import asked_by_peers
from benchmarks.bandit.headline_vectors import encoded
from benchmarks.bandit.reliability_picture import curve, drawing
from benchmarks.bandit.upworthy_made import made
from benchmarks.upworthy_data import Arm, HeadlineTest, halves


@pytest.fixture(scope="module")
def asked() -> Pairs:
    return pairs_of(made(3, tests=60))


def test_pairs_share_a_known_image_and_differ_in_headline() -> None:
    arms = (
        Arm("one", "sea", 2_000, 60),
        Arm("two", "sea", 2_000, 20),
        Arm("one", "sea", 2_000, 30),
        Arm("three", "hill", 2_000, 30),
        Arm("four", "", 2_000, 30),
        Arm("five", "", 2_000, 30),
    )
    pairs = pairs_of([HeadlineTest("t", 0, arms)])
    assert pairs.places.tolist() == [[0, 1], [1, 2]]
    assert pairs.seen[0] > 1.0 and pairs.score[0] > 1.96 and pairs.clear.tolist() == [True, False]


def test_the_truth_is_right_and_its_opposite_wrong(asked: Pairs) -> None:
    right, wrong = asked.shares(asked.score, asked.score), asked.shares(-asked.score, asked.score)
    assert right.clear.value == 1.0 and wrong.clear.value == 0.0
    assert asked.shares(np.zeros(len(asked.seen)), asked.score).all.value == 0.5
    assert right.surest_third.asked.sum() == pytest.approx(len(asked.seen) / 3, abs=1)


def test_intervals_are_over_tests_drawn_whole(asked: Pairs) -> None:
    draws = drawn_tests(asked, 40, seed=1)
    used = len(np.unique(asked.test))
    assert (draws.sum(axis=1) == used).all() and (draws[:, np.bincount(asked.test) == 0] == 0).all()
    guessed = np.random.default_rng(0).standard_normal(len(asked.seen))
    share = asked.shares(guessed, guessed).all
    low, high = np.quantile(share.drawn(draws), [0.025, 0.975])
    assert low < share.value < high
    assert share.drawn(np.ones((1, asked.tests)))[0] == pytest.approx(share.value)


def test_halves_of_the_same_clicks_agree_more_often_than_chance() -> None:
    assert 0.55 < split_half(made(3, tests=60), seed=1) < 1.0


def test_peers_learn_what_words_earn() -> None:
    tests = halves(made(3, tests=160))
    pairs = pairs_of(tests.test)
    vectors = encoded([*tests.train, *tests.test], quick=True).minilm
    told = asked_by_peers(tests.train, pairs, vectors, seed=1)
    right = {name: pairs.shares(each, each).all.value for name, each in told.items()}
    assert right["random"] < 0.6 < min(right["tfidf"], right["minilm_tfidf"])


def test_the_picture_shows_reliable_leads_near_the_diagonal(asked: Pairs) -> None:
    draws = drawn_tests(asked, 40, seed=1)
    for point in curve(asked, asked.seen, draws):
        assert point.seen == pytest.approx(point.expected) and point.low <= point.high
    unreliable = curve(asked, asked.seen * 3.0, draws)
    assert unreliable[-1].seen < 0.5 * unreliable[-1].expected
    page = ElementTree.fromstring(drawing(asked, asked.seen, draws))
    circles = [each for each in page.iter() if each.tag.endswith("circle")]
    assert len(circles) == len(unreliable) == 8


def test_a_quick_run_has_the_agreed_form(capsys: pytest.CaptureFixture[str]) -> None:
    stricter = "over_best_peer_all=1.01"
    status = headlines.main(["--quick", "--json", "--seed", "3", "--stricter", stricter])
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert status == 1 and said["benchmark"] == "bandit.headlines" and said["seed"] == 3
    assert said["bars"]["over_best_peer_all"]["holds"] is False
    for name in ("random", "tfidf", "minilm", "minilm_tfidf", headlines.SHIPPED, headlines.ALONE):
        share = said[f"{name}_all"]
        assert share["low"] <= share["value"] <= share["high"]
    assert said[f"{headlines.SHIPPED}_clear"]["low"] > 0.55
