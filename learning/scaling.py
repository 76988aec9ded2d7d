"""From values as one would say them to values as one would cluster them, a chunk at a time."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from learning.behaviour import Column
from learning.kmeans import Table, on_all_cores
from smartcontent.errors import InvalidInput

Numbers = NDArray[np.float64]
CHUNK = 16_384  # rows worked on at a time
EXTREME = 3.0
FLAT = 1e-6


class Chunks(Sequence[Table]):
    """The rows of a table a chunk at a time, each made into something else where that is given."""

    def __init__(self, values: Table, make: Callable[[Table], Table] | None = None) -> None:
        self._values = values
        self._make = make

    def __len__(self) -> int:
        return -(-len(self._values) // CHUNK)

    @overload
    def __getitem__(self, number: int) -> Table: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Table]: ...
    def __getitem__(self, number: int | slice) -> Table | Sequence[Table]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if not 0 <= number < len(self):
            raise IndexError(number)
        rows = np.asarray(self._values[number * CHUNK : (number + 1) * CHUNK], dtype=np.float32)
        return self._make(rows) if self._make else rows


@dataclass(frozen=True)
class Statistics:
    """Mean and standard deviation of each column."""

    mean: Numbers
    deviation: Numbers

    @classmethod
    def of(cls, chunks: Sequence[Table]) -> "Statistics":
        """In one reading (Chan, Golub and LeVeque 1983).  InvalidInput when not all are numbers.

        >>> rows = np.array([[1.0], [3.0]], dtype=np.float32)
        >>> Statistics.of([rows, rows + 4.0])
        Statistics(mean=array([4.]), deviation=array([2.23606798]))
        """
        seen, mean, squares = 0, np.zeros(1), np.zeros(1)
        for many, ours, theirs in on_all_cores(chunks, _moments):
            gap = ours - mean
            mean = mean + gap * many / (seen + many)
            squares = squares + theirs + gap**2 * (seen * many / (seen + many))
            seen += many
        if not (np.isfinite(mean).all() and np.isfinite(squares).all()):
            raise InvalidInput("Some values are not numbers.", todo="Fill or leave out such rows.")
        return cls(mean, np.sqrt(squares / max(seen, 1)))


@dataclass(frozen=True)
class Scaling:
    """Logarithms of habits, standardised, without extremes; each kind of column weighs the same."""

    habits: NDArray[np.bool_]
    mean: Table
    factor: Table
    most: Table

    @classmethod
    def of(cls, columns: Sequence[Column], values: Table, said: Statistics) -> "Scaling":
        """`said` are the statistics of the values."""
        habits = np.array([column.kind == "habit" for column in columns], dtype=np.bool_)
        mean, deviation = said.mean.copy(), said.deviation.copy()
        if habits.any():
            logs = Statistics.of(Chunks(values, lambda rows: _logs(rows[:, habits])))
            mean[habits], deviation[habits] = logs.mean, logs.deviation
        weights = weights_of(columns)
        factor = weights / np.where(deviation > FLAT, deviation, 1.0)
        return cls(habits, _short(mean), _short(factor), _short(EXTREME * weights))

    def __call__(self, values: Table) -> Table:
        scaled: Table = values.astype(np.float32, copy=True)
        scaled[:, self.habits] = _logs(scaled[:, self.habits])
        scaled -= self.mean
        scaled *= self.factor
        np.clip(scaled, -self.most, self.most, out=scaled)
        return scaled


def weights_of(columns: Sequence[Column]) -> Numbers:
    """
    >>> weights_of([Column("habit", "depth"), *[Column("topic", name) for name in "abcd"]])
    array([1. , 0.5, 0.5, 0.5, 0.5])
    """
    sizes = Counter(column.kind for column in columns)
    return np.array([sizes[column.kind] ** -0.5 for column in columns])


def _moments(rows: Table) -> tuple[int, Numbers, Numbers]:
    """Number, mean, and squared deviations from it."""
    mean = rows.mean(axis=0, dtype=np.float64)
    away = rows - mean.astype(np.float32)
    # the mean is rounded: what is left of it is taken off again
    left = away.mean(axis=0, dtype=np.float64)
    squares = np.einsum("ij,ij->j", away, away, dtype=np.float64) - len(rows) * left**2
    return len(rows), mean, np.maximum(squares, 0.0)


def _logs(habits: Table) -> Table:
    logs: Table = np.log1p(np.maximum(habits, 0.0))
    return logs


def _short(numbers: Numbers) -> Table:
    return numbers.astype(np.float32)
