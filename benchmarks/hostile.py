"""Hostile uploads, naughty strings and inward addresses through the product's own doors.

`--data DIR` has the folders `upload-hostile`, `naughty-strings` and `ssrf-urls` (benchmarks/
hostile_cases.py says in which form); without it a few cases of our own are sent.  Every file goes
to the media door under three declared types and to the content door under its own name; every
string is a content in three formats; every address is asked for on a web where each name stands for
this machine, with a trap that hears who connects.  All of it must be read or refused with a code
and a next step, a PDF of 200 pages must be read within bounded memory, and campaigns must end well
beside a language model that does not (benchmarks/hostile_models.py).
"""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from time import perf_counter
from typing import Any

import httpx
from fastapi import FastAPI

from api.app import create_app
from api.deps import Services
from benchmarks.contract import Bar, arguments, done, peak_memory_mb, report
from benchmarks.ground import Ground, ground
from benchmarks.hostile_cases import Cases, Upload, own_cases, read_cases
from benchmarks.hostile_models import campaigns
from benchmarks.hostile_pdf import PAGES
from benchmarks.machine import forget_peak
from smartcontent.addresses import is_public
from smartcontent.bootstrap import open_product
from smartcontent.public_http import PublicOnly
from tools.fetch_page import fetch_page

TYPES = ("image/png", "image/jpeg", "application/octet-stream")
FORMATS = ("text", "markdown", "html")
CARRIED = (b"<script", b"Exif\0", b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"<?php")


@dataclass
class Tally:
    """How many cases were answered well, how long the slowest took, and what went wrong."""

    cases: int = 0
    well: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def note(self, name: str, problem: str, seconds: float) -> None:
        self.cases += 1
        self.well += not problem
        self.slowest = max(self.slowest, seconds)
        if problem:
            self.wrong.append(f"{name[:60]!r}: {problem}")

    @property
    def share(self) -> float:
        return self.well / self.cases if self.cases else 1.0


class Trap(httpx.AsyncBaseTransport):
    """A web that nobody leaves: keeps the addresses that would have been connected to."""

    def __init__(self) -> None:
        self.connected: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.connected.append(request.url.host)
        raise httpx.ConnectError("there is no network here")


async def inward(host: str, port: int) -> Sequence[str]:
    """A name stands for this machine, a number for itself."""
    return [host if host[:1].isdigit() or ":" in host else "127.0.0.1"]


def unclear(answer: httpx.Response) -> str:
    """Why an answer is neither a success nor a clear refusal; empty when it is one."""
    if answer.is_success:
        return ""
    if answer.status_code >= 500:
        return f"status {answer.status_code}"
    problem = answer.json()
    # what fails a body's own schema is told field by field, and that is its next step
    return "" if problem["code"] and (problem["todo"] or problem["errors"]) else "no next step"


async def timed(client: httpx.AsyncClient, *asked: Any, **how: Any) -> tuple[httpx.Response, float]:
    since = perf_counter()
    answer = await client.request(*asked, **how)
    return answer, perf_counter() - since


async def send_media(client: httpx.AsyncClient, content: str, upload: Upload) -> tuple[str, float]:
    """The media door, with every declared type; the first thing that was wrong."""
    slowest = 0.0
    for declared in TYPES:
        files = {"file": (upload.name, upload.data, declared)}
        answer, seconds = await timed(client, "POST", f"{content}/media", files=files)
        slowest = max(slowest, seconds)
        problem = unclear(answer) or await _unexpected(client, upload, answer)
        if problem:
            return f"as {declared}: {problem}", slowest
    return "", slowest


async def _unexpected(client: httpx.AsyncClient, upload: Upload, answer: httpx.Response) -> str:
    picture = upload.name.lower().endswith((".png", ".jpg", ".webp"))
    if upload.expected == "reject" and answer.is_success:
        return "was taken"
    if not answer.is_success:
        wanted = upload.expected == "accept" or (upload.expected == "sanitise" and picture)
        return f"was refused: {answer.text[:200]}" if wanted else ""
    shown = await client.get(answer.headers["location"])
    guarded = "sandbox" in shown.headers.get("content-security-policy", "")
    sniffed = shown.headers.get("x-content-type-options") == "nosniff"
    carried = [mark for mark in CARRIED if mark in shown.content]
    return "" if guarded and sniffed and not carried else f"is served with {carried}"


async def send_uploads(client: httpx.AsyncClient, content: str, cases: Cases) -> Tally:
    """Every file at both doors."""
    tally = Tally()
    for upload in cases.uploads:
        problem, seconds = await send_media(client, content, upload)
        files = {"file": (upload.name, upload.data)}
        answer, took = await timed(client, "POST", "/v1/contents/upload", files=files)
        tally.note(upload.name, problem or unclear(answer), max(seconds, took))
    return tally


async def send_names(client: httpx.AsyncClient, content: str, cases: Cases) -> Tally:
    """A good picture and a good text under every bad name."""
    tally = Tally()
    good = next((one.data for one in own_cases().uploads if one.expected == "accept"), b"")
    for name in cases.names:
        for path, data in ((f"{content}/media", good), ("/v1/contents/upload", b"Bread rises.")):
            body, header = _form(name, data)
            answer, seconds = await timed(client, "POST", path, content=body, headers=header)
            tally.note(name, unclear(answer), seconds)
    return tally


def _form(name: str, data: bytes) -> tuple[bytes, dict[str, str]]:
    """A form by hand, for a client would mend the name."""
    bound = secrets.token_hex(8).encode()
    said = name.encode("utf-8", "replace").replace(b'"', b"%22")
    head = b'Content-Disposition: form-data; name="file"; filename="%s"' % said
    body = b"--%s\r\n%s\r\n\r\n%s\r\n--%s--\r\n" % (bound, head, data, bound)
    return body, {"content-type": f"multipart/form-data; boundary={bound.decode()}"}


