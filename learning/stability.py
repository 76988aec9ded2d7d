"""How many groups there are, if any.

Settled by stability (Ben-Hur, Elisseeff and Guyon 2002): models of two random halves must put
everybody alike (adjusted Rand index, Hubert and Arabie 1985), and the groups must be tighter than
those found in one Gaussian cloud of the same covariance (the idea of SigClust, Liu et al. 2008).
"""

import numpy as np

from learning.kmeans import Labels, Table, assign, best_fit

MOST = 6
PAIRS = 12
STABLE = 0.7
TIGHTER = 0.93  # spread relative to that of an unstructured cloud
STARTS = 3
LOYALTY = 0.2  # by how much another count must be more stable than the one there was


def stable_count(sample: Table, seed: int, *, before: int | None = None) -> int:
    """The number of groups that comes out the same way most surely; 1 when none does.

    The count there was `before` is kept while it holds and no other is clearly more stable, so
    that segments do not come and go with the luck of a draw.
    """
    rng = np.random.default_rng(seed)
    cloud = _cloud(sample, rng)
    counts = range(2, min(MOST, len(sample) // 10) + 1)
    stability = {count: stability_of(sample, count, rng) for count in counts}

    def rank(count: int) -> float:
        return -round(stability[count] + LOYALTY * (count == before), 2)

    for count in sorted(stability, key=rank):
        if stability[count] >= STABLE and _tighter(sample, cloud, count, seed):
            return count
    return 1


def stability_of(sample: Table, count: int, rng: np.random.Generator) -> float:
    """Mean agreement of two models, each of a random half, about everybody; 1 is the same."""
    agreements = []
    for _ in range(PAIRS):
        order = rng.permutation(len(sample))
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        fits = [best_fit(sample[half], count, int(rng.integers(2**31))) for half in halves]
        one, other = (assign(sample, fit.centres) for fit in fits)
        agreements.append(agreement(one, other))
    return float(np.mean(agreements))


def agreement(one: Labels, other: Labels) -> float:
    """Adjusted Rand index of two groupings of the same rows: 1 is the same, 0 is chance.

    >>> numbers = np.array([0, 0, 1, 1, 2, 2], dtype=np.int8)
    >>> agreement(numbers, 2 - numbers), round(agreement(numbers, numbers % 2), 3)
    (1.0, 0.444)
    """
    width = int(other.max()) + 1
    cells = np.bincount(
        one.astype(np.int64) * width + other, minlength=(int(one.max()) + 1) * width
    )
    table = cells.reshape(-1, width)
    together = _pairs(table)
    rows, columns = _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    chance = rows * columns / max(_pairs(np.array(len(one))), 1.0)
    most = 0.5 * (rows + columns)
    return (together - chance) / (most - chance) if most > chance else 1.0


def _pairs(counts: np.ndarray) -> float:
    sizes = counts.astype(np.float64)
    return float((sizes * (sizes - 1.0)).sum()) / 2.0


def _tighter(sample: Table, cloud: Table, count: int, seed: int) -> bool:
    ours, theirs = (best_fit(table, count, seed, starts=STARTS).spread for table in (sample, cloud))
    return ours < TIGHTER * theirs


def _cloud(sample: Table, rng: np.random.Generator) -> Table:
    """As many rows without groups: one Gaussian of the same mean and covariance."""
    covariance = np.cov(sample, rowvar=False)
    rows = rng.multivariate_normal(sample.mean(axis=0), covariance, len(sample), method="eigh")
    cloud: Table = rows.astype(np.float32)
    return cloud
