"""Which language a text is in, by its letters: a naive Bayes over hashed runs of letters.

Every run of one to four letters (with the spaces around words) and every word counts once, whatever
its number (Cavnar and Trenkle 1994 for the runs; McCallum and Nigam 1998 for counting once).  The
weights, where they come from and how well they do are in `data/languages.npz` and
`data/languages.md`; `python -m learning.languages_training --data DIR` makes both again.
"""

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Self
from zlib import crc32

import numpy as np
import regex
from numpy.typing import NDArray

FILE = "languages.npz"
BUCKETS = 1 << 14
LONGEST = 4  # letters of a run
LIMIT = 3_000  # characters; more tell nothing new
STEP = 0.06  # nats: what one unit of a stored weight is worth

_APART = regex.compile(r"[^\p{L}\p{M}]+")


class Languages:
    """Scores of languages for a text; `codes` are ISO 639-1, in alphabetical order.

    `seen` are the fingerprints of the texts it was trained on, so that nobody measures on them.

    >>> model = Languages.shipped()
    >>> scores = model.scores("Der Teig geht über Nacht auf.")
    >>> model.codes[int(scores.argmax())]
    'de'
    """

    def __init__(
        self, codes: Sequence[str], weights: NDArray[np.int8], seen: Iterable[int] = ()
    ) -> None:
        self.codes = tuple(codes)
        self.weights = weights
        self.seen = frozenset(seen)

    @classmethod
    def shipped(cls) -> Self:
        """The model in the package."""
        with files("learning").joinpath("data", FILE).open("rb") as file:
            stored = np.load(file, allow_pickle=False)
            codes = [str(code) for code in stored["codes"]]
            return cls(codes, stored["weights"], stored["seen"].tolist())

    def save(self, path: Path) -> None:
        """Write an npz that `shipped` reads."""
        np.savez_compressed(
            path,
            codes=np.array(self.codes),
            weights=self.weights,
            seen=np.array(sorted(self.seen), dtype=np.uint32),
        )

    def scores(self, text: str) -> NDArray[np.float64]:
        """Log-likelihood of each language above the languages' mean, in nats; 0 without letters."""
        chosen = sorted(buckets(text))
        total: NDArray[np.float64] = self.weights[:, chosen].sum(axis=1, dtype=np.int64) * STEP
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
