"""What every benchmark prints: figures, bars, and an exit status that tells the truth.

`python -m benchmarks.<name> [--data DIR] [--train DIR] --seed N --json`; the last line is one JSON
object; the exit status is 1 when a bar falls short.
"""

import argparse
import json
import math
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


def arguments(description: str, **defaults: Any) -> argparse.Namespace:
    """The options every benchmark shares, plus integer options of its own with their defaults."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--train", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    for name, default in defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    return parser.parse_args()


def report(name: str, figures: Mapping[str, Any], bars: Mapping[str, Bar], *, as_json: bool) -> int:
    """Print the table, then the JSON line; 0 when every bar holds, else 1."""
    for key, value in figures.items():
        print(f"{key:<44} {_short(value)}")
    for key, bar in bars.items():
        print(f"{key:<44} {_short(bar.value)}  bar {bar.bar}  {'holds' if bar.holds else 'SHORT'}")
    if as_json:
        said = {k: {"value": b.value, "bar": b.bar, "holds": b.holds} for k, b in bars.items()}
        print(json.dumps({"benchmark": name, **figures, "bars": said}, default=str))
    return 0 if all(bar.holds for bar in bars.values()) else 1


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def slope(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Log-log slope of cost over size: 1 is linear, 2 quadratic.

    >>> round(slope([1, 10, 100], [2, 20, 200]), 3)
    1.0
    """
    xs, ys = [math.log(x) for x in sizes], [math.log(y) for y in costs]
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    covariance = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True))
    return covariance / sum((x - mean_x) ** 2 for x in xs)


def peak_memory_mb() -> float:
    """Largest resident set of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def done(status: int) -> None:
    sys.exit(status)
