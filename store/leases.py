"""Leases by the database's clock, and fences.

A lease says who may work on a row and until when.  Clocks and pauses can fool a worker about
"until when", so each lease also raises the row's fence, and every write names the fence it was
given: once somebody else holds the row, the old holder's writes find nothing to change.
"""

from sqlalchemy import ColumnElement, Table, func, or_

from smartcontent.errors import LeaseLost


def until(seconds: float) -> ColumnElement[object]:
    """That many seconds from now."""
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def free(table: Table) -> ColumnElement[bool]:
    """Nobody holds the row, or the lease ran out.  Its owner may not take it twice either: two
    tasks of one worker are two workers."""
    return or_(table.c.lease_until.is_(None), table.c.lease_until < func.clock_timestamp())


def lost(what: str) -> LeaseLost:
    return LeaseLost(
        f"Another worker holds this {what}, or it was taken back.",
        todo="Leave it: whoever holds it goes on.",
    )
