"""Whole campaigns whose language model hangs, breaks its JSON, fails, or never ends its answer.

The endpoint is a real one on loopback.  Each campaign must end with posts that the embedded writer
wrote, and say on every variant that it did; with an endpoint that answers well the same campaign
is written by the model, so that a product which never asks one is not taken for a patient one.
"""

import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import UUID

from agents.writer import EMBEDDED
from benchmarks import model_endpoint as e
from benchmarks.contract import peak_memory_mb
from benchmarks.ground import Ground
from benchmarks.machine import forget_peak
from smartcontent.bootstrap import Product, open_product
from smartcontent.commands.campaign import play
from smartcontent.commands.home import home
from smartcontent.content import Variant
from smartcontent.publishing import RunState
from store.variants import Variants
from tools.read_content import read

ARTICLE = """The library of things opened in March in the old bakery on Mill Street.

The shelf holds 48 tools today, and neighbours borrow a drill for a week.

Ana Ruiz keeps the list of who has what. "Nobody has lost a hammer yet," she said.

Bring back what you borrowed on Saturday between nine and noon.
"""
TRUE = "The shelf holds 48 tools today, and neighbours borrow a drill for a week."
PATIENCE = 1.0  # seconds of waiting for the endpoint
FAULTS: dict[str, e.Answer] = {
    "hangs": e.hanging,
    "drips": e.dripping,
    "breaks its JSON": e.saying('{"text": "The shelf holds'),
    "fills in another form": e.saying('{"title": "Tools"}'),
    "says 500": e.failing(500),
    "says 429": e.failing(429),
    "streams without end": e.rambling,
    "floods": e.flooding,
    "is no endpoint": e.raw(b"<html>", "text/html"),
    "invents": e.drafting("The shelf holds 4,800 tools today, says Dr. Miriam Vogel of Harvard."),
}
WELL = "answers well"
ASKED = {
    "platforms": ("sandbox",),
    "posts": 1,
    "not_before": None,
    "within_hours": 0,
    "auto_approve": True,
}


@dataclass(frozen=True)
class Campaigned:
    """What came of a campaign beside one endpoint; `wrong` is empty when it went as it must."""

    name: str
    wrong: str
    seconds: float
    grown_mb: float


async def campaigns(here: Ground) -> list[Campaigned]:
    """One campaign for each fault, and one beside an endpoint that answers well, the last."""
    well = e.drafting(TRUE)
    await _beside(here, WELL, well)  # what a first campaign loads is nobody's fault
    done = [await _beside(here, name, answer) for name, answer in FAULTS.items()]
    return [*done, await _beside(here, WELL, well)]


async def _beside(here: Ground, name: str, answer: e.Answer) -> Campaigned:
    """In a product of its own, which has not learned yet to leave this endpoint alone, and a
    workspace of its own: what was posted once is refused as a repetition."""
    (here.folder / "login.json").unlink(missing_ok=True)
    with e.endpoint(answer) as (url, asked):
        changed = {"llm_base_url": url, "llm_model": "loopback", "llm_timeout": PATIENCE}
        async with open_product(here.settings.model_copy(update=changed)) as product:
            since, before = perf_counter(), forget_peak()
            with redirect_stdout(io.StringIO()):
                result = await play(product, read(ARTICLE.encode(), "article.md"), dict(ASKED))
            seconds, grown = perf_counter() - since, (peak_memory_mb() or 0.0) - before
            variants = await _variants(product, UUID(str(result["campaign_id"])))
    return Campaigned(name, wrong_with(name, result, variants, len(asked)), seconds, grown)


async def _variants(product: Product, campaign_id: UUID) -> list[Variant]:
    workspace = (await home(product)).caller.workspace_id
    async with product.services.database.transaction(workspace) as session:
        return await Variants(session).of(campaign_id)


def wrong_with(name: str, result: dict[str, Any], variants: list[Variant], asked: int) -> str:
    """Why a campaign did not go as it must; empty when it did."""
    if result["state"] != RunState.FINISHED:
        return f"the campaign is {result['state']}: {result['problem']}"
    if not (variants and asked):
        return f"{len(variants)} variants, the endpoint asked {asked} times"
    fallen = [variant.writer.startswith(f"{EMBEDDED} (fallback") for variant in variants]
    if name == WELL:
        return "the model wrote nothing" if all(fallen) else ""
    noted = [any(f.rule == "model-fallback" for f in variant.findings) for variant in variants]
    return "" if all(fallen) and all(noted) else "a variant does not say who wrote it"
