"""Every memory answers the same checks, and the checks find a memory that does not."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from uuid import UUID

import pytest

from memory.base import Kind, Memory
from memory.chroma import ChromaMemory
from memory.chroma_server import ensure, stop
from memory.embedding import HashedEmbedder
from memory.in_memory import InMemory
from smartcontent.content import MemoryItem, Recalled
from tests.contracts import memory_checks
from tests.contracts.memory_checks import CHECKS, Check

MEMBERS = ["in_memory", "chroma"]


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Memory]]:
    folder = tmp_path_factory.mktemp("vectors")
    chroma = ChromaMemory(ensure(folder), HashedEmbedder())
    yield {"in_memory": InMemory(HashedEmbedder()), "chroma": chroma}
    chroma.close()
    stop(folder)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("member", MEMBERS)
def test_memory(members: dict[str, Memory], member: str, check: Check) -> None:
    check(members[member])


# -- planted faults ------------------------------------------------------------------------


class Backwards(InMemory):
    def recall(
        self, workspace_id: UUID, text: str, *, limit: int = 5, kind: Kind | None = None
    ) -> list[Recalled]:
        return super().recall(workspace_id, text, limit=limit, kind=kind)[::-1]


class Kindless(InMemory):
    def recall(
        self, workspace_id: UUID, text: str, *, limit: int = 5, kind: Kind | None = None
    ) -> list[Recalled]:
        return super().recall(workspace_id, text, limit=limit)


class Boundless(InMemory):
    def recall(
        self, workspace_id: UUID, text: str, *, limit: int = 5, kind: Kind | None = None
    ) -> list[Recalled]:
        return super().recall(workspace_id, text, limit=9, kind=kind)


class Shared(InMemory):
    """All workspaces in one heap."""

    def remember(self, workspace_id: UUID, items: Sequence[MemoryItem]) -> None:
        super().remember(UUID(int=0), items)

    def recall(
        self, workspace_id: UUID, text: str, *, limit: int = 5, kind: Kind | None = None
    ) -> list[Recalled]:
        return super().recall(UUID(int=0), text, limit=limit, kind=kind)


class Doubling(InMemory):
    """Keeps the same id twice."""

    def remember(self, workspace_id: UUID, items: Sequence[MemoryItem]) -> None:
        for item in items:
            copies = self.count(workspace_id)
            super().remember(workspace_id, [item.model_copy(update={"id": f"{item.id}{copies}"})])


class Lossy(InMemory):
    """Forgets the small print."""

    def remember(self, workspace_id: UUID, items: Sequence[MemoryItem]) -> None:
        super().remember(workspace_id, [item.model_copy(update={"metadata": {}}) for item in items])


class Elephant(InMemory):
    def forget(self, workspace_id: UUID, ids: Sequence[str]) -> None:
        return None


class Hoarder(InMemory):
    def rebuild(self, workspace_id: UUID, items: Iterable[MemoryItem]) -> None:
        self.remember(workspace_id, list(items))


class Undroppable(InMemory):
    def drop(self, workspace_id: UUID) -> None:
        return None


class Boasting(InMemory):
    def count(self, workspace_id: UUID) -> int:
        return max(1, super().count(workspace_id))


PLANTED: list[tuple[Callable[[HashedEmbedder], Memory], Check]] = [
    (Backwards, memory_checks.recalls_the_nearest_first),
    (Lossy, memory_checks.gives_back_what_it_got),
    (Doubling, memory_checks.keeps_one_item_per_id),
    (Kindless, memory_checks.asks_by_kind),
    (Boundless, memory_checks.gives_no_more_than_asked),
    (Elephant, memory_checks.forgets),
    (Hoarder, memory_checks.rebuilds_exactly),
    (Undroppable, memory_checks.drops_everything),
    (Boasting, memory_checks.knows_nothing_of_an_unknown_workspace),
    (Shared, memory_checks.keeps_workspaces_apart),
]


@pytest.mark.parametrize(("broken", "check"), PLANTED)
def test_a_broken_memory_is_found(broken: Callable[[HashedEmbedder], Memory], check: Check) -> None:
    with pytest.raises(AssertionError):
        check(broken(HashedEmbedder()))


def test_every_check_has_a_planted_fault() -> None:
    assert {check for _, check in PLANTED} == set(CHECKS)
