"""What every memory of texts can do, one workspace apart from the other.

PostgreSQL keeps the truth; a memory keeps vectors and can be rebuilt from it at any time.
Methods are plain and blocking: call them from async code through `asyncio.to_thread`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

from smartcontent.content import MemoryItem, Recalled

Kind = Literal["content", "post", "voice", "note"]


class Memory(ABC):
    """Remembers texts by their meaning.

    A workspace sees its own items only: it is part of where they are kept, not of a filter.
    The keys of `MemoryItem.metadata` are carried along and never searched by.
    """

    @abstractmethod
    def remember(self, workspace_id: UUID, items: Sequence[MemoryItem]) -> None:
        """Keep the items; one with a known id takes the place of the earlier one."""

    @abstractmethod
    def recall(
        self, workspace_id: UUID, text: str, *, limit: int = 5, kind: Kind | None = None
    ) -> list[Recalled]:
        """The nearest items, most similar first (cosine in [-1, 1], ties by id)."""

    @abstractmethod
    def forget(self, workspace_id: UUID, ids: Sequence[str]) -> None:
        """Let the items go; unknown ids are fine."""

    @abstractmethod
    def rebuild(self, workspace_id: UUID, items: Iterable[MemoryItem]) -> None:
        """Make the memory hold exactly these items, whichever embedder made the old vectors."""

    @abstractmethod
    def count(self, workspace_id: UUID) -> int:
        """How many items are kept."""

    @abstractmethod
    def drop(self, workspace_id: UUID) -> None:
        """Let everything of the workspace go."""

    def close(self) -> None:
        """Let go of connections.  What is remembered stays."""
        return None


def latest(items: Iterable[MemoryItem]) -> list[MemoryItem]:
    """One item per id, the last one said.

    >>> one = MemoryItem(id="a", text="old", kind="note", source="chat")
    >>> [item.text for item in latest([one, one.model_copy(update={"text": "new"})])]
    ['new']
    """
    return list({item.id: item for item in items}.values())


def nearest_first(found: Iterable[Recalled]) -> list[Recalled]:
    """Most similar first; the same order on every machine."""
    return sorted(found, key=lambda recalled: (-recalled.similarity, recalled.item.id))
