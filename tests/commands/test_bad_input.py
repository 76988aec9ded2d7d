"""Bad input: each is told with a code and what to do, loses nothing, writes nothing half."""

import time
import tracemalloc
from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from smartcontent.bootstrap import Product
from smartcontent.commands.campaign import moment, play, read_file, read_source
from smartcontent.commands.home import Home
from smartcontent.commands.import_events import bring
from smartcontent.errors import (
    AddressRefused,
    Conflict,
    InvalidContent,
    InvalidEvent,
    InvalidInput,
    PastTime,
    SmartContentError,
    TooLarge,
    UnknownPlatform,
)
from tools.read_content import read

TABLES = (
    "contents", "campaigns", "runs", "variants", "posts", "outbox", "decisions", "events",
    "jobs.procrastinate_jobs",
)  # fmt: skip
PROSE = b"Bread needs patience, flour, water and time. "
MEGABYTE = 1_000_000
BIG = PROSE * (20 * MEGABYTE // len(PROSE))
AT = "2026-01-01T09:00:00Z"
ARMS = {"actions": [{"id": "a"}, {"id": "b"}]}
ASKED: dict[str, Any] = {
    "platforms": ("sandbox",),
    "posts": 1,
    "not_before": None,
    "within_hours": 0,
    "auto_approve": False,
}


NO_ARTICLES: list[tuple[str, bytes, type[SmartContentError], str]] = [
    ("empty.md", b"", InvalidContent, "no text to read"),
    ("blank.md", b" \n\n\t\n", InvalidContent, "no text to read"),
    ("photo.md", b"\x89PNG\r\n\x1a\n" + bytes(500), InvalidContent, "is a PNG picture"),
    ("zeros.md", PROSE + bytes(9), InvalidContent, "is binary"),
    ("noise.md", bytes(range(128, 256)), InvalidContent, "is not UTF-8"),
    ("old.md", "Caf\u00e9 au lait".encode("latin-1"), InvalidContent, "is not UTF-8"),
    ("big.md", BIG, TooLarge, "over 2,000,000 bytes"),
]


async def counted(product: Product, owner: Home) -> dict[str, int]:
    """How many rows the workspace has of everything."""
    async with product.services.database.transaction(owner.caller.workspace_id) as session:
        return {
            table: (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
            for table in TABLES
        }


@asynccontextmanager
async def nothing_written(product: Product, owner: Home) -> AsyncIterator[None]:
    before = await counted(product, owner)
    yield
    assert await counted(product, owner) == before


def require_told(problem: SmartContentError) -> None:
    assert problem.code not in ("", "error")
    assert problem.detail and problem.todo


def saved(folder: Path, name: str, data: bytes) -> Path:
    file = folder / name
    file.write_bytes(data)
    return file


async def test_something_written_would_be_noticed(product: Product, owner: Home) -> None:
    with pytest.raises(AssertionError, match="contents"):
        async with nothing_written(product, owner):
            await play(product, read(PROSE, "bread.txt"), ASKED)


@pytest.mark.parametrize(
    ("name", "data", "kind", "why"), NO_ARTICLES, ids=[row[0] for row in NO_ARTICLES]
)
async def test_a_file_that_is_no_article(
    product: Product,
    owner: Home,
    http: httpx.AsyncClient,
    tmp_path: Path,
    name: str,
    data: bytes,
    kind: type[SmartContentError],
    why: str,
) -> None:
    file = saved(tmp_path, name, data)
    async with nothing_written(product, owner):
        with pytest.raises(kind) as refusal:
            read_file(file)
        sent = await http.post("/v1/contents/upload", files={"file": (name, data)})
    require_told(refusal.value)
    assert why in refusal.value.detail
    assert sent.status_code == (413 if kind is TooLarge else 422)
    assert sent.json()["code"] == kind.code and sent.json()["todo"]


@pytest.mark.parametrize("address", ["http://127.0.0.1/", "HTTP://localhost/a", "http://10.1/"])
async def test_a_private_address_is_no_article(
    product: Product, owner: Home, http: httpx.AsyncClient, address: str
) -> None:
    async with nothing_written(product, owner):
        with pytest.raises(AddressRefused) as refusal:
            await to_thread(read_source, address)
        sent = await http.post("/v1/contents/link", json={"link": address.lower()})
    require_told(refusal.value)
    assert (sent.status_code, sent.json()["code"]) == (403, "address-refused")


def test_a_large_file_is_refused_at_once_and_not_read(tmp_path: Path) -> None:
    file = saved(tmp_path, "big.md", BIG)
    since = time.process_time()
    tracemalloc.start()
    with pytest.raises(TooLarge):
        read_file(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.process_time() - since < 0.5
    assert peak < 5 * MEGABYTE


@pytest.mark.parametrize(
    ("wish", "kind"),
    [
        ({"platforms": ("sandbox", "myspace")}, UnknownPlatform),
        ({"not_before": moment("2020-01-01")}, PastTime),
        ({"not_before": moment("9999-12-31T23:00-14:00")}, Conflict),
    ],
)
async def test_a_campaign_that_cannot_be(
    product: Product, owner: Home, wish: Mapping[str, Any], kind: type[SmartContentError]
) -> None:
    async with nothing_written(product, owner):
        with pytest.raises(kind) as refusal:
            await play(product, read(PROSE, "bread.txt"), {**ASKED, **wish})
    require_told(refusal.value)


def test_what_is_no_time() -> None:
    with pytest.raises(InvalidInput) as refusal:
        moment("tomorrow")
    require_told(refusal.value)


@pytest.mark.parametrize(
    ("settings", "status", "code"),
    [
        ({"platforms": ["myspace"]}, 422, "unknown-platform"),
        ({"not_before": "2020-01-01T00:00:00Z"}, 409, "past-time"),
        ({"not_before": "9999-12-31T23:59:59Z"}, 409, "conflict"),
    ],
)
async def test_a_campaign_that_cannot_be_over_http(
    product: Product,
    owner: Home,
    http: httpx.AsyncClient,
    settings: Mapping[str, Any],
    status: int,
    code: str,
) -> None:
    body = {"title": "Bread", "text": PROSE.decode()}
    content = (await http.post("/v1/contents", json=body)).json()["id"]
    async with nothing_written(product, owner):
        asked = {"content_id": content, "settings": settings}
        answer = await http.post("/v1/campaigns", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["todo"]


@pytest.mark.parametrize("value", ["NaN", '"NaN"', "Infinity", "-Infinity", "1e999", "null"])
async def test_a_reward_that_is_no_number(
    product: Product, owner: Home, http: httpx.AsyncClient, value: str
) -> None:
    decision = (await http.post("/v1/decisions/rank", json=ARMS)).json()["id"]
    async with nothing_written(product, owner):
        answer = await http.post(
            f"/v1/decisions/{decision}/reward",
            content=f'{{"value": {value}}}',
            headers={"content-type": "application/json"},
        )
    said = answer.json()
    assert (answer.status_code, said["code"]) in [(422, "invalid-input"), (400, "malformed-body")]
    assert said["todo"]


async def test_a_reward_for_an_unknown_decision(
    product: Product, owner: Home, http: httpx.AsyncClient
) -> None:
    async with nothing_written(product, owner):
        answer = await http.post(f"/v1/decisions/{uuid4()}/reward", json={"value": 1})
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert answer.json()["todo"]


async def test_events_that_cannot_be_counted(
    product: Product, owner: Home, http: httpx.AsyncClient
) -> None:
    bad = [
        {"id": "lost", "kind": "click", "occurred_at": AT, "decision_id": str(uuid4())},
        {"id": "lost-post", "kind": "click", "occurred_at": AT, "post_id": str(uuid4())},
        {"id": "nan", "kind": "reward", "occurred_at": AT, "value": "NaN"},
    ]
    async with nothing_written(product, owner):
        answer = await http.post("/v1/events", json={"events": bad})
    said = answer.json()
    assert (answer.status_code, said["accepted"]) == (200, 0)
    assert [(one["index"], one["code"]) for one in said["rejected"]] == [
        (index, "invalid-event") for index in range(len(bad))
    ]
    assert all(one["reason"] for one in said["rejected"])


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (b"", "missing: id, kind, occurred_at"),
        (b"id,kind\ne-1,click\n", "missing: occurred_at"),
        (f"id,kind,occurred_at\ne-1,click,{AT}\n".encode("utf-16"), "not a table in UTF-8"),
        (
            f"id,kind,occurred_at,topic\ne-1,click,{AT},\ne-2,click,{AT},\u00e9\n".encode("cp1252"),
            "line 3 is not UTF-8",
        ),
    ],
)
async def test_a_file_that_is_no_table_of_events(
    product: Product, owner: Home, tmp_path: Path, table: bytes, why: str
) -> None:
    async with nothing_written(product, owner):
        with pytest.raises(InvalidEvent) as refusal:
            await bring(product, saved(tmp_path, "events.csv", table))
    require_told(refusal.value)
    assert why in refusal.value.detail


@pytest.mark.parametrize("name", ["nothing.csv", "."])
async def test_a_table_that_is_not_there(product: Product, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidEvent, match="cannot be read") as refusal:
        await bring(product, tmp_path / name)
    require_told(refusal.value)


async def test_three_bad_rows_among_ten_thousand(
    product: Product, owner: Home, tmp_path: Path
) -> None:
    mark = uuid4().hex
    rows = [f"{mark}-{n},click,{AT}," for n in range(10_000)]
    rows[17] = f"{mark}-17,stare,{AT},"
    rows[5_000] = f"{mark}-5000,click,soon,"
    rows[9_998] = f"{mark}-9998,click,{AT},{uuid4()}"
    lines = ["id,kind,occurred_at,decision_id", *rows]
    file = saved(tmp_path, "events.csv", "\n".join(lines).encode())
    before = (await counted(product, owner))["events"]
    first = await bring(product, file)
    again = await bring(product, file)
    assert (first["accepted"], first["duplicates"]) == (9_997, 0)
    assert (again["accepted"], again["duplicates"]) == (0, 9_997)
    assert first["rejected"] == again["rejected"]
    told = {bad["line"]: bad["reason"] for bad in first["rejected"]}
    assert list(told) == [19, 5_002, 10_000]  # the header is line 1
    assert told[19].startswith("kind:") and told[5_002].startswith("occurred_at:")
    assert "no such decision" in told[10_000]
    assert {bad["code"] for bad in first["rejected"]} == {"invalid-event"}
    assert (await counted(product, owner))["events"] == before + 9_997
