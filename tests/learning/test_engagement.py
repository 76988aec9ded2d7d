"""Engagement before anybody saw the post: found where there is any, never from the future."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from learning.prediction.engagement import Engagement, Prediction
from learning.prediction.engagement_training import train
from learning.prediction.history import NAMES, History
from learning.prediction.posts import Post
from learning.prediction.track import Predicted, beats_chance, spearman, spent, standing
from learning.prediction.trees import Trees
from smartcontent.errors import EmbedderMismatch, InvalidInput, SnapshotDamaged

START = datetime(2024, 1, 1, tzinfo=UTC)
DIMENSIONS = 8
FEW = 100
Worth = Callable[[Post, np.random.Generator], float]


def posts(size: int, *, worth: Worth, seed: int = 1) -> list[Post]:
    """One every three hours, of three pages and two kinds, with a text of eight numbers."""
    rng = np.random.default_rng(seed)
    return [
        replace(post, engagement=max(float(np.expm1(worth(post, rng))), 0.0))
        for post in (bare(number, rng) for number in range(size))
    ]


def bare(number: int, rng: np.random.Generator) -> Post:
    vector = rng.normal(0, 1, DIMENSIONS)
    return Post(
        id=str(number),
        at=START + timedelta(hours=3 * number),
        platform="feed",
        source=("ana", "bo", "cy")[int(rng.integers(3))],
        kind=("photo", "video")[int(rng.integers(2))],
        features={"words": float(rng.integers(5, 60))},
        embedding=(vector / np.linalg.norm(vector)).tolist(),
    )


def told(post: Post, rng: np.random.Generator) -> float:
    """By page, kind and the text's first number; evenings earn more."""
    page = {"ana": 2.0, "bo": 4.0, "cy": 5.0}[post.source]
    text = (post.embedding or [0.0])[0]
    return float(
        page + (post.kind == "video") + text + 0.5 * (post.at.hour > 17) + rng.normal(0, 0.5)
    )


def luck(post: Post, rng: np.random.Generator) -> float:
    return float(rng.normal(4.0, 1.0))


@cache
def trained() -> Engagement:
    return train(posts(600, worth=told), seed=1, most_trees=FEW)


def fresh() -> Engagement:
    """The same model, heard nothing since training."""
    return Engagement.from_snapshot(trained().snapshot())


def later(size: int = 400) -> list[Post]:
    """Posts that follow those trained on."""
    return posts(600 + size, worth=told)[600:]


def test_later_posts_are_ranked_and_nine_in_ten_lie_inside() -> None:
    found = standing([each.predicted for each in fresh().replay(later())])
    assert found.better_than_chance and found.rank is not None and found.rank > 0.75
    assert found.inside == pytest.approx(0.9, abs=0.04)


def test_each_of_history_text_kind_and_time_counts() -> None:
    base = replace(later(1)[0], source="bo", kind="photo", features={})
    up, down = np.eye(DIMENSIONS)[0].tolist(), (-np.eye(DIMENSIONS)[0]).tolist()
    evening, morning = base.at.replace(hour=20), base.at.replace(hour=8)
    model = fresh()

    def expected(post: Post) -> float:
        return model.predict([post], now=base.at)[0].predicted.expected

    assert expected(replace(base, embedding=up)) > 1.5 * expected(replace(base, embedding=down))
    assert expected(replace(base, source="cy")) > 3 * expected(replace(base, source="ana"))
    assert expected(replace(base, kind="video")) > 1.5 * expected(base)
    assert expected(replace(base, at=evening)) > 1.1 * expected(replace(base, at=morning))


def test_where_there_is_nothing_to_tell_it_says_so() -> None:
    honest = train(posts(100, worth=luck, seed=1), seed=1, most_trees=20)
    assert not honest.standard.better_than_chance
    said = honest.predict(later(3))
    assert all(each.note.startswith("no better than chance") for each in said)
    assert not any(each.better_than_chance for each in said)


