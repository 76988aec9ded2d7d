"""A memory that lives as long as its process and searches exactly: for tests and as a yardstick."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from threading import Lock
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from memory.base import Kind, Memory, latest
from smartcontent.content import MemoryItem, Recalled
from smartcontent.plugins import Embedder


@dataclass(frozen=True)
class _Kept:
    item: MemoryItem
    vector: NDArray[np.float64]


class InMemory(Memory):
    """Exact search over a dictionary per workspace.

    >>> from uuid import UUID
    >>> from memory.embedding import HashedEmbedder
    >>> here, memory = UUID(int=1), InMemory(HashedEmbedder())
    >>> memory.remember(here, [MemoryItem(id="a", text="open data", kind="note", source="me")])
    >>> memory.recall(here, "data")[0].item.text
    'open data'
    >>> memory.recall(UUID(int=2), "data")
    []
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._workspaces: dict[UUID, dict[str, _Kept]] = {}
        self._lock = Lock()

    def remember(self, workspace_id: UUID, items: Sequence[MemoryItem]) -> None:
        kept = self._embedded(items)
        with self._lock:
            self._workspaces.setdefault(workspace_id, {}).update(kept)

    def recall(
        self, workspace_id: UUID, text: str, *, limit: int = 5, kind: Kind | None = None
    ) -> list[Recalled]:
        with self._lock:
            everything = list(self._workspaces.get(workspace_id, {}).values())
        kept = [one for one in everything if kind in (None, one.item.kind)]
        if not kept:
            return []
        asked = np.asarray(self._embedder.embed([text])[0])
        vectors = np.stack([one.vector for one in kept])
        similarities = np.clip(np.einsum("ij,j->i", vectors, asked), -1.0, 1.0)
        ranked = zip(-similarities, [one.item.id for one in kept], kept, strict=True)
        return [
            Recalled(item=one.item, similarity=float(-negative))
            for negative, _, one in nsmallest(limit, ranked)
        ]

    def forget(self, workspace_id: UUID, ids: Sequence[str]) -> None:
        with self._lock:
            kept = self._workspaces.get(workspace_id, {})
            for known in kept.keys() & set(ids):
                del kept[known]

    def rebuild(self, workspace_id: UUID, items: Iterable[MemoryItem]) -> None:
        kept = self._embedded(items)
        with self._lock:
            self._workspaces[workspace_id] = kept

    def count(self, workspace_id: UUID) -> int:
        with self._lock:
            return len(self._workspaces.get(workspace_id, {}))

    def drop(self, workspace_id: UUID) -> None:
        with self._lock:
            self._workspaces.pop(workspace_id, None)

    def _embedded(self, items: Iterable[MemoryItem]) -> dict[str, _Kept]:
        single = latest(items)
        vectors = self._embedder.embed([item.text for item in single])
        return {
            item.id: _Kept(item, np.asarray(vector))
            for item, vector in zip(single, vectors, strict=True)
        }
