"""The small sample of the Open Bandit Dataset: logs with far too few clicks to tell anything."""

import csv
import gzip
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from learning.confidence import Numbers
from learning.evaluation import Samples, evaluate

POLICIES = ("random", "bts")


class Shown(NamedTuple):
    items: NDArray[np.int64]
    clicks: Numbers
    propensities: Numbers


def folder_of(data: Path) -> Path | None:
    """The folder itself, one in it, or one beside it; None when there is none."""
    asked = (data, data / "open_bandit", data.parent / "open_bandit")
    return next((folder for folder in asked if list(folder.glob("random_*.csv.gz"))), None)


def verdicts(folder: Path) -> list[str]:
    """What every estimator says of each log, asked for its own policy's value and the other's."""
    said = []
    for campaign in sorted(file.name[len("random_") :] for file in folder.glob("random_*.csv.gz")):
        logs = [read(folder / f"{policy}_{campaign}") for policy in POLICIES]
        for log, other in (logs, logs[::-1]):
            for targets in (log.propensities, shares(other)[log.items]):
                found = evaluate(samples(log, targets))
                said += [one.any_time.verdict for one in found.values()]
    return said


def read(file: Path) -> Shown:
    with gzip.open(file, "rt", encoding="utf-8") as text:
        rows = [
            (int(row["item_id"]), float(row["click"]), float(row["propensity_score"]))
            for row in csv.DictReader(text)
        ]
    items, clicks, propensities = np.array(rows).T
    return Shown(items.astype(np.int64), clicks, propensities)


def shares(log: Shown) -> Numbers:
    """How often each item was shown, one more time than it was."""
    counts = np.bincount(log.items, minlength=int(log.items.max()) + 200) + 1.0
    return np.asarray(counts / counts.sum())


def samples(log: Shown, targets: Numbers) -> Samples:
    """With a model that expects the rate of clicks of everything."""
    nothing = np.zeros(len(log.items))
    told = Samples(log.clicks, log.propensities, targets, nothing, nothing, nothing)
    return told.around(float(log.clicks.mean()))
