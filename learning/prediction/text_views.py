"""What the text prior sees of a text while it learns: three views, each scaled to its prior.

The sentence's embedding; the counts of `text_features.hand`; and its words, each by the embedding
of that word alone, so that words alike earn alike.  All are linear: what is learned comes down to
one weight a number of the embedding, one a count, and one a word.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.prediction.text_contrasts import Group
from learning.prediction.text_features import NAMES, bucket, hand, words
from learning.prediction.text_prior import Numbers, Weights

MEANING = 0.015  # prior variance of the score's part in the embedding
COUNTED = 0.006  # of its part in the counts
SPOKEN = 0.005  # of its part in the words
BUCKETS = 1 << 16  # for the words of the training texts
BATCH = 256
Embed = Callable[[Sequence[str]], Any]  # texts to one row each


class Views:
    """`features` (texts, numbers): every weight on them has a standard normal prior."""

    def __init__(self, groups: Sequence[Group], embed: Embed | None = None) -> None:
        texts = [text for group in groups for text in group.texts]
        meaning = np.concatenate([np.asarray(group.embeddings, float) for group in groups])
        counted = hand(texts)
        self._starts = np.cumsum([0, *(len(group.texts) for group in groups)])
        self._meaning = np.sqrt(MEANING) / _length(meaning)
        self._seen = counted.min(axis=0), counted.max(axis=0)
        self._counted = np.sqrt(COUNTED / len(NAMES)) / np.maximum(counted.std(axis=0), 1e-6)
        self._vocabulary = sorted({word for text in texts for word in words(text)})
        spoken = self._words(texts, embed)
        self.width = meaning.shape[1]
        self.features = np.hstack([meaning * self._meaning, counted * self._counted, spoken])

    def rows(self, at: int) -> slice:
        """Where the texts of group number `at` are."""
        return slice(int(self._starts[at]), int(self._starts[at + 1]))

    def weights(self, found: Numbers, scale: float) -> Weights:
        """Weights on the features, times `scale`, as the prior keeps them."""
        middle = self.width + len(NAMES)
        spoken = np.zeros(BUCKETS)
        places = [bucket(word, BUCKETS) for word in self._vocabulary]
        np.add.at(spoken, places, self._vectors @ found[middle:] * scale)
        return Weights(
            found[: self.width] * self._meaning * scale,
            found[self.width : middle] * self._counted * scale,
            spoken,
            *self._seen,
            np.isin(np.arange(BUCKETS), places),
        )

    def _words(self, texts: Sequence[str], embed: Embed | None) -> Numbers:
        """Sums of the vectors of each text's words, rare words more; no columns without `embed`."""
        row = {word: at for at, word in enumerate(self._vocabulary)}
        held = [[row[word] for word in set(words(text))] for text in texts]
        vectors = embedded(self._vocabulary, embed) if embed else np.zeros((len(row), 0))
        count = np.bincount(np.concatenate(held).astype(int), minlength=len(row)).astype(float)
        rare = np.log((1.0 + len(texts)) / (1.0 + count))
        self._vectors = (vectors - count @ vectors / count.sum()) * rare[:, None]
        sums = np.array([self._vectors[at].sum(axis=0) / max(len(at), 1) ** 0.5 for at in held])
        unit = np.sqrt(SPOKEN) / _length(sums)
        self._vectors *= unit
        scaled: Numbers = sums * unit
        return scaled


def _length(rows: Numbers) -> float:
    """Root of the mean squared length of a row; 1 when there is nothing."""
    return float(np.sqrt((rows**2).sum(axis=1).mean())) or 1.0


def embedded(texts: Sequence[str], embed: Embed) -> NDArray[np.float64]:
    """Vectors in batches."""
    batches = [embed(texts[at : at + BATCH]) for at in range(0, len(texts), BATCH)]
    return np.concatenate([np.asarray(batch, dtype=np.float64) for batch in batches])