def test_one_by_one_and_all_at_once_agree() -> None:
    """Outcomes are known a day late; posts are three hours apart."""
    some, model = later(40), fresh()
    singly: list[Prediction] = []
    for number, post in enumerate(some):
        if number >= 8:
            model.learn(some[number - 8], singly[number - 8])
        singly += model.predict([post])
        model.publish(post)
    at_once = fresh().replay(some)
    for one, same in zip(singly, at_once, strict=True):
        spans = [(p.low, p.expected, p.high) for p in (one.predicted, same.predicted)]
        assert spans[0] == pytest.approx(spans[1], rel=1e-9)


def test_nothing_is_told_by_the_future() -> None:
    """Whatever later posts earn, earlier predictions are the same."""
    some = later(60)
    other = [replace(p, engagement=9e4) if n >= 30 else p for n, p in enumerate(some)]
    before, after = (fresh().replay(each) for each in (some, other))
    same = [one.predicted == two.predicted for one, two in zip(before, after, strict=True)]
    assert all(same[:30])
    assert not all(same[38:])  # the control: a day after, it is heard


def test_an_unknown_outcome_is_not_an_outcome_of_nothing() -> None:
    some, model = later(2), fresh()
    prediction = model.predict(some[:1])[0]
    before = model.snapshot()
    model.learn(replace(some[0], engagement=None), prediction)
    assert model.snapshot() == before
    model.learn(replace(some[0], engagement=0.0), prediction)
    assert model.snapshot() != before
    assert len(model.replay([replace(some[1], engagement=None)])) == 0


def test_a_new_page_starts_from_its_platform() -> None:
    new = fresh().predict([replace(later(1)[0], source="new")])[0]
    old = fresh().predict([replace(later(1)[0], source="ana")])[0]
    assert new.samples == 0 and old.samples > 100
    assert new.predicted.low < new.predicted.expected < new.predicted.high


def test_the_same_posts_train_the_same_model_in_any_order() -> None:
    some = posts(110, worth=told)
    one, turned = (train(each, seed=1, most_trees=20).snapshot() for each in (some, some[::-1]))
    assert one == turned
    assert train(some, seed=2, most_trees=20).snapshot() != one  # the control


def test_a_snapshot_predicts_the_same_and_a_damaged_one_is_refused() -> None:
    some, model = later(20), fresh()
    again = Engagement.from_snapshot(model.snapshot())
    assert again.predict(some) == model.predict(some)
    damaged = bytearray(model.snapshot())
    damaged[-9] ^= 1
    with pytest.raises(SnapshotDamaged):
        Engagement.from_snapshot(bytes(damaged))


def test_rewards_that_are_no_counts_may_be_negative() -> None:
    some = [replace(p, engagement=np.log1p(p.engagement or 0.0) - 4.0) for p in trained_posts()]
    model = train(some[:300], seed=1, counted=False, most_trees=20)
    said = [each.predicted for each in model.replay(some[300:500])]
    assert min(each.expected for each in said) < -0.5
    found = standing(said)
    assert found.rank is not None and found.rank > 0.6


def trained_posts() -> list[Post]:
    return posts(500, worth=told)


def test_too_few_outcomes_and_other_embeddings_are_refused() -> None:
    some = [replace(post, engagement=None) for post in later(50)]
    with pytest.raises(InvalidInput, match="0 posts with known engagement"):
        train(some, seed=1, most_trees=20)
    with pytest.raises(EmbedderMismatch, match="8 numbers a text, not 3"):
        fresh().predict([replace(later(1)[0], embedding=[1.0, 2.0, 3.0])])


def test_posts_without_texts_and_features_can_be_predicted() -> None:
    plain = [replace(p, embedding=None, features={}) for p in trained_posts()]
    model = train(plain[:300], seed=1, most_trees=20)
    found = standing([each.predicted for each in model.replay(plain[300:])])
    assert found.better_than_chance


def test_twenty_posts_are_enough_for_a_careful_answer() -> None:
    model = train(posts(20, worth=told), seed=1, most_trees=20)
    said = model.predict(later(5))
    assert all(np.isfinite(each.predicted.high) for each in said)
    assert all(each.predicted.low <= each.predicted.expected for each in said)


