"""The words' part of the tone model: counted marks of an English text beside its embedding.

An embedding knows what is like what, but blurs single words; words say plainly what is said
plainly.  Both vote together in `Tone`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from learning.short_text import buckets

BUCKETS = 1 << 15
Table = NDArray[np.float32]


@dataclass(frozen=True)
class ToneWords:
    """`weights` has a row for each bucket and a column for each tone; `rarity` is idf."""

    weights: Table
    rarity: Table
    bias: Table

    def __call__(self, text: str) -> NDArray[np.float64]:
        """What the words add to every tone's score; for a text without marks only the bias."""
        at = buckets(text, len(self.weights), loud=True)
        values = self.rarity[at].astype(np.float64)
        length = float(np.sqrt((values * values).sum())) or 1.0
        scores: NDArray[np.float64] = (values / length) @ self.weights[at] + self.bias
        return scores

    def packed(self) -> dict[str, Any]:
        """As arrays for an npz."""
        return {
            "word weights": self.weights.astype(np.float16),
            "word rarity": self.rarity.astype(np.float16),
            "word bias": self.bias,
        }

    @classmethod
    def unpacked(cls, stored: Mapping[str, NDArray[Any]]) -> Self | None:
        """None where the file holds no words."""
        if "word weights" not in stored:
            return None
        weights, rarity, bias = (stored[f"word {part}"] for part in ("weights", "rarity", "bias"))
        return cls(weights.astype(np.float32), rarity.astype(np.float32), bias.astype(np.float32))
