"""`smartcontent events import FILE.csv`: engagement from a table, bad rows named by line."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError

from api.pseudonyms import Pseudonyms, pseudonym
from smartcontent.bootstrap import Product
from smartcontent.commands.home import home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from smartcontent.content import Event
from smartcontent.errors import InvalidEvent
from store.events import Events

REQUIRED = ("id", "kind", "occurred_at")
BATCH = 5_000
MOST_SHOWN = 20

Row = tuple[int, Event]
Refusal = dict[str, Any]


def run(*, file: Path, json: bool) -> None:
    result = with_product(lambda product: bring(product, file))
    say(f"{result['accepted']} accepted, {result['duplicates']} already known.")
    for bad in result["rejected"][:MOST_SHOWN]:
        say(f"  line {bad['line']}: {bad['reason']}")
    if len(result["rejected"]) > MOST_SHOWN:
        say(f"  and {len(result['rejected']) - MOST_SHOWN} more; see them all with --json")
    finish(result, json=json)


async def bring(product: Product, file: Path) -> dict[str, Any]:
    """Every good row once, in batches, each batch whole or not at all."""
    owner = await home(product)
    workspace = owner.caller.workspace_id
    pseudonyms = Pseudonyms(product.services.vault)
    result: dict[str, Any] = {"accepted": 0, "duplicates": 0, "rejected": []}
    async with product.services.database.transaction(workspace) as session:
        key = await pseudonyms.key(session, workspace)
    with opened(file) as table:
        rows = read_rows(table, result["rejected"], key)
        while batch := list(islice(rows, BATCH)):
            async with product.services.database.transaction(workspace) as session:
                done = await Events(session).ingest([event for _, event in batch])
            result["accepted"] += done.accepted
            result["duplicates"] += done.duplicates
            result["rejected"] += [
                {"line": batch[index][0], "reason": reason} for index, reason in done.unknown
            ]
    product.team.policies.stale(workspace)
    result["rejected"].sort(key=lambda refusal: refusal["line"])
    return result


def opened(file: Path) -> TextIO:
    try:
        return file.open(encoding="utf-8-sig", newline="", errors="strict")
    except OSError as problem:
        raise InvalidEvent(
            f"{file} cannot be read: {problem.strerror}.", todo="Check the path."
        ) from problem


def read_rows(table: TextIO, refused: list[Refusal], key: bytes) -> Iterator[Row]:
    """Good rows with their line; bad ones go to `refused`.  A bad header raises InvalidEvent."""
    reader = csv.DictReader(table)
    try:
        require_columns(reader.fieldnames or [])
        for row in reader:
            event = read_row(row, reader.line_num, refused, key)
            if event is not None:
                yield reader.line_num, event
    except (UnicodeDecodeError, csv.Error) as problem:
        raise InvalidEvent(
            f"After line {reader.line_num} this is not a UTF-8 table: {problem}.",
            todo="Save it as CSV in UTF-8; what was imported before is kept and counts once.",
            line=reader.line_num,
        ) from problem


def require_columns(names: Any) -> None:
    """Raises InvalidEvent naming the columns that are missing or not known."""
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in Event.model_fields]
    if missing or unknown:
        said = [f"missing: {', '.join(missing)}"] if missing else []
        said += [f"not known: {', '.join(map(str, unknown))}"] if unknown else []
        raise InvalidEvent(
            f"The table's columns do not fit ({'; '.join(said)}).",
            todo=f"Use these: {', '.join(Event.model_fields)}; the first three are required.",
            missing=missing,
            unknown=unknown,
        )


def read_row(row: dict[str, Any], line: int, refused: list[Refusal], key: bytes) -> Event | None:
    values = {name: value for name, value in row.items() if value not in ("", None)}
    try:
        event = Event.model_validate(values)
    except ValidationError as problem:
        wrong = problem.errors()[0]
        where = ".".join(map(str, wrong["loc"]))
        refused.append({"line": line, "reason": f"{where}: {wrong['msg']}"})
        return None
    hidden = pseudonym(key, event.subject) if event.subject else None
    return event.model_copy(update={"subject": hidden})
