"""Headlines and their words as vectors: the product's encoders, and the peers' MiniLM.

MiniLM takes minutes; its vectors are kept in the system's folder for temporary files, under the
hash of the texts and of what makes them.
"""

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.bandit.peers import PYTHON, SCRIPTS
from benchmarks.bandit.upworthy_texts import Vectors, headlines
from benchmarks.upworthy_data import HeadlineTest
from learning.prediction.text_features import words
from learning.prediction.text_prior import Numbers
from learning.prediction.text_views import Embed
from memory.embedding import MINILM_SHA256, HashedEmbedder, MiniLM, Usem3

SCRIPT = SCRIPTS / "minilm.py"
KEPT = Path(tempfile.gettempdir()) / "smartcontent-minilm"


class Encoded(NamedTuple):
    """By encoder, the vector of every headline and of every word in one; `theirs` is the peers'."""

    usem3: Vectors
    minilm: Vectors
    theirs: Vectors

    @property
    def both(self) -> Vectors:
        """The numbers of the product's two side by side."""
        return {
            text: np.concatenate([vector, self.minilm[text]]) for text, vector in self.usem3.items()
        }


def encoded(tests: Sequence[HeadlineTest], *, quick: bool) -> Encoded:
    """`quick` takes hashed words for all.  Raises SystemExit without the peers' environment."""
    asked = {text for test in tests for text in headlines(test)}
    texts = sorted(asked | {word for text in asked for word in words(text)})
    if quick:
        sizes = (48, 64, 64)
        return Encoded(*(_named(texts, HashedEmbedder(size).embed(texts)) for size in sizes))
    theirs = minilm(texts)  # first: it fails early when the peers are missing
    ours = _kept(MINILM_SHA256.encode(), _lines(texts), lambda: MiniLM().embed(texts))
    usem3 = Usem3().embed(texts)
    return Encoded(*(_named(texts, rows) for rows in (usem3, ours, theirs)))


def look_up(vectors: Vectors) -> Embed:
    """An embedder of the texts that have been embedded already."""
    return lambda texts: np.array([vectors[text] for text in texts])


def _named(texts: Sequence[str], rows: Numbers | list[list[float]]) -> Vectors:
    return dict(zip(texts, np.asarray(rows, dtype=np.float64), strict=True))


def minilm(texts: Sequence[str]) -> Numbers:
    """The peers': one row a text.  Raises SystemExit when their environment is missing or fails."""
    lines = _lines(texts)
    return _kept(SCRIPT.read_bytes(), lines, lambda: _theirs(lines))


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(json.dumps(text) for text in texts)


def _kept(maker: bytes, lines: str, make: Callable[[], Numbers | list[list[float]]]) -> Numbers:
    """What was made of these lines before, else what is made now."""
    kept = KEPT / f"{hashlib.sha256(maker + lines.encode()).hexdigest()}.npy"
    if not kept.exists():
        made = np.asarray(make(), dtype=np.float32)
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part.npy")
        np.save(part, made)
        part.replace(kept)
    vectors: Numbers = np.load(kept).astype(np.float64)
    return vectors


def _theirs(lines: str) -> Numbers:
    if not PYTHON.exists():
        raise SystemExit("The peers are not installed: run make bench-peers")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "vectors.npy"
        command = [str(PYTHON), str(SCRIPT), str(out)]
        done = subprocess.run(command, input=lines, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"The peers' embedder failed:\n{done.stderr}")
        vectors: Numbers = np.load(out)
    return vectors
