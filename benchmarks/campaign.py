"""A whole campaign on a real article: what its steps cost, what holding them together costs.

Each step notes its own seconds in the run's ledger.  What a run takes beyond their sum is the
graph: checkpoints, leases, the ledger and the commits.  Longer articles are made of the whole
paragraphs of real ones, one after another.  Each campaign has a workspace of its own, so
that nothing published earlier stands in its way.
"""

import argparse
import asyncio
import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any

from api.passwords import Passwords
from api.workspaces import Founder, found
from benchmarks.contract import Bar, Spread, arguments, done, peak_memory_mb, report, slope
from benchmarks.ground import Ground, ground
from benchmarks.startup import waits
from jobs.worker import run_worker
from smartcontent.bootstrap import Product, open_product
from smartcontent.commands.campaign import follow, start
from smartcontent.content import Caller
from smartcontent.publishing import PostState, RunState
from smartcontent.scopes import SCOPES
from store.posts import Posts
from store.runs import Runs
from tools.read_content import Reading, read

EXAMPLES = Path(__file__).parent.parent / "examples" / "articles"
TIMES = (1, 2, 4, 8)
UNIT = 3_000  # characters of the shortest article
HELP_LIMIT = 0.5  # seconds
ASKED = {
    "platforms": ("sandbox",),
    "posts": 3,
    "not_before": None,
    "within_hours": 0,
    "auto_approve": True,
}


@dataclass(frozen=True)
class Campaign:
    """Seconds of one campaign: its steps, the run around them, and the sending afterwards."""

    steps: dict[str, float]
    run: float
    send: float
    finished: bool
    posts: int

    @property
    def overhead(self) -> float:
        """What the graph adds, as a share of the steps' own seconds."""
        spent = sum(self.steps.values())
        return (self.run - spent) / spent


def articles(data: Path | None) -> list[Path]:
    """Markdown articles of a folder, whatever lies below it; else the ones that are shipped."""
    found = sorted((data or EXAMPLES).rglob("*.md"))
    return [file for file in found if file.name != "README.md"]


def paragraphs(files: list[Path]) -> Iterator[str]:
    """Paragraphs of one article after another, over and over."""
    for file in cycle(files):
        yield from read(file.read_bytes(), file.name).source.split("\n\n")


def article(files: list[Path], length: int) -> Reading:
    """Whole paragraphs up to at least `length` characters."""
    taken, size = [], 0
    for paragraph in paragraphs(files):
        taken.append(paragraph)
        size += len(paragraph)
        if size >= length:
            break
    return read("\n\n".join(taken), "article.md")


async def owner(product: Product) -> Caller:
    mark = secrets.token_hex(8)
    founder = Founder("Benchmark", f"{mark}@smartcontent.localhost", "Benchmark", mark)
    workspace, member = await found(product.services, Passwords(), founder)
    return Caller(workspace_id=workspace.id, member_id=member.id, role="owner", scopes=SCOPES)


async def play(product: Product, reading: Reading) -> Campaign:
    """One campaign from upload to the feed."""
    caller = await owner(product)
    asked: dict[str, Any] = dict(ASKED)
    campaign = await start(product, caller, reading, asked)
    since = perf_counter()
    await follow(product, caller, campaign.id)
    ran = perf_counter()
    await run_worker(product.services.database.url, product.duties, until_idle=True)
    sent = perf_counter()
    async with product.services.database.transaction(caller.workspace_id) as session:
        run = await Runs(session).of(campaign.id)
        steps = {step.name: step.seconds for step in await Runs(session).steps(run.id)}
        posts = await Posts(session).list(campaign_id=campaign.id, state=PostState.PUBLISHED)
    finished = run.state is RunState.FINISHED
    return Campaign(steps, ran - since, sent - ran, finished, len(posts))


async def measure(here: Ground, args: argparse.Namespace) -> dict[int, list[Campaign]]:
    """Campaigns by length; one before them warms up."""
    rounds = 1 if args.quick else args.rounds
    times = TIMES[:2] if args.quick else TIMES
    files = articles(args.data)
    readings = {number: article(files, number * UNIT) for number in times}
    async with open_product(here.settings) as product:
        await play(product, readings[times[0]])
        played: dict[int, list[Campaign]] = defaultdict(list)
        for _ in range(rounds):
            for number, reading in readings.items():
                played[number].append(await play(product, reading))
    return played


def told(played: dict[int, list[Campaign]]) -> dict[str, object]:
    """Figures by length, the steps of the shortest, and how each grows."""
    figures: dict[str, object] = {}
    for number, ones in played.items():
        figures[f"run_x{number}_seconds"] = Spread.of([one.run for one in ones])
        figures[f"graph_overhead_x{number}"] = Spread.of([one.overhead for one in ones])
        figures[f"send_x{number}_seconds"] = Spread.of([one.send for one in ones])
    figures["run_slope"] = slope(list(played), [mean(o.run for o in os) for os in played.values()])
    for name in played[1][0].steps:
        costs = [mean(one.steps[name] for one in ones) for ones in played.values()]
        figures[f"step_{name}_x1_seconds"] = Spread.of([one.steps[name] for one in played[1]])
        figures[f"step_{name}_slope"] = slope(list(played), costs)
    return figures


def mean(values: Iterator[float]) -> float:
    known = list(values)
    return sum(known) / len(known)


def main() -> int:
    args = arguments(__doc__, rounds=5)
    with ground() as here:
        waited = waits(here, times=1 if args.quick else 5, quick=args.quick)
        played = asyncio.run(measure(here, args))
    unfinished = sum(not (one.finished and one.posts) for ones in played.values() for one in ones)
    figures = {
        "seed": args.seed,
        "shortest_article_characters": UNIT,
        **told(played),
        **waited.figures,
    }
    figures["campaign_peak_mb"] = peak_memory_mb()
    bars = {
        "campaigns_unfinished": Bar(float(unfinished), 0.0, better="lower"),
        "help_seconds_median": Bar(waited.help.median, HELP_LIMIT, better="lower"),
    }
    return report("campaign", figures, bars, as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
