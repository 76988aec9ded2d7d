"""Real articles through the whole loop: what came out of each, counted again.

`python -m benchmarks.articles --data DIR --json` takes 20 articles of DIR/18f and one page of
each language in DIR/vote-gov through upload, analysis, writing, checks, approval and publishing.
The first ones go through the real command, `smartcontent campaign run FILE --approve --json`; the
others through the same functions in one process.  The table goes to docs/articles.md.
"""

import argparse
import asyncio
import io
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from subprocess import run
from sys import executable
from time import perf_counter
from typing import Any
from uuid import UUID

import orjson

from benchmarks.articles_page import write
from benchmarks.contract import Bar, arguments, done, report
from benchmarks.ground import Ground, ground
from benchmarks.outcomes import Outcome, Piece, look
from smartcontent.bootstrap import Product, open_product
from smartcontent.commands.campaign import play, read_file
from smartcontent.commands.home import home
from smartcontent.errors import SmartContentError

ENGLISH, LANGUAGES = "18f", "vote-gov"
PAGE = Path(__file__).parent.parent / "docs" / "articles.md"
COMMANDS = 3  # pieces that go through the real command
ASKED = {
    "platforms": ("sandbox",),
    "posts": 3,
    "not_before": None,
    "within_hours": 0,
    "auto_approve": True,
}


@dataclass(frozen=True)
class Played:
    """A piece that was run: its campaign, or what went wrong."""

    piece: Piece
    seconds: float
    result: dict[str, Any]
    problem: str = ""
    command: bool = False


def pick(data: Path, *, seed: int, articles: int, languages: int) -> list[Piece]:
    """Articles by the seed, then a page of each language; names of the languages are folders."""
    draw = Random(seed)
    english = sorted((data / ENGLISH).glob("*.md"))
    chosen = [Piece(file, "en") for file in sorted(draw.sample(english, articles))]
    for folder in sorted((data / LANGUAGES).iterdir())[:languages]:
        pages = sorted(file for file in folder.iterdir() if file.suffix in (".md", ".html"))
        chosen.append(Piece(draw.choice(pages), folder.name))
    return chosen


def by_command(here: Ground, piece: Piece) -> Played:
    command = [executable, "-m", "smartcontent", "campaign", "run", str(piece.file)]
    since = perf_counter()
    ended = run(
        [*command, "--approve", "--json"], env=here.environment, capture_output=True, text=True
    )
    took = perf_counter() - since
    if ended.returncode:
        return Played(piece, took, {}, f"exit status {ended.returncode}: {ended.stderr}", True)
    return Played(piece, took, orjson.loads(ended.stdout.splitlines()[-1]), command=True)


async def in_process(product: Product, piece: Piece) -> Played:
    since = perf_counter()
    try:
        with redirect_stdout(io.StringIO()):
            result = await play(product, read_file(piece.file), dict(ASKED))
    except SmartContentError as problem:
        return Played(piece, perf_counter() - since, {}, str(problem))
    return Played(piece, perf_counter() - since, result)


async def measure(here: Ground, pieces: Sequence[Piece], commands: int) -> list[Outcome]:
    """Run everything, then count what is in the database."""
    # the last one is never English, so the command also meets another language
    spoken = [*pieces[: commands - 1], pieces[-1]]
    played = [by_command(here, piece) for piece in spoken]
    async with open_product(here.settings) as product:
        for piece in pieces:
            if piece not in spoken:
                played.append(await in_process(product, piece))
        return [await outcome(product, one) for one in sorted(played, key=place(pieces))]


def place(pieces: Sequence[Piece]) -> Any:
    order = {piece: number for number, piece in enumerate(pieces)}
    return lambda played: order[played.piece]


async def outcome(product: Product, played: Played) -> Outcome:
    """A campaign that did not end well is a row that says so."""
    problem = played.problem or played.result["problem"] or ""
    if not played.result:
        return Outcome(played.piece, problem, played.seconds, played.command)
    caller = (await home(product)).caller
    campaign_id = UUID(str(played.result["campaign_id"]))
    found = await look(product, caller, campaign_id)
    return Outcome(played.piece, problem, played.seconds, played.command, found)


def told(outcomes: Sequence[Outcome], args: argparse.Namespace) -> dict[str, object]:
    found = [one.found for one in outcomes if one.found]
    ours = [one.seconds for one in outcomes if not one.command]
    return {
        "seed": args.seed,
        "pieces": len(outcomes),
        "claims": sum(one.claims for one in found),
        "variants": sum(one.variants for one in found),
        "variants_blocked": sum(one.blocked for one in found),
        "claims_in_variants": sum(one.claimed for one in found),
        "claims_supported": sum(one.supported for one in found),
        "claims_in_posts": sum(one.posted_claims for one in found),
        "claims_in_posts_word_for_word": sum(one.word_for_word for one in found),
        "posts_published": sum(one.published for one in found),
        "median_seconds_in_process": median(ours),
        "rows": [one.row() for one in outcomes],
    }


def bars(outcomes: Sequence[Outcome]) -> dict[str, Bar]:
    found = [one.found for one in outcomes if one.found]
    variants = sum(one.variants for one in found)
    errors = sum(not one.good for one in outcomes)
    return {
        "errors": Bar(float(errors), 0.0, better="lower"),
        "language_right": Bar(sum(one.right for one in outcomes) / len(outcomes), 1.0),
        "within_limits": Bar(sum(one.within for one in found) / max(variants, 1), 1.0),
    }


def main() -> int:
    args = arguments(__doc__, articles=20, languages=99, out="")
    if args.data is None:
        raise SystemExit("Say where the articles are: --data DIR (with 18f/ and vote-gov/ in it)")
    articles, languages = (1, 1) if args.quick else (args.articles, args.languages)
    pieces = pick(args.data, seed=args.seed, articles=articles, languages=languages)
    with ground() as here:
        outcomes = asyncio.run(measure(here, pieces, 1 if args.quick else COMMANDS))
    figures, held = told(outcomes, args), bars(outcomes)
    if args.out or not args.quick:
        write(Path(args.out) if args.out else PAGE, figures, outcomes)
    return report("articles", figures, held, as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
