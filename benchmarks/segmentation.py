"""Segmenting 10,000 to 1,000,000 people: time and memory against bare scikit-learn, and stability.

`python -m benchmarks.segmentation --seed N --json`.  The audience is planted by the seed (20
measures a person, five groups that overlap); no data are needed.  Ours is everything from values
in a file to named segments, the number of groups found included; scikit-learn is given the table
in memory, scaled, and the number of groups.  Every run is a process of its own, in turn.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.audience import as_behaviours, people, write
from benchmarks.contract import Bar, Spread, arguments, done, report, slope
from benchmarks.segmentation_retrain import replaced, trainings
from benchmarks.segmentation_run import MINIMUM, scaled
from learning.kmeans import Labels, Table
from learning.segmentation import segment
from learning.stability import agreement

SIZES = {10_000: 5, 100_000: 3, 1_000_000: 3}
QUICK = {1_000: 1, 2_000: 1}
PEERS = ("bare", "choosing")


@dataclass
class Runs:
    """What the rounds of one size gave, by what was run."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    busy: dict[str, list[float]] = field(default_factory=dict)
    peaks: dict[str, list[float]] = field(default_factory=dict)
    labels: dict[str, Labels] = field(default_factory=dict)

    def add(self, what: str, said: dict[str, Any], labels: Labels) -> None:
        self.seconds.setdefault(what, []).append(said["seconds"])
        self.busy.setdefault(what, []).append(said["busy"])
        if said["peak_mb"] is not None:
            self.peaks.setdefault(what, []).append(said["peak_mb"])
        self.labels[what] = labels


def over(ours: list[float], theirs: list[float]) -> Spread:
    """Ours over a peer's, round by round, for as many rounds as the peer ran."""
    return Spread.of([mine / other for mine, other in zip(ours, theirs, strict=False)])


def run(what: str, file: Path, seed: int, count: int = 2) -> tuple[dict[str, Any], Labels]:
    """One process; what it says and who is in which group."""
    out = file.with_suffix(f".{what}.npy")
    command = [sys.executable, "-m", "benchmarks.segmentation_run", what, str(file), str(out)]
    options = ["--seed", str(seed), "--count", str(count)]
    ended = subprocess.run([*command, *options], stdout=subprocess.PIPE, text=True, check=True)
    said: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return said, np.load(out)


def rounds(file: Path, times: int, seed: int, peers: tuple[str, ...]) -> Runs:
    """Ours and the peers in turn; the peers are given as many groups as we found.

    Whoever tries every number of groups does so in the first round only.
    """
    runs = Runs()
    for number in range(times):
        said, labels = run("ours", file, seed + number)
        runs.add("ours", said, labels)
        for peer in peers if number == 0 else peers[:1]:
            runs.add(peer, *run(peer, file, seed + number, max(int(labels.max()) + 1, 2)))
    return runs


def spread_of(rows: Table, labels: Labels) -> float:
    """Sum of squared distances to the mean of one's group."""
    parts = [rows[labels == number] for number in np.unique(labels)]
    return sum(float(np.square(part - part.mean(axis=0)).sum(dtype=np.float64)) for part in parts)


def figures_of(size: int, runs: Runs, rows: Table, planted: Labels) -> dict[str, Any]:
    """Seconds, memory, tightness and truth at one size."""
    found: dict[str, Any] = {f"groups_{size}": int(runs.labels["ours"].max()) + 1}
    for what, seconds in runs.seconds.items():
        found[f"{what}_seconds_{size}"] = Spread.of(seconds)
        if runs.peaks:
            found[f"{what}_peak_mb_{size}"] = Spread.of(runs.peaks[what])
        found[f"{what}_truth_{size}"] = agreement(planted, runs.labels[what])
        if what != "ours":
            found[f"ours_over_{what}_{size}"] = over(runs.seconds["ours"], seconds)
            busy = over(runs.busy["ours"], runs.busy[what])
            found[f"ours_over_{what}_processor_{size}"] = busy
    tightness = [spread_of(rows, runs.labels[what]) for what in ("ours", "bare")]
    found[f"spread_over_bare_{size}"] = tightness[0] / tightness[1]
    return found