def test_history_knows_an_outcome_only_after_the_delay() -> None:
    history, ever = History(delay=timedelta(days=1)), NAMES.index("source: ever")
    first, hour = later(1)[0], timedelta(hours=1)
    history.publish(first)
    history.hear(first, 4.0)
    at = [replace(first, at=first.at + hours * hour) for hours in (1, 23, 25)]
    levels = [history.features(post)[ever] for post in at]
    assert levels[0] == levels[1] == 0.0 < levels[2]
    since = NAMES.index("source: minutes since")
    assert history.features(at[0])[since] == pytest.approx(np.log1p(60.0))


def test_history_forgets_at_several_speeds_and_comes_back_from_its_state() -> None:
    history = History(delay=timedelta(0))
    for number, post in enumerate(replace(p, source="ana", kind="photo") for p in later(40)):
        history.publish(post)
        history.hear(post, 1.0 if number < 30 else 5.0)
    last = replace(later(41)[-1], source="ana", kind="photo")
    row = dict(zip(NAMES, history.features(last), strict=True))
    assert row["source: quick"] > row["source: slow"] > row["source: ever"]
    assert History.from_state(history.state()).features(last) == history.features(last)


def test_trees_say_what_the_library_says() -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(0, 1, (400, 5))
    table[rng.random((400, 5)) < 0.1] = np.nan
    values = np.nan_to_num(table[:, 0]) * np.isnan(table[:, 1]) + rng.normal(0, 0.1, 400)
    with threadpool_limits(limits=1):  # threads that wait for each other cost more
        fits = [HistGradientBoostingRegressor(max_iter=n).fit(table, values) for n in (30, 10)]
        theirs = fits[0].predict(table)
    one, two = (Trees.of(fit) for fit in fits)
    assert np.allclose(one.predict(table), theirs, atol=1e-12)
    assert np.allclose(one.staged(table, [10, 30])[:, 1], theirs, atol=1e-12)
    assert np.allclose(one.first(10).predict(table), one.staged(table, [10])[:, 0], atol=1e-12)
    both = Trees.together([one, two.first(5)]).predict(table)
    assert np.allclose(both, (theirs + two.first(5).predict(table)) / 2.0, atol=1e-12)


def test_predicted_against_actual_in_plain_words() -> None:
    rng = np.random.default_rng(1)
    kept = [
        Predicted(str(n), START, value, value - 1.645, value + 1.645, value + noise)
        for n, (value, noise) in enumerate(rng.normal(0, 1, (300, 2)))
    ]
    assert standing(kept).sentence.startswith("better than chance (rank correlation 0.6")
    shuffled = [replace(each, expected=kept[n - 7].expected) for n, each in enumerate(kept)]
    assert standing(shuffled).sentence.startswith("no better than chance so far")
    assert standing(kept[:5]).sentence == "nothing to compare yet: 5 outcomes known, 20 needed"


def test_luck_that_is_looked_at_daily_is_seldom_taken_for_knowledge() -> None:
    """A hundred workspaces where nothing tells, each asked after every twentieth post."""
    worlds = np.random.default_rng(1).normal(0, 1, (100, 2, 900))
    looks = range(40, 901, 20)
    found = np.array([[spearman(*world[:, :n]) for n in looks] for world in worlds])
    claims = [any(map(beats_chance, ranks, looks)) for ranks in found]
    assert np.mean(claims) <= 0.05
    once = 1.645 * np.sqrt(1.06 / (np.array(looks) - 3))  # the control: a bound for a single look
    assert np.mean((np.arctanh(found) > once).any(axis=1)) > 0.2


def test_each_window_full_of_outcomes_costs_its_share() -> None:
    assert sum(spent(total, 1) for total in range(1, 5_000)) < 0.05
    assert beats_chance(0.1, 1_200, spent(2_000, 2_000))
    assert not beats_chance(0.1, 1_200, spent(60_000, 2_000))


def test_predicting_does_not_load_the_library_that_trained() -> None:
    code = "import sys, learning.prediction.engagement; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert "sklearn" in sys.modules  # the control: here, where training was imported, it is
