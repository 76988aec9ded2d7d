"""Lloyd's k-means (1982) in NumPy, over rows in memory or made chunk by chunk.

Begun by greedy k-means++ (Arthur and Vassilvitskii, SODA 2007).  `chunks` is any sequence of
tables: one that reads or computes a table when it is asked for it never holds more than one a
core.  Chunks are worked on side by side and added up in their order, so the result does not
depend on how many cores there are.  Distances are squared Euclidean.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float32]
Labels = NDArray[np.int8]
PASSES = 50
STILL = 1e-5  # a pass that makes groups tighter by less than this share is the last
CANDIDATES = 3
MOST_CORES = 4  # more would wait for memory, and each holds a chunk
Found = TypeVar("Found")


class Fit(NamedTuple):
    """Centres, rows nearest to each, and the sum of squared distances to the nearest."""

    centres: Table
    sizes: NDArray[np.int64]
    spread: float


def on_all_cores(chunks: Sequence[Table], work: Callable[[Table], Found]) -> Iterator[Found]:
    """What the work gives for each chunk, in order, on all cores."""
    if len(chunks) == 1:
        yield work(chunks[0])
        return
    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_CORES)) as pool:
        yield from pool.map(lambda number: work(chunks[number]), range(len(chunks)))


def best_fit(rows: Table, count: int, seed: int, *, starts: int = 1) -> Fit:
    """The tightest of several fits of a table in memory.

    >>> rows = np.array([[0.0], [0.1], [5.0], [5.1]], dtype=np.float32)
    >>> sorted(best_fit(rows, 2, seed=1).sizes.tolist())
    [2, 2]
    """
    rng = np.random.default_rng(seed)
    fits = [lloyd([rows], seeded(rows, count, rng)) for _ in range(starts)]
    return min(fits, key=lambda fit: fit.spread)


def lloyd(chunks: Sequence[Table], centres: Table, *, still: float = STILL) -> Fit:
    """Move each centre to the mean of the rows nearest to it until that changes little.

    A centre that is nearest to none stays where it is.
    """
    sums, sizes, spread = look(chunks, centres)
    for _ in range(PASSES):
        moved = sums / np.maximum(sizes, 1)[:, None]
        centres = np.where(sizes[:, None] > 0, moved, centres).astype(np.float32)
        before = spread
        sums, sizes, spread = look(chunks, centres)
        if before - spread <= still * spread:
            break
    return Fit(centres, sizes, spread)


def look(
    chunks: Sequence[Table], centres: Table
) -> tuple[NDArray[np.float64], NDArray[np.int64], float]:
    """Sum and number of the rows nearest to each centre, and the spread."""
    sums = np.zeros(centres.shape, dtype=np.float64)
    sizes = np.zeros(len(centres), dtype=np.int64)
    spread = 0.0
    for part, many, far in on_all_cores(chunks, lambda rows: _look(rows, centres)):
        sums += part
        sizes += many
        spread += far
    return sums, sizes, spread


def assign(rows: Table, centres: Table) -> Labels:
    """The number of the nearest centre for each row."""
    labels: Labels = _halves(rows, centres).argmin(axis=0).astype(np.int8)
    return labels


def sums_of(rows: Table, labels: Labels, count: int) -> Table:
    """Sums of the rows by label: (count, columns)."""
    chosen = (np.arange(count)[:, None] == labels).astype(np.float32)
    sums: Table = chosen @ rows
    return sums


def seeded(rows: Table, count: int, rng: np.random.Generator) -> Table:
    """Rows far from each other: each the best of a few drawn by their squared distance."""
    chosen = [int(rng.integers(len(rows)))]
    closest = _squares(rows, rows[chosen])[0]
    while len(chosen) < count:
        heights = np.cumsum(closest, dtype=np.float64)
        drawn = np.searchsorted(heights, rng.random(CANDIDATES) * heights[-1])
        drawn = np.minimum(drawn, len(rows) - 1)
        closer = np.minimum(closest, _squares(rows, rows[drawn]))
        best = int(closer.sum(axis=1).argmin())
        closest = closer[best]
        chosen.append(int(drawn[best]))
    return rows[chosen]


def _look(rows: Table, centres: Table) -> tuple[Table, NDArray[np.int64], float]:
    halves = _halves(rows, centres)
    labels = halves.argmin(axis=0).astype(np.int8)
    nearest = halves.min(axis=0).sum(dtype=np.float64)
    spread = float(np.vdot(rows, rows)) + 2.0 * float(nearest)
    sizes = np.bincount(labels, minlength=len(centres))
    return sums_of(rows, labels, len(centres)), sizes, max(spread, 0.0)


def _halves(rows: Table, centres: Table) -> Table:
    """(centres, rows): half of each squared distance, less half of the row's own square."""
    halves: Table = centres @ rows.T
    np.subtract(0.5 * np.square(centres).sum(axis=1)[:, None], halves, out=halves)
    return halves


def _squares(rows: Table, centres: Table) -> Table:
    """(centres, rows): squared distances."""
    squares: Table = 2.0 * _halves(rows, centres) + np.square(rows).sum(axis=1)
    return np.maximum(squares, 0.0)
