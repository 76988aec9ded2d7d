"""Threads live in their own schema, and only nouns come back to life from it."""

import asyncio
import pickle
from datetime import UTC, datetime
from typing import TypedDict
from uuid import UUID, uuid4

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel

from graph.checkpoints import install, open_checkpoints, prune, serializer
from smartcontent.content import Content, Span, Trace, Variant
from smartcontent.decision import Slot, SlotForecast
from smartcontent.publishing import CampaignSettings, PostState
from store.database import Database

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
VARIANT = Variant(
    id=uuid4(),
    segment_id=uuid4(),
    strategy="story",
    platform="sandbox",
    text="What happened, in order.",
    language="en",
    traces=(Trace(claim="order", span=Span(start=0, end=5)),),
)
HELD = [
    Content(id=uuid4(), title="Title", text="Text.", source="Text.", created_at=NOW),
    VARIANT,
    CampaignSettings(platforms=("sandbox", "webhook"), not_before=NOW),
    SlotForecast(slot=Slot(platform="a", at=NOW), expected=0.1, low=0.0, high=0.2, samples=3),
    PostState.APPROVED,
    uuid4(),
]


class Stranger(BaseModel):
    """A class that no thread may bring back to life."""

    text: str


@pytest.mark.parametrize("held", HELD, ids=lambda held: type(held).__name__)
def test_nouns_come_back_as_they_went(held: object) -> None:
    strict = serializer()
    assert strict.loads_typed(strict.dumps_typed(held)) == held


def test_other_classes_come_back_as_plain_data() -> None:
    kept = serializer().dumps_typed(Stranger(text="hello"))
    assert serializer().loads_typed(kept) == {"text": "hello"}


def test_control_without_the_list_a_stranger_would_come_back() -> None:
    kept = serializer().dumps_typed(Stranger(text="hello"))
    lax = JsonPlusSerializer(allowed_msgpack_modules=True)
    assert lax.loads_typed(kept) == Stranger(text="hello")


def test_nothing_is_unpickled() -> None:
    with pytest.raises(NotImplementedError):
        serializer().loads_typed(("pickle", pickle.dumps("anything")))


class Growing(TypedDict, total=False):
    variant: Variant


async def test_two_processes_may_install_and_the_application_may_write(
    database: Database, owner_url: str
) -> None:
    await asyncio.gather(install(owner_url), install(owner_url))
    thread: RunnableConfig = {"configurable": {"thread_id": str(UUID(int=7))}}
    async with open_checkpoints(database.url) as checkpointer:
        graph = StateGraph(Growing)
        graph.add_node("write", lambda state: {"variant": VARIANT})
        graph.add_edge(START, "write")
        graph.add_edge("write", END)
        compiled = graph.compile(checkpointer=checkpointer)
        await compiled.ainvoke({}, thread, durability="sync")
        assert (await compiled.aget_state(thread)).values == {"variant": VARIANT}
        await prune(checkpointer, [UUID(int=7)])
        assert await checkpointer.aget_tuple(thread) is None
