"""How well and how fast the memory finds: `python -m tests.memory.measure FOLDER_OF_MARKDOWN`."""

import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID, uuid4

from memory.base import Memory
from memory.chroma import ChromaMemory
from memory.chroma_server import ensure, stop
from memory.embedding import Usem3
from memory.in_memory import InMemory
from smartcontent.content import MemoryItem
from smartcontent.plugins import Embedder

MARKS = re.compile(r"^---.*?^---|<[^>]+>|\{[%{].*?[%}]\}|`[^`]*`|[*_]", re.S | re.M)
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])")


class Looked(Embedder):
    """Gives the vectors of texts that were embedded before: search is timed, not embedding."""

    def __init__(self, embedder: Embedder, texts: Sequence[str]) -> None:
        self.name, self.dimensions = embedder.name, embedder.dimensions
        self._vectors = dict(zip(texts, embedder.embed(texts), strict=True))

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._vectors[text] for text in texts]


def sentences(folder: Path) -> list[str]:
    """The plain sentences of 30 to 300 characters, each once."""
    return list(dict.fromkeys(_all(folder)))


def _all(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.md")):
        text = LINK.sub(r"\1", MARKS.sub("", path.read_text(errors="replace")))
        for paragraph in re.split(r"\n\s*\n", text):
            yield from (s for s in END.split(" ".join(paragraph.split())) if 30 <= len(s) <= 300)


def remember(memory: Memory, here: UUID, texts: Sequence[str]) -> None:
    """One item per text, its place in the list as its id."""
    items = [
        MemoryItem(id=str(number), text=text, kind="post", source="sample")
        for number, text in enumerate(texts)
    ]
    memory.remember(here, items)


def recall_at_ten(memory: Memory, exact: Memory, here: UUID, queries: Sequence[str]) -> float:
    """Share of the ten truly nearest items that the memory finds."""
    found = sum(len(_ten(memory, here, text) & _ten(exact, here, text)) for text in queries)
    return found / (10 * len(queries))


def _ten(memory: Memory, here: UUID, text: str) -> set[str]:
    return {near.item.id for near in memory.recall(here, text, limit=10)}


def measure(folder: Path) -> dict[str, float]:
    """Recall of Chroma against exact search and what it takes."""
    texts = sentences(folder)
    random.Random(1).shuffle(texts)
    model = Usem3()
    model.embed(texts[:1])
    start = time.perf_counter()
    looked = Looked(model, texts)
    embedded = time.perf_counter()
    with tempfile.TemporaryDirectory() as data:
        url = ensure(Path(data))
        started = time.perf_counter()
        memory, exact, here = ChromaMemory(url, looked), InMemory(looked), uuid4()
        remember(memory, here, texts)
        remembered = time.perf_counter()
        for text in texts[:300]:
            memory.recall(here, text, limit=10)
        asked = time.perf_counter()
        remember(exact, here, texts)
        recall = recall_at_ten(memory, exact, here, texts[:300])
        memory.close()
        stop(Path(data))
    return {
        "texts": len(texts),
        "texts_embedded_per_second": len(texts) / (embedded - start),
        "server_start_seconds": started - embedded,
        "texts_remembered_per_second": len(texts) / (remembered - started),
        "query_milliseconds": (asked - remembered) / 300 * 1000,
        "recall_at_10": recall,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1])), indent=2) + "\n")
