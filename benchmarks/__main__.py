"""`python -m benchmarks [--data DIR] [--quick]`: all benchmarks in turn, and benchmarks/RESULTS.md.

Each runs in a process of its own and says whether its bars hold; the exit status is 1 when one
does not, or when a benchmark breaks.  Real articles need `--data DIR` and are left out without.
"""

import subprocess
import sys
from pathlib import Path

import orjson

from benchmarks.contract import arguments, done
from benchmarks.results import Result, write

NAMES = ("serving", "ingest", "campaign")
WITH_DATA = ("articles",)
PAGE = Path(__file__).parent / "RESULTS.md"


def run(name: str, options: list[str]) -> Result:
    """One benchmark; its own words go to the screen."""
    print(f"\n{name}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *options]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    lines = ended.stdout.splitlines()
    print("\n".join(lines[:-1]), flush=True)
    try:
        return Result(name, ended.returncode, orjson.loads(lines[-1]))
    except (IndexError, orjson.JSONDecodeError):
        return Result(name, ended.returncode or 1, {})


def main() -> int:
    args = arguments(__doc__, out="", only="")
    options = ["--seed", str(args.seed), *(["--quick"] if args.quick else [])]
    options += ["--data", str(args.data)] if args.data else []
    names = [*NAMES, *(WITH_DATA if args.data else ())]
    results = [run(name, options) for name in names if not args.only or name in args.only]
    if args.out or not (args.quick or args.only):
        write(Path(args.out) if args.out else PAGE, results, quick=args.quick)
    return 0 if all(result.status == 0 for result in results) else 1


if __name__ == "__main__":
    done(main())
