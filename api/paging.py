"""Cursor pagination: newest first, `next` is the cursor of the page after this one."""

from collections.abc import Sequence
from typing import Annotated, Generic, Protocol, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict


class HasId(Protocol):
    @property
    def id(self) -> UUID: ...


Item = TypeVar("Item")
Row = TypeVar("Row", bound=HasId)
After = Annotated[UUID | None, Query(description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


class Page(BaseModel, Generic[Item]):
    """Some items, and where the others begin; `next` is null on the last page."""

    model_config = ConfigDict(extra="forbid")

    items: list[Item]
    next: UUID | None = None


def page(rows: Sequence[Row], limit: int) -> "Page[Row]":
    """A page of at most `limit` rows out of up to one more than that were read."""
    more = len(rows) > limit
    shown = list(rows[:limit])
    return Page(items=shown, next=shown[-1].id if more else None)
