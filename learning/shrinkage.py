"""Effects in layers, each drawn towards nothing as far as its evidence is thin.

A layer is what the layers before it left over, by cells: the fewer a cell's values and the less
the cells differ, the more its effect is drawn towards 0 (empirical Bayes: Efron and Morris 1975;
between-cell variance by the method of moments).  Where cells differ no more than luck would make
them (chi-square) their effects are 0.  Values may weigh less than one (a power prior, Ibrahim and
Chen 2000).
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Cell: TypeAlias = tuple[Hashable, ...]
Place = TypeVar("Place")
PRIOR_VARIANCE = 0.25  # rewards lie in [-1, 1]: before any, one within ±0.82 would not surprise
LEAST = 1e-4
LEAST_WEIGHT = 1e-6


@dataclass(frozen=True)
class Layer(Generic[Place]):
    """An effect: the cell a place is in (none: the effect is not for it), among which siblings.

    Cells of one layer whose first `shared` parts are equal are siblings.  `always` is for a layer
    whose cells surely differ, as platforms do.
    """

    name: str
    cell: Callable[[Place], Cell | None]
    shared: int
    always: bool = False


@dataclass(frozen=True)
class Belief:
    """An expected value, the variance of that expectation, and which layers contributed what."""

    mean: float
    variance: float
    parts: dict[str, float]


@dataclass(frozen=True)
class _Shift:
    """What a cell adds: the mean of what was left over, its weight against 0, and its noise."""

    left: float
    weight: float
    noise: float


class Shrinkage(Generic[Place]):
    """Learned effects.  `luck` is the chance at which a layer's differences are taken as real."""

    def __init__(
        self,
        places: Sequence[Place],
        values: Numbers,
        weights: Numbers,
        *,
        layers: Sequence[Layer[Place]],
        luck: float,
    ) -> None:
        self.layers = layers
        self.luck = luck
        self.telling: set[str] = set()
        self.within = PRIOR_VARIANCE  # variance of a single value in its place
        weights = np.maximum(weights, LEAST_WEIGHT)
        count = float(weights.sum())
        self._whole = float(weights @ values) / (count + 1.0)  # drawn towards 0 as by one value
        self._variance = PRIOR_VARIANCE / (count + 1.0)
        self._shifts: list[dict[Cell, _Shift]] = [{} for _ in layers]
        self._spread = [0.0] * len(layers)
        if len(values):
            self._learn(places, values, weights)

    def belief(self, place: Place, *, without: frozenset[str] = frozenset()) -> Belief:
        """Layer by layer; a cell never seen may differ as its siblings do."""
        mean, variance, parts = self._whole, self._variance, {}
        for layer, shifts, spread in zip(self.layers, self._shifts, self._spread, strict=True):
            cell = layer.cell(place)
            if cell is None or layer.name in without:
                continue
            shift = shifts.get(cell)
            if shift is None:
                variance += spread
                continue
            parts[layer.name] = shift.weight * shift.left
            mean += parts[layer.name]
            variance = shift.weight * shift.noise + (1.0 - shift.weight) ** 2 * variance
        return Belief(mean, variance, parts)

    def _learn(self, places: Sequence[Place], values: Numbers, weights: Numbers) -> None:
        by_layer = [[layer.cell(place) for place in places] for layer in self.layers]
        self.within = _noise(list(zip(*by_layer, strict=True)), values)
        left = values - self._whole
        for number, (layer, cells) in enumerate(zip(self.layers, by_layer, strict=True)):
            groups = Groups.of(cells, left, weights)
            between = self._between(layer, groups)
            shifts = {
                cell: self._shift(groups, row, between) for row, cell in enumerate(groups.cells)
            }
            moved = [shifts[cell].weight * shifts[cell].left if cell else 0.0 for cell in cells]
            left = left - np.array(moved)
            self._shifts[number], self._spread[number] = shifts, between

    def _between(self, layer: Layer[Place], groups: "Groups") -> float:
        """Variance between siblings; 0 when they differ no more than luck would make them."""
        if layer.always:
            return self.within
        off, free, size = groups.apart(layer.shared)
        if not free or chance(off / self.within, free) > self.luck:
            return 0.0
        self.telling.add(layer.name)
        return max((off - free * self.within) / size, 0.0)

    def _shift(self, groups: "Groups", row: int, between: float) -> _Shift:
        """A normal mean with a normal prior of variance `between` around 0."""
        noise = self.within / float(groups.counts[row])
        weight = between / (between + noise) if between else 0.0
        return _Shift(float(groups.means[row]), weight, noise)


@dataclass(frozen=True)
class Groups:
    """Cells, each with its mean, and in two ways what that rests on."""

    cells: list[Cell]
    means: Numbers
    counts: Numbers  # sum of weights
    effective: Numbers  # of equally weighted values whose mean would be as noisy (Kish 1965)
    squares: float  # weighted, off the cells' means

    @classmethod
    def of(cls, cells: Sequence[Cell | None], values: Numbers, weights: Numbers) -> "Groups":
        known = np.array([cell is not None for cell in cells])
        number: dict[Cell, int] = {}
        at = np.array(
            [number.setdefault(cell, len(number)) for cell in cells if cell is not None], np.intp
        )
        w, v = weights[known], values[known]
        counts: Numbers = np.bincount(at, w, len(number)).astype(np.float64)
        means = np.bincount(at, w * v, len(number)) / counts
        effective = counts**2 / np.bincount(at, w * w, len(number))
        return cls(list(number), means, counts, effective, float(w @ (v - means[at]) ** 2))

    def apart(self, shared: int) -> tuple[float, float, float]:
        """Squares off the siblings' mean, degrees of freedom, and size for the moments."""
        families: dict[Cell, list[int]] = {}
        for row, cell in enumerate(self.cells):
            families.setdefault(cell[:shared], []).append(row)
        off = free = size = 0.0
        for rows in families.values():
            n, means = self.effective[rows], self.means[rows]
            off += float(n @ (means - n @ means / n.sum()) ** 2)
            free += len(rows) - 1
            size += float(n.sum() - (n**2).sum() / n.sum())
        return off, free, size


def _noise(cells: Sequence[Cell], values: Numbers) -> float:
    """Variance inside the finest cells, pooled, with one more deviation as large as any.

    So cells of one value each, or of values that happen to agree, are not taken as certain.
    """
    groups = Groups.of(cells, values, np.ones(len(values)))
    free = len(values) - len(groups.cells)
    return (groups.squares + float(values.var()) + LEAST) / (free + 1)


def chance(square: float, free: float) -> float:
    """How often luck gives a chi-square at least this large (Wilson and Hilferty 1931).

    >>> round(chance(7.815, 3), 2), round(chance(16.919, 9), 2)
    (0.05, 0.05)
    """
    ninth = 2.0 / (9.0 * free)
    normal = ((square / free) ** (1.0 / 3.0) - (1.0 - ninth)) / math.sqrt(ninth)
    return 0.5 * math.erfc(normal / math.sqrt(2.0))