def scale(sizes: dict[int, int], seed: int, peers: tuple[str, ...]) -> dict[str, Any]:
    """All sizes, and how cost grows."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size, times in sizes.items():
            file = Path(folder) / f"{size}.npy"
            planted = write(file, size, seed)
            runs = rounds(file, times, seed, peers)
            rows = scaled(np.load(file, mmap_mode="r"))
            figures |= figures_of(size, runs, rows, planted)
    for what in ("ours", *peers):
        costs = [figures[f"{what}_seconds_{size}"].median for size in sizes]
        figures[f"{what}_slope"] = slope(list(sizes), costs)
    return figures


def from_behaviours(size: int, seed: int) -> dict[str, float]:
    """The way in that the product uses: behaviours of people, one by one."""
    given = as_behaviours(people(size, np.random.default_rng(seed))[0])
    since = perf_counter()
    found = segment(given, minimum=MINIMUM, seed=seed)
    return {
        f"behaviours_seconds_{size}": perf_counter() - since,
        f"behaviours_groups_{size}": len(found.segments),
    }


def stability(size: int, times: int, seed: int) -> dict[str, Any]:
    """Trainings that remember the segments before, and as a control some that do not."""
    ours = trainings(size, times, seed, remember=True)
    control = trainings(size, times, seed, remember=False)
    stay, wrong = replaced(size, seed)
    return {
        "retrainings": times,
        "retrain_people": size,
        "retrain_rand": ours.rand,
        "retrain_people_kept": ours.people_kept,
        "retrain_ids_kept": ours.ids_kept,
        "retrain_names_kept": ours.names_kept,
        "forgetful_rand": control.rand,
        "forgetful_ids_kept": control.ids_kept,
        "replaced_group_ids_that_stay": stay,
        "replaced_group_ids_wrong": wrong,
    }


def bars_of(figures: dict[str, Any], largest: int, *, quick: bool) -> dict[str, Bar]:
    """At the largest size; a quick run is too small for time and memory to say anything."""
    bars = {
        f"spread_over_bare_{largest}": Bar(figures[f"spread_over_bare_{largest}"], 1.01, "lower"),
        "retrain_rand_lowest": Bar(figures["retrain_rand"].low, 0.9),
        "retrain_ids_kept_lowest": Bar(figures["retrain_ids_kept"].low, 1.0),
        "replaced_group_ids_that_stay": Bar(figures["replaced_group_ids_that_stay"], 4),
        "replaced_group_ids_wrong": Bar(figures["replaced_group_ids_wrong"], 0, "lower"),
    }
    if quick:
        return bars
    ratio = figures[f"ours_over_bare_{largest}"].median
    bars[f"seconds_over_bare_{largest}"] = Bar(ratio, 1.0, "lower")
    bars["slope"] = Bar(figures["ours_slope"], 1.1, "lower")
    if f"ours_peak_mb_{largest}" in figures:
        ours, bare = (figures[f"{what}_peak_mb_{largest}"].median for what in ("ours", "bare"))
        bars[f"peak_over_bare_{largest}"] = Bar(ours / bare, 1.0, "lower")
    return bars


def main() -> int:
    args = arguments(__doc__)
    sizes = QUICK if args.quick else SIZES
    figures: dict[str, Any] = {"seed": args.seed}
    figures |= scale(sizes, args.seed, ("bare",) if args.quick else PEERS)
    figures |= from_behaviours(1_000 if args.quick else 100_000, args.seed)
    figures |= stability(2_000 if args.quick else 20_000, 3 if args.quick else 20, args.seed)
    bars = bars_of(figures, max(sizes), quick=args.quick)
    return report("segmentation", figures, bars, as_json=args.json, stricter=args.stricter)


if __name__ == "__main__":
    done(main())
