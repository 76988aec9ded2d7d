"""What every benchmark prints: figures, bars, and an exit status that tells the truth.

`python -m benchmarks.<name> [--data DIR] [--train DIR] --seed N --json`; the last line is one JSON
object; the exit status is 1 when a bar falls short.  `--quick` asks for a smaller run of the same
form, and `--stricter NAME=VALUE` holds a figure to more than was agreed, never to less.
"""

import argparse
import json
import math
import resource
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Bar:
    """A value against its bar.

    >>> Bar(0.7, 0.6).holds, Bar(0.7, 0.6, better="lower").holds
    (True, False)
    """

    value: float
    bar: float
    better: Literal["higher", "lower"] = "higher"

    @property
    def holds(self) -> bool:
        return self.value >= self.bar if self.better == "higher" else self.value <= self.bar

    def raised(self, bar: float) -> "Bar":
        """Held to a stricter bar.  Raises ValueError for a laxer one.

        >>> Bar(0.7, 0.6).raised(0.8).holds
        False
        """
        laxer = bar < self.bar if self.better == "higher" else bar > self.bar
        if laxer:
            raise ValueError(f"{bar} is less than the agreed {self.bar}: bars are never lowered.")
        return replace(self, bar=bar)


@dataclass(frozen=True)
class Spread:
    """A figure over several rounds.

    >>> Spread.of([3.0, 1.0, 2.0])
    Spread(median=2.0, low=1.0, high=3.0)
    """

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))


def arguments(
    description: str | None, argv: Sequence[str] | None = None, **defaults: Any
) -> argparse.Namespace:
    """The options every benchmark shares, plus options of its own with their defaults."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--train", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--stricter", type=_named, action="append", default=[])
    for name, default in defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    return parser.parse_args(argv)


def _named(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    return name, float(value)


def report(
    name: str,
    figures: Mapping[str, Any],
    bars: Mapping[str, Bar],
    *,
    as_json: bool,
    stricter: Sequence[tuple[str, float]] = (),
) -> int:
    """Print the table, then the JSON line; 0 when every bar holds, else 1."""
    raised = dict(stricter)
    held = {key: bar.raised(raised.get(key, bar.bar)) for key, bar in bars.items()}
    for key, value in figures.items():
        print(f"{key:<44} {short(value)}")
    for key, bar in held.items():
        print(f"{key:<44} {short(bar.value)}  bar {bar.bar}  {'holds' if bar.holds else 'SHORT'}")
    if as_json:
        said = {k: {"value": b.value, "bar": b.bar, "holds": b.holds} for k, b in held.items()}
        print(json.dumps({"benchmark": name, **figures, "bars": said}, default=_plain))
    return 0 if all(bar.holds for bar in held.values()) else 1


def short(value: Any) -> str:
    """A figure as people read it.

    >>> short(Spread(0.51234, 0.4, 0.6)), short(12345.6), short(0.98765)
    ('0.512 [0.4, 0.6]', '12346', '0.988')
    """
    if isinstance(value, Spread):
        return f"{short(value.median)} [{short(value.low)}, {short(value.high)}]"
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    if isinstance(value, list):
        return f"{len(value)} rows"
    return str(value)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Log-log slope of cost over size: 1 is linear, 2 quadratic.

    >>> round(slope([1, 10, 100], [2, 20, 200]), 3)
    1.0
    """
    xs, ys = [math.log(x) for x in sizes], [math.log(y) for y in costs]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    covariance = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return covariance / sum((x - mean_x) ** 2 for x in xs)


def peak_memory_mb(pid: int | None = None) -> float | None:
    """Largest resident set of this process, or of another one that still runs, in MB.

    Linux keeps it by address space (`VmHWM`, proc(5)), so a child does not inherit its parent's;
    elsewhere another process's is not told.
    """
    status = Path(f"/proc/{pid or 'self'}/status")
    if status.exists():
        line = next(li for li in status.read_text().splitlines() if li.startswith("VmHWM"))
        return float(line.split()[1]) / 1024
    if pid is not None:
        return None
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def done(status: int) -> None:
    sys.exit(status)
