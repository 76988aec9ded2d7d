"""Named features as a vector of bounded length, each number in units of its own size.

A text is an indicator (`segment=evening readers` has a column of its own); a number is divided by
its root mean square where it was not 0.  Units hold until `settle` is called, so that a model can
follow each change exactly.  Beyond `most` columns features share those there are, by a hash that
is the same on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from learning.bandit.base import LARGEST_FEATURE, Numbers, check_features
from learning.bandit.shapley import Name
from smartcontent.content import Features

STEP = 8  # columns come by as many at a time
FAMILIAR = 1024  # layouts kept: most contexts come again with other numbers
SETTLED = 1.1  # a unit that would change by less than this factor stays


@dataclass(frozen=True)
class Layout:
    """Where features go: numbers first, then texts, each in their order.

    `fixed` is what the constant and the texts give; a column past the last one is for what is
    not known yet.
    """

    names: tuple[Name, ...]
    columns: NDArray[np.intp]
    units: Numbers
    fixed: Numbers
    known: bool
    shared: bool


class Columns:
    """Column 0 is the constant 1.

    >>> columns = Columns(most=64)
    >>> grown = columns.learn({"depth": 4.0, "topic": "sea"})
    >>> columns.encode({"topic": "sea", "depth": 2.0, "never seen": 1.0})
    array([1., 2., 1., 0., 0., 0., 0., 0.])
    """

    def __init__(self, *, most: int) -> None:
        self.most = most
        self._known: dict[Name, int] = {}
        self._units = np.ones(STEP)
        self._squares = np.zeros(STEP)
        self._counts = np.zeros(STEP)
        self._layouts: dict[tuple[Name, ...], Layout] = {}

    @property
    def count(self) -> int:
        """Columns in use."""
        return len(self._known) + 1

    @property
    def width(self) -> int:
        """Length of every vector; grows as features become known."""
        return len(self._units)

    def learn(self, context: Features) -> bool:
        """Take note of the features' names; whether the vectors have grown."""
        if self._layout(context).known:
            return False
        for name, value in context.items():
            key = (name, value) if isinstance(value, str) else name
            if key not in self._known and len(self._known) < self.most - 1:
                self._known[key] = len(self._known) + 1
        self._layouts.clear()
        return self._grow()

    def encode(self, context: Features) -> Numbers:
        """The vector.  Raises InvalidInput for numbers no model can take."""
        layout = self._layout(context)
        z = layout.fixed.copy()
        if len(layout.units):
            numbers = _numbers(context) / layout.units
            columns = layout.columns[: len(numbers)]
            if layout.shared:
                np.add.at(z, columns, numbers)
            else:
                z[columns] = numbers
        return z[:-1]

    def unknown(self, features: Features) -> int:
        """How many of the features are not known."""
        return int((self._layout(features).columns == self.width).sum())

    def note(self, z: Numbers) -> None:
        """Sizes for the next units."""
        self._squares += z * z
        self._counts += z != 0.0

    def settle(self) -> Numbers | None:
        """New units, if any have changed: by what each column is now divided in addition."""
        change = np.ones(self.width)
        seen = self._counts > 0.0
        change[seen] = np.sqrt(self._squares[seen] / self._counts[seen])
        change[np.maximum(change, 1.0 / change) < SETTLED] = 1.0
        if (change == 1.0).all():
            return None
        self._units = self._units * change
        self._squares /= change * change
        self._layouts.clear()
        return change

    def parts(self, context: Features, weights: Numbers) -> dict[Name, float]:
        """What each feature adds to weights · vector, the constant's part left out."""
        layout = self._layout(context)
        values = np.ones(len(layout.names))
        numbers = _numbers(context)
        values[: len(numbers)] = numbers / layout.units
        values *= np.append(weights, 0.0)[layout.columns]
        return dict(zip(layout.names, values.tolist(), strict=True))

    def clone(self) -> Self:
        return type(self).restored(self.state)

    @property
    def state(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        arrays = (self._units, self._squares, self._counts)
        return {
            "most": self.most,
            "known": [[name] if isinstance(name, str) else list(name) for name in self._known],
            "sizes": [array.tolist() for array in arrays],
        }

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Self:
        columns = cls(most=state["most"])
        names = [name[0] if len(name) == 1 else tuple(name) for name in state["known"]]
        columns._known = {name: at for at, name in enumerate(names, 1)}
        columns._units, columns._squares, columns._counts = map(np.array, state["sizes"])
        return columns

    def _grow(self) -> bool:
        more = -(-(len(self._known) + 1) // STEP) * STEP - self.width
        if more:
            self._units = np.append(self._units, np.ones(more))
            self._squares = np.append(self._squares, np.zeros(more))
            self._counts = np.append(self._counts, np.zeros(more))
        return more > 0

    def _layout(self, context: Features) -> Layout:
        key = tuple([(n, v) if isinstance(v, str) else n for n, v in context.items()])
        layout = self._layouts.get(key)
        if layout is None:
            if len(self._layouts) >= FAMILIAR:
                self._layouts.clear()
            layout = self._layouts[key] = self._laid_out(key)
        return layout

    def _laid_out(self, key: Sequence[Name]) -> Layout:
        numbers: list[Name] = [name for name in key if isinstance(name, str)]
        names = (*numbers, *(name for name in key if not isinstance(name, str)))
        columns = np.array([self._column(name) for name in names], dtype=np.intp)
        fixed = np.zeros(self.width + 1)
        np.add.at(fixed, columns[len(numbers) :], 1.0)
        fixed[0], fixed[-1] = 1.0, 0.0
        return Layout(
            names=names,
            columns=columns,
            units=np.append(self._units, 1.0)[columns[: len(numbers)]],
            fixed=fixed,
            known=bool((columns < self.width).all()),
            shared=len(set(columns.tolist())) < len(columns),
        )

    def _column(self, name: Name) -> int:
        if name in self._known:
            return self._known[name]
        if len(self._known) < self.most - 1:
            return self.width
        whole = name if isinstance(name, str) else "\x1f".join(name)
        return 1 + crc32(whole.encode()) % (self.most - 1)


def _numbers(context: Features) -> Numbers:
    numbers = np.array([v for v in context.values() if not isinstance(v, str)], dtype=np.float64)
    if len(numbers) and not np.abs(numbers).max() <= LARGEST_FEATURE:
        check_features(context)
    return numbers
