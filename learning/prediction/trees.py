"""Boosted trees as plain arrays: predicts without the library that grew them.

So serving neither waits for scikit-learn nor unpickles anything, and one row costs microseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int32]
ROWS = 512  # rows walked at a time


@dataclass(frozen=True)
class Trees:
    """Arrays of shape (trees, nodes); a leaf is its own child.  NaN goes where training sent it."""

    base: float
    depth: int
    feature: Whole
    threshold: Numbers
    nan_left: NDArray[np.bool_]
    left: Whole
    right: Whole
    value: Numbers

    @classmethod
    def of(cls, model: Any) -> "Trees":
        """Of a fitted scikit-learn HistGradientBoostingRegressor without categorical splits."""
        grown = [each[0].nodes for each in model._predictors]
        shape = (len(grown), max((len(nodes) for nodes in grown), default=1))
        own = np.tile(np.arange(shape[1], dtype=np.int32), (shape[0], 1))
        trees = cls(
            base=float(np.ravel(model._baseline_prediction)[0]),
            depth=max((int(nodes["depth"].max()) for nodes in grown), default=0),
            feature=np.zeros(shape, np.int32),
            threshold=np.zeros(shape),
            nan_left=np.zeros(shape, np.bool_),
            left=own.copy(),
            right=own.copy(),
            value=np.zeros(shape),
        )
        for number, nodes in enumerate(grown):
            trees._plant(number, nodes)
        return trees

    def _plant(self, number: int, nodes: Any) -> None:
        at = np.flatnonzero(nodes["is_leaf"] == 0)
        self.value[number, : len(nodes)] = nodes["value"]
        self.feature[number, at] = nodes["feature_idx"][at]
        self.threshold[number, at] = nodes["num_threshold"][at]
        self.nan_left[number, at] = nodes["missing_go_to_left"][at] > 0
        self.left[number, at] = nodes["left"][at]
        self.right[number, at] = nodes["right"][at]

    def predict(self, table: Numbers) -> Numbers:
        """One value a row of `table`, shape (rows, features)."""
        parts = [self._leaves(table[at : at + ROWS]) for at in range(0, len(table), ROWS)]
        return self.base + np.concatenate([each.sum(axis=1) for each in parts] or [np.zeros(0)])

    def _leaves(self, table: Numbers) -> Numbers:
        """The value of the leaf that each row (first axis) reaches in each tree."""
        tree = np.arange(len(self.feature))[None, :]
        row = np.arange(len(table))[:, None]
        node = np.zeros((len(table), len(self.feature)), np.int32)
        for _ in range(self.depth):
            seen = table[row, self.feature[tree, node]]
            left = np.where(
                np.isnan(seen), self.nan_left[tree, node], seen <= self.threshold[tree, node]
            )
            node = np.where(left, self.left[tree, node], self.right[tree, node])
        found: Numbers = self.value[tree, node]
        return found

    def staged(self, table: Numbers, counts: Sequence[int]) -> Numbers:
        """What the first of the trees say, a column a count of them."""
        parts = [self._leaves(table[at : at + ROWS]) for at in range(0, len(table), ROWS)]
        sums = np.cumsum(np.concatenate(parts), axis=1) if parts else np.zeros((0, len(self.value)))
        said: Numbers = self.base + sums[:, [min(c, len(self.value)) - 1 for c in counts]]
        return said

    def first(self, count: int) -> "Trees":
        kept = {key: value[:count] for key, value in self._shaped().items()}
        return replace(self, **kept)

    @classmethod
    def together(cls, forests: "Sequence[Trees]") -> "Trees":
        """One forest that says the mean of what several say."""
        shares = [replace(each, value=each.value / len(forests)) for each in forests]
        nodes = max(each.value.shape[1] for each in shares)
        parts = [each._widened(nodes)._shaped() for each in shares]
        joined = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        base = sum(each.base for each in forests) / len(forests)
        return cls(base=base, depth=max(each.depth for each in forests), **joined)

    def _widened(self, nodes: int) -> "Trees":
        more = ((0, 0), (0, nodes - self.value.shape[1]))
        wider = {key: np.pad(value, more) for key, value in self._shaped().items()}
        return Trees(base=self.base, depth=self.depth, **wider)

    def _shaped(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key not in ("base", "depth")}

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """To put in an npz, under names that begin with `name`."""
        kept = {key: np.asarray(value) for key, value in vars(self).items()}
        return {f"{name}.{key}": value for key, value in kept.items()}

    @classmethod
    def from_arrays(cls, name: str, stored: Any) -> "Trees":
        parts = {key: stored[f"{name}.{key}"] for key in cls.__dataclass_fields__}
        return cls(**{**parts, "base": float(parts["base"]), "depth": int(parts["depth"])})
