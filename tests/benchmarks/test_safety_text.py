"""The safety benchmark over small sets of the published form."""

import numpy as np
import pytest

from benchmarks.safety_text import compare, macro_f1, milliseconds, sizes
from learning.manipulation_data import Labelled, read
from learning.manipulation_training import FOLDS
from tests.learning.test_manipulation import small


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    return read(small(tmp_path_factory.mktemp("safety")), "clickbait")


def test_ours_and_the_peers_answer_on_the_same_rows(told: Labelled) -> None:
    found = compare("clickbait", told, None, seed=2)
    assert found.ours.texts == found.peers["words"].texts == len(told.texts)
    assert found.ours.auc > 0.95 and found.best_auc >= found.peers["letters"].auc


def test_with_a_folder_to_learn_from_only_the_other_is_asked(told: Labelled) -> None:
    half = len(told.texts) // 2
    learned = Labelled(told.texts[:half], told.labels[:half])
    asked = Labelled(told.texts[half:], told.labels[half:])
    assert compare("clickbait", asked, learned, seed=2).ours.texts == len(asked.texts)


def test_wrong_labels_are_noticed(told: Labelled) -> None:
    """The control: learned from the opposite, the figures fall under chance."""
    opposite = Labelled(told.texts, ~told.labels)
    assert compare("clickbait", told, opposite, seed=2).ours.auc < 0.2


def test_sizes_and_speed_are_of_what_is_shipped() -> None:
    assert set(sizes()) == {"manipulation.npz", "tone.npz"}
    assert milliseconds(["A short headline about bread"] * 3) > 0.0
    assert FOLDS == 5


def test_macro_f1_counts_every_tone() -> None:
    truth = np.array([0, 1, 2])
    assert macro_f1(truth, truth) == pytest.approx(3 / 8)
