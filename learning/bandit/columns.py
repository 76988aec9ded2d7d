"""Named features as a vector of bounded length, each number in units of its own size.

A text is an indicator (`segment=evening readers` has a column of its own); a number is divided by
its root mean square where it was not 0.  Units hold until `settle` is called, so that a model can
follow each change exactly.  Beyond `most` columns features share those there are, by a hash that
is the same on every machine.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Self
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from learning.bandit.base import LARGEST_FEATURE, Numbers, check_features
from learning.bandit.shapley import Name
from smartcontent.content import Features, FeatureValue

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
    """With `constant`, column 0 is the constant 1.

    >>> columns = Columns(most=64)
    >>> columns.learn({"depth": 4.0, "topic": "sea"})
    array([1., 4., 1., 0., 0., 0., 0., 0.])
    >>> columns.encode({"topic": "sea", "depth": 2.0, "never seen": 1.0})
    array([1., 2., 1., 0., 0., 0., 0., 0.])
    """

    def __init__(self, *, most: int, constant: bool = True) -> None:
        self.most = most
        self.constant = constant
        self._known: dict[Name, int] = {}
        self._units = np.ones(STEP)
        self._squares = np.zeros(STEP)
        self._counts = np.zeros(STEP)
        self._layouts: dict[tuple[Name, ...], Layout] = {}
        self._latest: tuple[Features, Numbers] | None = None  # what is drawn for is learned next

    @property
    def count(self) -> int:
        """Columns in use."""
        return len(self._known) + self.constant

    @property
    def width(self) -> int:
        """Length of every vector; grows as features become known."""
        return len(self._units)

    def learn(self, context: Features) -> Numbers:
        """The vector, after taking note of the features' names.  Raises InvalidInput for numbers
        no model can take."""
        if (found := self._again(context)) is not None:
            return found
        layout, numbers = self._read(context)
        if not layout.known:
            for name in layout.names:
                if name not in self._known and self.count < self.most:
                    self._known[name] = self.count
            self._grow()
            layout, numbers = self._read(context)
        return _vector(layout, numbers)

    def encode(self, context: Features) -> Numbers:
        """The vector; what is not known is left out.  Raises InvalidInput as `learn` does."""
        if (found := self._again(context)) is not None:
            return found
        layout, numbers = self._read(context)
        z = _vector(layout, numbers)
        if layout.known and not layout.shared:  # what is shared may depend on their order
            self._latest = (dict(context), z)
        return z

    def unknown(self, features: Features) -> int:
        """How many of the features are not known."""
        return int((self._read(features)[0].columns == self.width).sum())

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
        self._forget()
        return change

    def parts(self, context: Features, weights: Numbers) -> dict[Name, float]:
        """What each feature adds to weights · vector, the constant's part left out."""
        layout, numbers = self._read(context)
        values = np.ones(len(layout.names))
        values[: len(numbers)] = numbers / layout.units
        padded = np.zeros(self.width + 1)
        padded[: len(weights)] = weights
        values *= padded[layout.columns]
        return dict(zip(layout.names, values.tolist(), strict=True))

    def clone(self) -> Self:
        return type(self).restored(self.state)

    @property
    def state(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        arrays = (self._units, self._squares, self._counts)
        return {
            "most": self.most,
            "constant": self.constant,
            "known": [[name] if isinstance(name, str) else list(name) for name in self._known],
            "sizes": [array.tolist() for array in arrays],
        }

    @classmethod
    def restored(cls, state: dict[str, Any]) -> Self:
        columns = cls(most=state["most"], constant=state["constant"])
        names = [name[0] if len(name) == 1 else tuple(name) for name in state["known"]]
        columns._known = {name: at for at, name in enumerate(names, columns.count)}
        columns._units, columns._squares, columns._counts = map(np.array, state["sizes"])
        return columns

    def _again(self, context: Features) -> Numbers | None:
        """The vector of the same features as the last ones."""
        latest = self._latest
        return latest[1] if latest is not None and latest[0] == context else None

    def _forget(self) -> None:
        """Where features go has changed."""
        self._layouts.clear()
        self._latest = None

    def _grow(self) -> None:
        more = -(-self.count // STEP) * STEP - self.width
        self._units = np.append(self._units, np.ones(more))
        self._squares = np.append(self._squares, np.zeros(more))
        self._counts = np.append(self._counts, np.zeros(more))
        self._forget()

    def _read(self, context: Features) -> tuple[Layout, Numbers]:
        """Where its features go, and its numbers in their order."""
        key, numbers = parted(context)
        layout = self._layouts.get(key)
        if layout is None:
            if len(self._layouts) >= FAMILIAR:
                self._layouts.clear()
            layout = self._layouts[key] = self._laid_out(key)
        return layout, numbers

    def _laid_out(self, key: Sequence[Name]) -> Layout:
        numbers, texts = sides(key)
        names = (*numbers, *texts)
        columns = np.array([self._column(name) for name in names], dtype=np.intp)
        fixed = np.zeros(self.width + 1)
        np.add.at(fixed, columns[len(numbers) :], 1.0)
        fixed[-1] = 0.0
        if self.constant:
            fixed[0] = 1.0
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
        if self.count < self.most:
            return self.width
        whole = name if isinstance(name, str) else "\x1f".join(name)
        return self.constant + crc32(whole.encode()) % (self.most - self.constant)


def parted(features: Features) -> tuple[tuple[Name, ...], Numbers]:
    """Names (with their values, where these are texts) and numbers, each in their order.  Raises
    InvalidInput for numbers no model can take.

    >>> parted({"topic": "sea", "depth": 2.0})
    ((('topic', 'sea'), 'depth'), array([2.]))
    """
    values: Collection[FeatureValue] = features.values()
    names: tuple[Name, ...] = tuple(features)
    if str in set(map(type, values)):
        names = tuple([(n, v) if isinstance(v, str) else n for n, v in features.items()])
        values = [value for value in values if not isinstance(value, str)]
    numbers = np.fromiter(values, np.float64, len(values))
    if not numbers.dot(numbers) <= LARGEST_FEATURE:  # no more than a first look
        check_features(features)
    return names, numbers


def sides(names: Sequence[Name]) -> tuple[list[Name], list[Name]]:
    """Those of numbers, and those of texts."""
    return (
        [name for name in names if isinstance(name, str)],
        [name for name in names if not isinstance(name, str)],
    )


def _vector(layout: Layout, numbers: Numbers) -> Numbers:
    z = layout.fixed.copy()
    if layout.shared:
        np.add.at(z, layout.columns[: len(numbers)], numbers / layout.units)
    elif len(numbers):
        z[layout.columns[: len(numbers)]] = numbers / layout.units
    return z[:-1]
