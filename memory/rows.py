"""Items as Chroma's rows, and back."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from memory.base import nearest_first
from smartcontent.content import MemoryItem, Recalled
from smartcontent.plugins import Embedder

BATCH_ITEMS = 200
BATCH_CHARACTERS = 2_000_000


def rows(items: Sequence[MemoryItem], embedder: Embedder) -> dict[str, Any]:
    """The columns of an upsert, with our own vectors."""
    texts = [item.text for item in items]
    return {
        "ids": [item.id for item in items],
        "embeddings": embedder.embed(texts),
        "documents": texts,
        "metadatas": [_metadata(item) for item in items],
    }


def _metadata(item: MemoryItem) -> dict[str, str]:
    """Our own keys only: the caller's travel as one value, so none can be searched by."""
    return {
        "kind": item.kind,
        "source": item.source,
        "trust": item.trust,
        "metadata": json.dumps(item.metadata),
    }


def recalled(answer: Any) -> list[Recalled]:
    """What a query of one text found, most similar first."""
    found = zip(
        answer["ids"][0],
        answer["documents"][0],
        answer["metadatas"][0],
        answer["distances"][0],
        strict=True,
    )
    return nearest_first(
        Recalled(
            item=MemoryItem(id=id, text=text, **{**said, "metadata": json.loads(said["metadata"])}),
            similarity=min(1.0, max(-1.0, 1.0 - distance)),
        )
        for id, text, said, distance in found
    )


def batches(items: Iterable[MemoryItem]) -> Iterator[list[MemoryItem]]:
    """Small enough for one request."""
    batch: list[MemoryItem] = []
    characters = 0
    for item in items:
        if len(batch) == BATCH_ITEMS or characters > BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
        batch.append(item)
        characters += len(item.text)
    if batch:
        yield batch
