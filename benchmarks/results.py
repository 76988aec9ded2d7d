"""The page of results: a template's words around measured tables."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import orjson

from benchmarks.contract import Spread, short

TEMPLATE = Path(__file__).parent / "templates" / "results.md"
APART = {"benchmark", "bars", "rows"}
QUICK = (
    "\n**A quick run, to see that everything works: its figures mean nothing.**\n"
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What a benchmark said (nothing when it broke), its exit status, where, and in how long."""

    name: str
    status: int
    said: Mapping[str, Any]
    machine: str = ""
    seconds: float = 0.0


def keep(folder: Path, result: Result) -> None:
    """Remember it as the last word of its benchmark."""
    folder.mkdir(exist_ok=True)
    written = orjson.dumps(result, option=orjson.OPT_INDENT_2)
    (folder / f"{result.name}.json").write_bytes(written + b"\n")


def kept(folder: Path, names: Sequence[str]) -> list[Result]:
    """The last word of each, as far as there is one."""
    files = [folder / f"{name}.json" for name in names]
    return [Result(**orjson.loads(file.read_bytes())) for file in files if file.exists()]


def write(page: Path, results: Sequence[Result], *, quick: bool) -> None:
    """Fill the template; benchmarks that were not run say so."""
    filled: defaultdict[str, str] = defaultdict(lambda: "Not measured yet.")
    filled |= {result.name.replace(".", "_"): section(result) for result in results}
    filled |= {"bars": bars(results), "quick": QUICK * quick}
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
    lines = [f"Measured in {result.seconds:.0f} s on {result.machine}."]
    lines += ["", "| figure | value |", "|---|---|"]
    for name, value in result.said.items():
        if name not in APART:
            lines.append(f"| {words(name)} | {figure(value)} |")
    return "\n".join(lines)


def figure(value: Any) -> str:
    """A figure, or the median of several rounds with the lowest and the highest, or several.

    >>> figure({"median": 2.0, "low": 1.0, "high": 3.0}), figure(None)
    ('2 [1, 3]', 'not known')
    >>> figure({"lift": 5.25, "se": 0.9})
    'lift 5.25, se 0.9'
    """
    if value is None:
        return "not known"
    if not isinstance(value, dict):
        return short(value)
    if value.keys() == {"median", "low", "high"}:
        return short(Spread(**value))
    return ", ".join(f"{words(name)} {figure(part)}" for name, part in value.items())


def words(name: str) -> str:
    """A key as people say it.

    >>> words("rank_8_actions_per_s")
    'rank 8 actions per s'
    """
    return name.replace("_", " ")
