"""A table of events read line by line: what is kept, and what each bad row is told."""

import io
from datetime import UTC, datetime

import pytest

from smartcontent.commands.event_table import Refusal, read_rows, require_readable
from smartcontent.errors import InvalidEvent

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HEADER = "id,kind,occurred_at,value,topic\n"
AT = "2026-02-01T09:00:00Z"


def read(text: str | bytes) -> tuple[dict[int, str], list[Refusal]]:
    """Ids by line, and refusals."""
    refused: list[Refusal] = []
    data = text.encode() if isinstance(text, str) else text
    require_readable(io.BytesIO(data))
    rows = read_rows(io.BytesIO(data), refused, now=NOW)
    return {line: event.id for line, event in rows}, refused


def test_rows_have_the_line_they_stand_on() -> None:
    kept, refused = read(f"{HEADER}a,click,{AT},,\n\nb,dwell,{AT},2.5,bread\n")
    assert (kept, refused) == ({2: "a", 4: "b"}, [])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_spreadsheets_mark_and_line_ends_are_read(end: str) -> None:
    text = f"\ufeffid,kind,occurred_at\na,click,{AT}\n".replace("\n", end)
    assert read(text) == ({2: "a"}, [])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"b,stare,{AT},,", "kind: Input should be 'impression'"),
        ("b,click,yesterday,,", "occurred_at: Value error, a time is written like"),
        ("b,click,2026-02-01T09:00:00,,", "occurred_at"),
        ("b,click,2199-01-01T00:00:00Z,,", "has not come yet"),
        (f",click,{AT},,", "id: Field required"),
        (f"b,reward,{AT},NaN,", "value: Input should be a finite number"),
        (f"b,reward,{AT},-inf,", "value: Input should be a finite number"),
        (f"b,reward,{AT},much,", "value: Input should be a valid number"),
        (f"b,click,{AT},", "4 cells, but the header has 5"),
        (f"b,click,{AT},,bread,wine", "6 cells, but the header has 5"),
        (f'b,click,{AT},,"bread', "not one row of a table"),
    ],
)
def test_a_bad_row_is_told_and_its_neighbours_are_kept(row: str, why: str) -> None:
    kept, refused = read(f"{HEADER}a,click,{AT},,\n{row}\nc,click,{AT},,\n")
    assert kept == {2: "a", 4: "c"}
    [refusal] = refused
    assert (refusal["line"], refusal["code"]) == (3, "invalid-event")
    assert why in refusal["reason"]


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("", "missing: id, kind, occurred_at"),
        ("id,kind\na,click\n", "missing: occurred_at"),
        ("id;kind;occurred_at\n", "not known: id;kind;occurred_at"),
        ("id,kind,occurred_at,mood\n", "not known: mood"),
        ("id,kind,occurred_at,id\n", "there twice: id"),
        ('"id,kind\n', "missing: id"),
        (HEADER.encode("utf-16"), "line 1 has a NUL byte"),
        (HEADER.encode("utf-16-le"), "line 1 has a NUL byte"),
        (f"{HEADER}a,click,{AT},,caf\u00e9\n".encode("latin-1"), "line 2 is not UTF-8 (byte 34"),
        (b"\x89PNG\r\n\x1a\n\0\0", "line 1 is not UTF-8"),
        (HEADER + "a" * 200_000, "line 2 is over 100,000 bytes"),
    ],
    ids=range(11),
)
def test_what_is_no_table_of_events_is_refused_whole(table: str | bytes, why: str) -> None:
    with pytest.raises(InvalidEvent) as refusal:
        read(table)
    assert why in refusal.value.detail
    assert refusal.value.todo
