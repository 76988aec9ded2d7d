"""`smartcontent events import FILE.csv`: engagement from a table, bad rows named by line."""

from collections.abc import Sequence
from errno import ENOENT
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from api.batches import NewEvent
from api.pseudonyms import Pseudonyms, pseudonym
from smartcontent.bootstrap import Product
from smartcontent.commands.event_table import Refusal, read_rows, require_readable
from smartcontent.commands.home import home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from smartcontent.decision import Event
from smartcontent.errors import InvalidEvent
from store.events import Events, Ingested

BATCH = 5_000
MOST_SHOWN = 20


def run(*, file: Path, json: bool) -> None:
    require_table(file)  # said before anything is started
    result = with_product(lambda product: bring(product, file))
    say(f"{result['accepted']} accepted, {result['duplicates']} already known.")
    for bad in result["rejected"][:MOST_SHOWN]:
        say(f"  line {bad['line']}: {bad['reason']}".replace("[", r"\["))
    if len(result["rejected"]) > MOST_SHOWN:
        say(f"  and {len(result['rejected']) - MOST_SHOWN} more; see them all with --json")
    if result["rejected"]:
        say("What to do: mend these lines and import the file again; nothing counts twice.")
    finish(result, json=json)


async def bring(product: Product, file: Path) -> dict[str, Any]:
    """Every good row once, in batches, each batch whole or not at all.

    Raises InvalidEvent, before anything is kept, when the file is no table of events.
    """
    require_table(file)
    workspace = (await home(product)).caller.workspace_id
    refused: list[Refusal] = []
    accepted = duplicates = 0
    with file.open("rb") as table:
        rows = read_rows(table, refused, now=product.services.clock())
        while batch := list(islice(rows, BATCH)):
            done = await ingest(product, workspace, [event for _, event in batch])
            accepted += done.accepted
            duplicates += done.duplicates
            refused.extend(
                Refusal(line=batch[index][0], code=InvalidEvent.code, reason=reason)
                for index, reason in done.unknown
            )
    product.team.policies.stale(workspace)
    refused.sort(key=lambda refusal: refusal["line"])
    return {"accepted": accepted, "duplicates": duplicates, "rejected": refused}


async def ingest(product: Product, workspace: UUID, events: Sequence[NewEvent]) -> Ingested:
    """One batch in one transaction, with pseudonyms in the place of subjects."""
    async with product.services.database.transaction(workspace) as session:
        key = await Pseudonyms(product.services.vault).key(session, workspace)
        return await Events(session).ingest([hidden(event, key) for event in events])


def hidden(event: NewEvent, key: bytes) -> Event:
    values = {name: getattr(event, name) for name in NewEvent.model_fields}
    if event.subject is not None:
        values["subject"] = pseudonym(key, event.subject)
    return Event.model_construct(**values)


def require_table(file: Path) -> None:
    """Look through the whole file before anything of it is kept.  Raises InvalidEvent."""
    try:
        if not file.is_file():
            raise FileNotFoundError(ENOENT, "there is no such file")
        with file.open("rb") as table:
            require_readable(table)
    except OSError as problem:
        raise InvalidEvent(
            f"{file} cannot be read: {problem.strerror}.",
            todo="Name a CSV file; save first what comes through a pipe.",
            file=str(file),
        ) from problem
