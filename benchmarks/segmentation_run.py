"""One segmentation in a process of its own: seconds (also of processor), memory, who is where.

`python -m benchmarks.segmentation_run WHAT FILE OUT --seed N [--count K]` reads the .npy table and
writes the labels; the only line printed is JSON.  WHAT is "ours" (everything from values to named
segments), "bare" (scikit-learn's KMeans with the number of groups given, the table scaled
beforehand and not timed) or "choosing" (KMeans for every number of groups, the best silhouette).
"""

import argparse
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from benchmarks.audience import COLUMNS
from benchmarks.contract import peak_memory_mb
from learning.behaviour import Behaviours
from learning.kmeans import Labels, Table
from learning.scaling import Chunks, Scaling, Statistics
from learning.segmentation import group
from learning.stability import MOST

MINIMUM = 20
WARM = 2_000
ASKED = 2_000  # rows whose silhouette is measured
Work = Callable[[], Labels]


def ours(values: Table, seed: int, count: int) -> Work:
    return lambda: group(Behaviours(COLUMNS, values), minimum=MINIMUM, seed=seed).labels


def bare(values: Table, seed: int, count: int) -> Work:
    make, rows = import_module("sklearn.cluster").KMeans, scaled(values)
    return lambda: labels_of(make(n_clusters=count, n_init="auto", random_state=seed).fit(rows))


def choosing(values: Table, seed: int, count: int) -> Work:
    make, rows = import_module("sklearn.cluster").KMeans, scaled(values)
    score = import_module("sklearn.metrics").silhouette_score

    def work() -> Labels:
        fits = [
            make(n_clusters=many, n_init="auto", random_state=seed).fit(rows)
            for many in range(2, MOST + 1)
        ]
        asked = min(ASKED, len(rows))
        scores = [score(rows, fit.labels_, sample_size=asked, random_state=seed) for fit in fits]
        return labels_of(fits[int(np.argmax(scores))])

    return work


WHATS = {"ours": ours, "bare": bare, "choosing": choosing}


def scaled(values: Table) -> Table:
    """As the product scales them, in memory."""
    said = Statistics.of(Chunks(values))
    return Scaling.of(COLUMNS, values, said)(np.asarray(values))


def labels_of(fit: Any) -> Labels:
    labels: Labels = np.asarray(fit.labels_).astype(np.int8)
    return labels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=WHATS)
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2)
    args = parser.parse_args()
    values = np.load(args.file, mmap_mode="r")
    WHATS[args.what](np.array(values[:WARM]), args.seed, args.count)()
    work = WHATS[args.what](values, args.seed, args.count)
    since, busy = perf_counter(), process_time()
    labels = work()
    said = {"seconds": perf_counter() - since, "busy": process_time() - busy}
    np.save(args.out, labels)
    print(json.dumps({**said, "peak_mb": peak_memory_mb()}))


if __name__ == "__main__":
    main()