async def send_strings(client: httpx.AsyncClient, cases: Cases) -> Tally:
    """Every string as a file, in every format; what was taken comes back as it was stored."""
    tally = Tally()
    for text in cases.strings:
        problem, slowest = "", 0.0
        for format, ending in zip(FORMATS, (".txt", ".md", ".html"), strict=True):
            data = text.encode("utf-8", "surrogatepass")
            files = {"file": (f"naughty{ending}", data, f"text/{format}")}
            answer, seconds = await timed(client, "POST", "/v1/contents/upload", files=files)
            slowest = max(slowest, seconds)
            problem = problem or unclear(answer) or await _changed(client, answer)
        tally.note(text, problem, slowest)
    return tally


async def _changed(client: httpx.AsyncClient, answer: httpx.Response) -> str:
    if not answer.is_success:
        return ""
    again = await client.get(answer.headers["location"])
    return "" if again.is_success and again.content == answer.content else "came back changed"


async def send_addresses(client: httpx.AsyncClient, cases: Cases, trap: Trap) -> Tally:
    """Every address is refused, and nobody inside was asked."""
    tally = Tally()
    for address in cases.addresses:
        before = len(trap.connected)
        body = {"link": address}
        answer, seconds = await timed(client, "POST", "/v1/contents/link", json=body)
        inside = [ip for ip in trap.connected[before:] if not is_public(ip)]
        problem = unclear(answer) or ("was read" if answer.is_success else "")
        tally.note(address, problem or (f"asked {inside}" if inside else ""), seconds)
    return tally


def long_pdf() -> dict[str, float]:
    """`seconds`, the largest `megabytes` of the child, and how many `pages` were read."""
    command = [sys.executable, "-m", "benchmarks.hostile_pdf"]
    said: dict[str, float] = json.loads(subprocess.run(command, capture_output=True).stdout)
    return said


async def send_all(client: httpx.AsyncClient, cases: Cases, trap: Trap) -> dict[str, Tally]:
    """Everything, by a client that is signed in."""
    made = await client.post("/v1/contents", json={"text": "Bread."})
    content = made.headers["location"]
    return {
        "uploads": await send_uploads(client, content, cases),
        "names": await send_names(client, content, cases),
        "strings": await send_strings(client, cases),
        "addresses": await send_addresses(client, cases, trap),
    }


def trapped(services: Services, trap: Trap) -> FastAPI:
    """The application on a web where every name stands for this machine."""
    fetch = partial(fetch_page, transport=PublicOnly(trap, look_up=inward))
    return create_app(replace(services, fetch=fetch))


async def measure(here: Ground, cases: Cases) -> dict[str, Any]:
    trap = Trap()
    async with open_product(here.settings) as product:
        app = trapped(product.services, trap)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await _sign_up(client)
            before = forget_peak()
            tallies = await send_all(client, cases, trap)
    grown = (peak_memory_mb() or 0.0) - before
    connected = sum(not is_public(ip) for ip in trap.connected)
    tallies["models"], beside = await beside_models(here)
    grown = max(grown, beside)
    return {**tallies, "memory_grown_mb": round(grown, 1), "asked_inside": connected}


async def beside_models(here: Ground) -> tuple[Tally, float]:
    """A campaign beside each kind of endpoint, and by how many MB more the largest of them grew
    than the one beside an endpoint that answers well."""
    tally, done = Tally(), await campaigns(here)
    for one in done:
        tally.note(one.name, one.wrong, one.seconds)
    return tally, max(one.grown_mb for one in done) - done[-1].grown_mb


async def _sign_up(client: httpx.AsyncClient) -> None:
    body = {
        "workspace": "House",
        "name": "Owner",
        "email": f"{secrets.token_hex(6)}@example.test",
        "password": secrets.token_urlsafe(12),
    }
    answer = await client.post("/v1/workspaces", json=body)
    client.headers["authorization"] = f"Bearer {answer.json()['tokens']['access_token']}"


def summary(measured: dict[str, Any], seed: int) -> tuple[dict[str, Any], dict[str, Bar]]:
    long = long_pdf()
    figures: dict[str, Any] = {"seed": seed, "cpus": os.cpu_count()}
    bars: dict[str, Bar] = {}
    for name in ("uploads", "names", "strings", "addresses", "models"):
        tally: Tally = measured[name]
        figures[name] = f"{tally.well}/{tally.cases}"
        figures[f"{name}_slowest_seconds"] = round(tally.slowest, 3)
        figures[f"{name}_wrong"] = tally.wrong
        bars[f"{name}_answered_well"] = Bar(tally.share, 1.0)
    figures |= {f"pdf_{name}": round(value, 2) for name, value in long.items()}
    bars["asked_inside"] = Bar(measured["asked_inside"], 0, better="lower")
    bars["upload_slowest_seconds"] = Bar(measured["uploads"].slowest, 2.0, better="lower")
    bars["memory_grown_mb"] = Bar(measured["memory_grown_mb"], 200, better="lower")
    bars["pdf_pages_read"] = Bar(long["pages"], PAGES)
    bars["pdf_peak_mb"] = Bar(long["megabytes"], 400, better="lower")
    return figures, bars


def main() -> int:
    args = arguments(__doc__)
    cases = read_cases(args.data) if args.data else own_cases()
    with ground() as here:
        measured = asyncio.run(measure(here, cases))
    figures, bars = summary(measured, args.seed)
    return report("hostile", figures, bars, as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
