"""`python -m benchmarks [--data DIR] [--models DIR] [--only NAME,NAME]`: benchmarks in turn, and
the page of them.

Each runs in a process of its own and says whether its bars hold; the exit status is 1 when one
does not, or when a benchmark breaks.  What each said last is kept in `benchmarks/results/`, and
`benchmarks/RESULTS.md` is written from all of them, so one can be measured again alone.  `DIR`
holds real data (docs/reference/data.md says which); those that need it are left out without.  So
is what language models write, unless a folder is named into which 1.2 GB of them are brought.
"""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

import orjson

from benchmarks.contract import arguments, done
from benchmarks.machine import Machine
from benchmarks.results import Result, keep, kept, write

ALONE = (
    "serving",
    "ingest",
    "campaign",
    "bandit.propensities",
    "bandit.guarded",
    "bandit.drift",
    "bandit.null",
    "segmentation",
)
WITH_DATA = {  # and the folder of it they read
    "articles": "articles",
    "writer": "articles",
    "safety_text": "safety",
    "bandit.upworthy": "upworthy",
    "bandit.headlines": "upworthy",
    "bandit.contextual": "",
    "bandit.ope": "",
    "prediction": "",
    "language_id": "safety/language_id",
    "hostile": "safety",
}
WITH_MODELS = "writer_models"  # reads what the writer reads
PAGE = Path(__file__).parent / "RESULTS.md"
KEPT = Path(__file__).parent / "results"


def run(name: str, options: list[str]) -> Result:
    """One benchmark; its own words go to the screen."""
    print(f"\n{name}", flush=True)
    since, machine = perf_counter(), str(Machine.here())
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *options]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    lines = ended.stdout.splitlines()
    print("\n".join(lines[:-1]), flush=True)
    took = perf_counter() - since
    try:
        return Result(name, ended.returncode, orjson.loads(lines[-1]), machine, took)
    except (IndexError, orjson.JSONDecodeError):
        return Result(name, ended.returncode or 1, {}, machine, took)


def main() -> int:
    args = arguments(__doc__, out="", only="", models="")
    wanted = args.only.split(",") if args.only else None
    shared = ["--seed", str(args.seed), *(["--quick"] if args.quick else [])]
    plan = {name: shared for name in ALONE}
    if args.data:
        plan |= {n: [*shared, "--data", str(args.data / f)] for n, f in WITH_DATA.items()}
    if args.data and args.models:
        plan[WITH_MODELS] = [*plan["writer"], "--models", args.models]
    results = [run(name, plan[name]) for name in plan if not wanted or name in wanted]
    if args.out:
        write(Path(args.out), results, quick=args.quick)
    elif not args.quick:
        for result in results:
            keep(KEPT, result)
        write(PAGE, kept(KEPT, [*ALONE, *WITH_DATA, WITH_MODELS]), quick=False)
    return 0 if all(result.status == 0 for result in results) else 1


if __name__ == "__main__":
    done(main())
