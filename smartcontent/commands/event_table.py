"""A table of events in CSV, one event a line: good rows with their line, bad ones with a reason.

A row is a line: an event has no field that needs two, and so an open quote spoils only its own.
"""

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any, BinaryIO, TypedDict

from pydantic import ValidationError

from api.batches import AHEAD, NewEvent
from smartcontent.errors import InvalidEvent

COLUMNS = tuple(NewEvent.model_fields)
REQUIRED = COLUMNS[:3]
LONGEST = 100_000  # bytes of a line
MARK = "\ufeff"  # the byte order mark that spreadsheets write


class Refusal(TypedDict):
    """A row that was not kept."""

    line: int
    code: str
    reason: str


def require_readable(table: BinaryIO) -> None:
    """Look at all of it, before anything is kept.

    Raises InvalidEvent for the first line that is no UTF-8 text, and for columns that do not fit.
    """
    lines = read_lines(table)
    read_header(lines)
    for _ in lines:
        pass


def read_rows(
    table: BinaryIO, refused: list[Refusal], *, now: datetime
) -> Iterator[tuple[int, NewEvent]]:
    """Good rows with their line (the header is line 1); bad ones go to `refused`."""
    lines = read_lines(table)
    names = read_header(lines)
    for number, line in lines:
        try:
            cells = read_cells(line)
            if cells:
                yield number, read_event(names, cells, now)
        except ValueError as problem:
            refused.append({"line": number, "code": InvalidEvent.code, "reason": said(problem)})


def read_lines(table: BinaryIO) -> Iterator[tuple[int, str]]:
    """Lines with their number, from 1.  Raises InvalidEvent for what is no UTF-8 text."""
    for number in count(1):
        line = table.readline(LONGEST + 1)
        if not line:
            return
        if len(line) > LONGEST or b"\0" in line:
            what = "has a NUL byte" if b"\0" in line else f"is over {LONGEST:,} bytes long"
            raise unreadable(number, what)
        try:
            yield number, line.decode()
        except UnicodeDecodeError as problem:
            what = f"is not UTF-8 (byte {problem.start + 1} of the line)"
            raise unreadable(number, what) from problem


def unreadable(line: int, what: str) -> InvalidEvent:
    return InvalidEvent(
        f"This is not a table in UTF-8: line {line} {what}. Nothing of it was imported.",
        todo="Save it as CSV in UTF-8 and import it again.",
        line=line,
    )


def read_header(lines: Iterator[tuple[int, str]]) -> list[str]:
    """The names of the columns.  Raises InvalidEvent when they cannot be used."""
    _, line = next(lines, (1, ""))
    try:
        names = read_cells(line.removeprefix(MARK)) if line else []
    except ValueError:
        names = [line.strip()]
    require_columns(names)
    return names


def require_columns(names: Sequence[str]) -> None:
    """Raises InvalidEvent naming the columns that are missing, not known or there twice.

    >>> require_columns(["id", "kind"])
    Traceback (most recent call last):
    smartcontent.errors.InvalidEvent: The table's columns do not fit (missing: occurred_at). ...
    """
    wrong = {
        "missing": [name for name in REQUIRED if name not in names],
        "not known": [name for name in names if name not in COLUMNS],
        "there twice": sorted({name for name in names if names.count(name) > 1}),
    }
    if any(wrong.values()):
        told = "; ".join(f"{what}: {', '.join(found)}" for what, found in wrong.items() if found)
        raise InvalidEvent(
            f"The table's columns do not fit ({told}).",
            todo=f"Its first line names the columns, with commas between them: "
            f"{', '.join(COLUMNS)}. The first three are required.",
            **wrong,
        )


def read_cells(line: str) -> list[str]:
    r"""The cells of one line; none when it is empty.  Raises ValueError for quotes left open.

    >>> read_cells('e-1,"a, b",\r\n')
    ['e-1', 'a, b', '']
    """
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as problem:
        raise ValueError(f"not one row of a table: {problem}") from problem


def read_event(names: Sequence[str], cells: Sequence[str], now: datetime) -> NewEvent:
    """An event under the same rules as one sent to the API.  Raises ValueError."""
    if len(cells) != len(names):
        raise ValueError(f"{len(cells)} cells, but the header has {len(names)}")
    values = {name: cell for name, cell in zip(names, cells, strict=True) if cell}
    event = NewEvent.model_validate_strings(values)
    if event.occurred_at > now + AHEAD:
        raise ValueError(f"occurred_at: {event.occurred_at.isoformat()} has not come yet")
    return event


def said(problem: ValueError) -> str:
    """What is wrong with a row, each thing with its column."""
    if not isinstance(problem, ValidationError):
        return str(problem)
    wrong: list[Any] = problem.errors(include_url=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong)
