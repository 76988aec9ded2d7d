"""The page of results: a template's words around measured tables."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from benchmarks.contract import Spread, short
from benchmarks.machine import Machine

TEMPLATE = Path(__file__).parent / "templates" / "results.md"
APART = {"benchmark", "bars", "rows"}
QUICK = (
    "\n**A quick run, to see that everything works: its figures mean nothing.**\n"
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What a benchmark said (nothing when it broke), and its exit status."""

    name: str
    status: int
    said: Mapping[str, Any]


def write(page: Path, results: Sequence[Result], *, quick: bool) -> None:
    """Fill the template; benchmarks that were not run say so."""
    filled: defaultdict[str, str] = defaultdict(lambda: "Not measured in this run.")
    filled |= {result.name: section(result) for result in results}
    filled |= {"bars": bars(results), "machine": str(Machine.here()), "quick": QUICK * quick}
    words = Template(TEMPLATE.read_text(encoding="utf-8"))
    page.write_text(words.substitute(filled), encoding="utf-8")


def bars(results: Sequence[Result]) -> str:
    """Every bar of every benchmark, the missed ones too."""
    lines = ["| benchmark | bar | value | asked | |", "|---|---|---|---|---|"]
    for result in results:
        if not result.said:
            lines.append(f"| {result.name} | | | | **broke, exit status {result.status}** |")
        for name, bar in result.said.get("bars", {}).items():
            verdict = "holds" if bar["holds"] else "**missed**"
            value, asked = short(bar["value"]), short(bar["bar"])
            lines.append(f"| {result.name} | {words(name)} | {value} | {asked} | {verdict} |")
    return "\n".join(lines)


def section(result: Result) -> str:
    if not result.said:
        return f"It broke with exit status {result.status}: nothing was measured."
    lines = ["| figure | value |", "|---|---|"]
    for name, value in result.said.items():
        if name not in APART:
            lines.append(f"| {words(name)} | {figure(value)} |")
    return "\n".join(lines)


def figure(value: Any) -> str:
    """A figure, or the median of several rounds with the lowest and the highest.

    >>> figure({"median": 2.0, "low": 1.0, "high": 3.0}), figure(None)
    ('2 [1, 3]', 'not known')
    """
    if value is None:
        return "not known"
    return short(Spread(**value) if isinstance(value, dict) else value)


def words(name: str) -> str:
    """A key as people say it.

    >>> words("rank_8_actions_per_s")
    'rank 8 actions per s'
    """
    return name.replace("_", " ")
