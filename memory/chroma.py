"""Memory in a Chroma server: one collection per workspace, our own embeddings only.

Chroma's default embedding function downloads a model, so none is ever handed over.  A
collection says which embedder made its vectors; another embedder is refused, not mixed in.
Deleted texts leave the answers at once and Chroma's files later (when it compacts).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

import chromadb
import httpx
from chromadb.api.client import Client
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError

from memory.base import Kind, Memory, latest
from memory.rows import batches, recalled, rows
from smartcontent.content import MemoryItem, Recalled
from smartcontent.errors import EmbedderMismatch, SetupProblem
from smartcontent.plugins import Embedder

R = TypeVar("R")

WAIT_SECONDS = 60.0
# Neighbours looked at per query: 200 finds all of the ten nearest but one in some hundreds.
HNSW = {"space": "cosine", "ef_search": 200, "ef_construction": 200, "max_neighbors": 32}


class ChromaMemory(Memory):
    """A memory behind `url`, shared by every process that knows it.

    Raises SetupProblem when the server does not answer and EmbedderMismatch where a workspace's
    vectors come from another embedder.
    """

    def __init__(self, url: str, embedder: Embedder) -> None:
        self._url = url
        self._embedder = embedder
        self._client = _connect(url)
        self._connections = _connections(self._client)

    def remember(self, workspace_id: UUID, items: Sequence[MemoryItem]) -> None:
        for batch in batches(latest(items)):
            self._try(partial(self._upsert, workspace_id, rows(batch, self._embedder)))

    def recall(
        self, workspace_id: UUID, text: str, *, limit: int = 5, kind: Kind | None = None
    ) -> list[Recalled]:
        if limit < 1:
            return []
        asked = cast(Any, self._embedder.embed([text]))
        where = cast(Any, {"kind": {"$eq": kind}} if kind else None)

        def search() -> list[Recalled]:
            collection = self._there(workspace_id)
            if collection is None:
                return []
            self._same_embedder(collection)
            return recalled(collection.query(asked, n_results=limit, where=where))

        return self._try(search)

    def forget(self, workspace_id: UUID, ids: Sequence[str]) -> None:
        self._try(partial(self._delete, workspace_id, ids))

    def rebuild(self, workspace_id: UUID, items: Iterable[MemoryItem]) -> None:
        """In place, so that what others remember meanwhile is kept; run it again after a crash."""
        self._drop_of_other_embedder(workspace_id)
        gone = self._ids(workspace_id)
        for batch in batches(items):
            self.remember(workspace_id, batch)
            gone -= {item.id for item in batch}
        self.forget(workspace_id, sorted(gone))

    def count(self, workspace_id: UUID) -> int:
        def count() -> int:
            collection = self._there(workspace_id)
            return collection.count() if collection else 0

        return self._try(count)

    def drop(self, workspace_id: UUID) -> None:
        with self._answering():
            try:
                self._client.delete_collection(_name(workspace_id))
            except NotFoundError:
                return

    def close(self) -> None:
        self._client.close()
        for connection in self._connections:
            connection.close()

    # -- collections -----------------------------------------------------------------------

    def _open(self, workspace_id: UUID) -> Collection:
        collection = self._client.get_or_create_collection(
            _name(workspace_id),
            embedding_function=None,
            configuration=cast(Any, {"hnsw": HNSW}),
            metadata={"embedder": self._embedder.name, "dimensions": self._embedder.dimensions},
        )
        self._same_embedder(collection)
        return collection

    def _there(self, workspace_id: UUID) -> Collection | None:
        try:
            return self._client.get_collection(_name(workspace_id), embedding_function=None)
        except NotFoundError:
            return None

    def _made_by_us(self, collection: Collection) -> bool:
        said = collection.metadata or {}
        ours = (self._embedder.name, self._embedder.dimensions)
        return (said.get("embedder"), said.get("dimensions")) == ours

    def _same_embedder(self, collection: Collection) -> None:
        if self._made_by_us(collection):
            return
        said = collection.metadata or {}
        raise EmbedderMismatch(
            f"These vectors were made by {said.get('embedder')} ({said.get('dimensions')} "
            f"numbers), not by {self._embedder.name} ({self._embedder.dimensions}).",
            todo="Go back to that embedder (SMARTCONTENT_EMBEDDER), or rebuild the memory of "
            "this workspace from the database.",
            found=said.get("embedder"),
            wanted=self._embedder.name,
        )

    def _drop_of_other_embedder(self, workspace_id: UUID) -> None:
        with self._answering():
            collection = self._there(workspace_id)
        if collection and not self._made_by_us(collection):
            self.drop(workspace_id)

    def _ids(self, workspace_id: UUID) -> set[str]:
        def ids() -> set[str]:
            collection = self._there(workspace_id)
            return set(collection.get(include=[])["ids"]) if collection else set()

        return self._try(ids)

    def _upsert(self, workspace_id: UUID, made: dict[str, Any]) -> None:
        self._open(workspace_id).upsert(**made)

    def _delete(self, workspace_id: UUID, ids: Sequence[str]) -> None:
        collection = self._there(workspace_id)
        if collection and ids:
            collection.delete(ids=list(ids))

    # -- talking ---------------------------------------------------------------------------

    def _try(self, act: Callable[[], R]) -> R:
        """Once more when the collection was dropped between finding and using it."""
        with self._answering():
            try:
                return act()
            except NotFoundError:
                return act()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, ChromaError) as problem:
            raise _unavailable(self._url, problem) from problem


def _connect(url: str) -> Client:
    address = urlsplit(url)
    secure = address.scheme == "https"
    host, port = address.hostname or "", address.port or (443 if secure else 80)
    settings = Settings(
        anonymized_telemetry=False, chroma_server_host=host, chroma_server_http_port=port
    )
    try:
        client = chromadb.HttpClient(host=host, port=port, ssl=secure, settings=settings)
    except (ValueError, httpx.HTTPError, ChromaError) as problem:
        raise _unavailable(url, problem) from problem
    return cast(Client, client)


def _connections(client: Client) -> list[httpx.Client]:
    """The library waits for ever and leaves its connections open; we bound and close them."""
    owners = [client, client._admin_client]
    connections: list[httpx.Client] = [vars(owner)["_server"]._session for owner in owners]
    for connection in connections:
        connection.timeout = httpx.Timeout(WAIT_SECONDS)
    return connections


def _unavailable(url: str, problem: Exception) -> SetupProblem:
    return SetupProblem(
        f"The Chroma server at {url} did not do what was asked: {problem}",
        todo="Run `smartcontent doctor`; nothing is lost, vectors can be rebuilt.",
        url=url,
    )


def _name(workspace_id: UUID) -> str:
    return f"workspace-{workspace_id.hex}"
