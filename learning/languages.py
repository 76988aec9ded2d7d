"""Which language a text is in, by its letters: two linear readers of hashed runs of letters.

Every run of one to four letters (with the spaces around words) and every word counts once, whatever
its number (Cavnar and Trenkle 1994 for the runs; McCallum and Nigam 1998 for counting once).  A
naive Bayes says how likely the runs are in each language; a linear support vector machine (Fan et
al. 2008) looks at what parts the languages that are near one another.  The weights, where they come
from and how well they do are in `data/languages.npz` and `data/languages.md`;
`python -m learning.languages_training --data DIR` makes both again.
"""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import IO, Self
from zlib import crc32

import numpy as np
import regex
from numpy.typing import NDArray

Units = NDArray[np.int8]
FILE = "languages.npz"
BUCKETS = 1 << 14
LONGEST = 4  # letters of a run
LIMIT = 3_000  # characters; more tell nothing new
STEP = 0.06  # nats: what one unit of a stored likelihood is worth
MARGIN = 60.0  # nats: what a margin of 1 is worth, as it did best on sentences kept out

_APART = regex.compile(r"[^\p{L}\p{M}]+")


class Languages:
    """Scores of languages for a text; `codes` are ISO 639-1, in alphabetical order.

    `likelihoods` and `margins` have a row for each bucket and a column for each language.
    `seen` are the fingerprints of the texts it was trained on, so that nobody measures on them.

    >>> model = Languages.shipped()
    >>> scores = model.scores("Der Teig geht über Nacht auf.")
    >>> model.codes[int(scores.argmax())]
    'de'
    """

    def __init__(
        self,
        codes: Sequence[str],
        likelihoods: Units,
        margins: Units,
        margin_step: float,
        bias: NDArray[np.float64],
        seen: Iterable[int] = (),
    ) -> None:
        self.codes = tuple(codes)
        self.likelihoods = likelihoods
        self.margins = margins
        self.margin_step = margin_step
        self.bias = bias
        self.seen = frozenset(seen)

    @classmethod
    def shipped(cls) -> Self:
        """The model in the package."""
        with files("learning").joinpath("data", FILE).open("rb") as file:
            return cls.read(file)

    @classmethod
    def read(cls, file: IO[bytes]) -> Self:
        """What `save` wrote."""
        stored = np.load(file, allow_pickle=False)
        return cls(
            [str(code) for code in stored["codes"]],
            stored["likelihoods"],
            stored["margins"],
            float(stored["margin_step"]),
            stored["bias"],
            stored["seen"].tolist(),
        )

    def save(self, path: Path) -> None:
        """Write an npz that `read` reads."""
        np.savez_compressed(
            path,
            codes=np.array(self.codes),
            likelihoods=self.likelihoods,
            margins=self.margins,
            margin_step=np.array(self.margin_step),
            bias=self.bias,
            seen=np.array(sorted(self.seen), dtype=np.uint32),
        )

    def scores(self, text: str) -> NDArray[np.float64]:
        """How well each language fits, in nats; equal for all without letters."""
        chosen = sorted(buckets(text))
        if not chosen:
            return np.zeros(len(self.codes))
        likely = self.likelihoods[chosen].sum(axis=0, dtype=np.int32) * STEP
        apart = self.margins[chosen].sum(axis=0, dtype=np.int32) * self.margin_step
        total: NDArray[np.float64] = likely + MARGIN * (apart / len(chosen) ** 0.5 + self.bias)
        return total


def buckets(text: str) -> set[int]:
    """Where the runs of a text are counted.

    >>> len(buckets("Ja!")), buckets("12 3")
    (10, set())
    """
    plain = _APART.sub(" ", text[:LIMIT].lower()).strip()
    if not plain:
        return set()
    framed = f" {plain} "
    runs = {
        framed[at : at + length]
        for length in range(1, LONGEST + 1)
        for at in range(len(framed) - length + 1)
    }
    words = {f"\x1f{word}" for word in plain.split()}
    return {crc32(run.encode("utf-8", "replace")) % BUCKETS for run in runs | words}


def fingerprint(text: str) -> int:
    """By which a text is known again without being kept."""
    return crc32(text.encode("utf-8", "replace"))
