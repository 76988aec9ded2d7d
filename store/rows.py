"""Rows are nouns and nouns are rows: columns bear the names of the fields."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import orjson
from pydantic import BaseModel
from sqlalchemy import JSON, Row, RowMapping, Select, Table, TextClause, select, text, tuple_
from uuid_utils.compat import uuid7

from smartcontent.errors import NotFound
from store.database import Session

N = TypeVar("N", bound=BaseModel)


def new_id() -> UUID:
    """A time-ordered id (RFC 9562, version 7)."""
    return uuid7()


def as_row(noun: BaseModel, table: Table, **more: object) -> dict[str, Any]:
    """The noun's fields that are columns; nested ones as JSON writes them."""
    plain, nested = _fields(type(noun), table)
    row = noun.model_dump(include=plain)
    return row | noun.model_dump(mode="json", include=nested) | more


@cache
def _fields(noun: type[BaseModel], table: Table) -> tuple[set[str], set[str]]:
    fields = noun.model_fields.keys() & table.c.keys()
    nested = {name for name in fields if isinstance(table.c[name].type, JSON)}
    return set(fields - nested), nested


def as_noun(noun: type[N], row: Row[Any] | RowMapping | Mapping[str, Any]) -> N:
    """The noun in a row, further columns left aside."""
    values = row._mapping if isinstance(row, Row) else row
    return noun.model_validate({name: values[name] for name in noun.model_fields})


async def add(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert; what is already there by key stays as it is, so that a node may run twice.

    The rows travel as one JSON parameter, however many they are.
    """
    if rows:
        insertion = _insertion(table, tuple(rows[0]))
        await session.execute(insertion, {"rows": orjson.dumps(rows).decode()})


@cache
def _insertion(table: Table, names: tuple[str, ...]) -> TextClause:
    columns = ", ".join(names)
    return text(f"""
        INSERT INTO {table.name} ({columns})
        SELECT {columns} FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))
            ON CONFLICT DO NOTHING
    """)


async def one(session: Session, noun: type[N], statement: Select[Any], *, todo: str) -> N:
    """The noun of the only row.  Raises NotFound."""
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise NotFound(f"There is no such {noun.__name__.lower()} here.", todo=todo)
    return as_noun(noun, row)


async def many(session: Session, noun: type[N], statement: Select[Any]) -> list[N]:
    return [as_noun(noun, row) for row in await session.execute(statement)]


def page(statement: Select[Any], table: Table, after: UUID | None, limit: int) -> Select[Any]:
    """Newest first, `limit` rows behind the row with the id `after`."""
    order = tuple_(table.c.created_at, table.c.id)
    ordered = statement.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(limit)
    if after is None:
        return ordered
    there = table.alias("there")
    place = select(there.c.created_at, there.c.id).where(there.c.id == after).scalar_subquery()
    return ordered.where(order < place)
