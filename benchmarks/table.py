"""A table as its owner sees it: emptied, read and filled by COPY, with nothing in between."""

from collections.abc import Collection, Sequence

import psycopg
from psycopg import sql


class Table:
    """`without` are columns that COPY leaves to their defaults."""

    def __init__(self, owner: psycopg.Connection, name: str, *, without: Collection[str]) -> None:
        self._owner = owner
        self._name = sql.Identifier(name)
        found = owner.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
            [name],
        ).fetchall()
        kept = [sql.Identifier(column) for (column,) in found if column not in without]
        self._columns = sql.SQL(", ").join(kept)

    def empty(self) -> None:
        self._owner.execute(sql.SQL("TRUNCATE {}").format(self._name))

    def count(self) -> int:
        row = self._owner.execute(sql.SQL("SELECT count(*) FROM {}").format(self._name)).fetchone()
        return int(row[0]) if row else 0

    def text(self, *, without: Sequence[str] = ()) -> bytes:
        """The rows in COPY's text format, but those with these ids."""
        query = sql.SQL("SELECT {} FROM {} WHERE id <> ALL ({})").format(
            self._columns, self._name, sql.Literal(list(without))
        )
        with self._owner.cursor() as cursor:
            with cursor.copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as copy:
                return b"".join(bytes(part) for part in copy)

    def copy(self, text: bytes) -> None:
        """Rows in, and committed when this returns."""
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(self._name, self._columns)
        with self._owner.cursor() as cursor, cursor.copy(into) as copy:
            copy.write(text)
