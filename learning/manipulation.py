"""How far a text teases, presses or stirs anger: small linear models over counted marks.

Three scores of an English text, never of a person: `clickbait` (a headline that hides its point),
`pressure` (the wording of a dark pattern: scarcity, urgency, confirm-shaming) and `outrage` (anger
and disgust).  Weights, licences and measured quality are in `data/manipulation.npz` and
`data/manipulation.md`; `python -m learning.manipulation_training --data DIR` makes both again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from learning.short_text import Whole, buckets

Table = NDArray[np.float32]
FILE = "manipulation.npz"
BUCKETS = 1 << 17
LOUD = frozenset({"clickbait", "pressure"})  # where capitals belong to the manner


@dataclass(frozen=True)
class Head:
    """One question: a weight and a rarity (idf) for every bucket, and where chance lies."""

    weights: Table
    rarity: Table
    bias: float

    def __call__(self, at: Whole) -> float:
        """The probability, for a text whose marks fall in the buckets `at`."""
        values = self.rarity[at]
        length = float(np.sqrt((values * values).sum())) or 1.0
        score = float((values * self.weights[at]).sum()) / length + self.bias
        return float(1.0 / (1.0 + np.exp(-score)))


class Manipulation:
    """Text -> probability of each manner, in [0, 1].

    >>> quiet = Head(np.zeros(8, np.float32), np.ones(8, np.float32), 0.0)
    >>> Manipulation({"clickbait": quiet})("Anything")
    {'clickbait': 0.5}
    """

    def __init__(self, heads: Mapping[str, Head]) -> None:
        self.heads = dict(heads)

    def __call__(self, text: str) -> dict[str, float]:
        """Every manner's probability."""
        return {name: self.score(name, text) for name in self.heads}

    def score(self, name: str, text: str) -> float:
        """One manner's probability.  KeyError for a manner that was not learned."""
        head = self.heads[name]
        return head(buckets(text, len(head.weights), loud=name in LOUD))

    @classmethod
    def shipped(cls) -> Self:
        """The model in the package (English)."""
        with files("learning").joinpath("data", FILE).open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            names = [str(name) for name in stored["names"]]
            return cls({name: _unpacked(stored, name) for name in names})

    def save(self, path: Path) -> None:
        """Write an npz that `shipped` reads: only buckets that something fell into."""
        packed: dict[str, Any] = {"names": np.array(list(self.heads))}
        for name, head in self.heads.items():
            used = np.flatnonzero(head.weights)
            packed[f"{name} at"] = used.astype(np.uint32)
            packed[f"{name} weights"] = head.weights[used].astype(np.float16)
            packed[f"{name} rarity"] = head.rarity[used].astype(np.float16)
            packed[f"{name} rest"] = np.array([len(head.weights), head.bias, head.rarity.max()])
        np.savez_compressed(path, **packed)


def _unpacked(stored: Mapping[str, NDArray[np.generic]], name: str) -> Head:
    many, bias, rarest = (float(value) for value in stored[f"{name} rest"])
    used = stored[f"{name} at"].astype(np.int64)
    weights = np.zeros(int(many), dtype=np.float32)
    # a mark never met before is as rare as any
    rarity = np.full(int(many), rarest, dtype=np.float32)
    weights[used] = stored[f"{name} weights"]
    rarity[used] = stored[f"{name} rarity"]
    return Head(weights, rarity, bias)
