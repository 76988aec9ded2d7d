"""The same through HTTP: requests of 1,000 events against a COPY of 1,000 rows for each."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import psycopg

from benchmarks.account import Account
from benchmarks.children import Server, load, serving
from benchmarks.contract import Spread
from benchmarks.feed import Feed
from benchmarks.ground import Ground
from benchmarks.load import Load, Plan
from benchmarks.table import Table
from smartcontent.decision import Event

AT_ONCE = 1_000  # events in a request, the most it takes
CONNECTIONS = 4
SUBJECTS = 200
ACTIONS = [{"id": name, "features": {"strategy": name}} for name in ("story", "quote", "number")]


@dataclass
class Http:
    """Round by round: events/s answered, and COPY's seconds over ours for the same rows."""

    per_second: list[float]
    over_copies: list[float]
    over_one_copy: list[float]
    wrong: int
    refused: int = 0
    peak_mb: float | None = None

    def figures(self) -> dict[str, object]:
        return {
            "http_events_per_s": Spread.of(self.per_second),
            "http_over_one_large_copy": Spread.of(self.over_one_copy),
            "http_server_peak_mb": self.peak_mb,
        }


def over_http(here: Ground, *, seed: int, batches: int, rounds: int) -> Http:
    """`rounds` times `batches` requests, after one round that warms up."""
    seen = Http([], [], [], wrong=0)
    with serving(["smartcontent", "serve"], here.environment) as server:
        account = Account(server.port)
        feed = prepare(account, seed)
        with psycopg.connect(here.owner_url, autocommit=True) as owner:
            table = Table(owner, "events", without={"received_at"})
            for number in range(rounds + 1):
                earlier, batch = feed.with_repeats(batches * AT_ONCE)
                table.empty()
                seen.refused += send(server, account, earlier).refused
                before = table.count()
                told = send(server, account, batch)
                seen.refused += told.refused
                new = len({event.id for event in batch} - {event.id for event in earlier})
                seen.wrong += abs(table.count() - before - new)
                rows = table.text(without=[event.id for event in earlier])
                if number:
                    compare(seen, told, table, rows, len(batch))
        account.close()
        seen.peak_mb = server.peak_mb
    return seen


def prepare(account: Account, seed: int) -> Feed:
    subjects = [f"person-{secrets.token_hex(6)}" for _ in range(SUBJECTS)]
    account.consent(subjects[::2], "analytics")
    decisions = account.decide([{"actions": ACTIONS}] * 500)
    return Feed(decisions, subjects, seed=seed)


def send(server: Server, account: Account, events: Sequence[Event]) -> Load:
    """Each event once, by a thousand."""
    parts = [events[first : first + AT_ONCE] for first in range(0, len(events), AT_ONCE)]
    bodies = [
        '{"events":[' + ",".join(e.model_dump_json(exclude_none=True) for e in part) + "]}"
        for part in parts
    ]
    plan = Plan(server.port, "/v1/events", account.key, bodies, CONNECTIONS, once=True)
    return load(plan)


def compare(seen: Http, told: Load, table: Table, rows: bytes, events: int) -> None:
    """COPY the rows that came of it: by the thousand, and all at once."""
    lines = rows.splitlines(keepends=True)
    pieces = [b"".join(lines[i : i + AT_ONCE]) for i in range(0, len(lines), AT_ONCE)]
    seen.per_second.append(events / told.seconds)
    for kept, parts in ((seen.over_copies, pieces), (seen.over_one_copy, [rows])):
        table.empty()
        since = perf_counter()
        for part in parts:
            table.copy(part)
        kept.append((perf_counter() - since) / told.seconds)
