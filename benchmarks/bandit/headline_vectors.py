"""Headlines and their words as vectors: the product's encoder, and the peers' MiniLM, kept on disk.

MiniLM takes minutes; its vectors are kept in the system's folder for temporary files, under the
hash of the texts and of the script that makes them.
"""

import hashlib
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.bandit.peers import PYTHON, SCRIPTS
from benchmarks.bandit.upworthy_texts import Vectors, headlines
from benchmarks.upworthy_data import HeadlineTest
from learning.prediction.text_features import words
from learning.prediction.text_prior import Numbers
from learning.prediction.text_views import Embed
from memory.embedding import HashedEmbedder, Usem3

SCRIPT = SCRIPTS / "minilm.py"
KEPT = Path(tempfile.gettempdir()) / "smartcontent-minilm"


class Encoded(NamedTuple):
    """By encoder, the vector of every headline and of every word in one."""

    usem3: Vectors
    minilm: Vectors

    @property
    def both(self) -> Vectors:
        """The numbers of the two side by side."""
        return {
            text: np.concatenate([vector, self.minilm[text]]) for text, vector in self.usem3.items()
        }


def encoded(tests: Sequence[HeadlineTest], *, quick: bool) -> Encoded:
    """`quick` takes hashed words for both.  Raises SystemExit without the peers' environment."""
    asked = {text for test in tests for text in headlines(test)}
    texts = sorted(asked | {word for text in asked for word in words(text)})
    if quick:
        sizes = (48, 64)
        return Encoded(*(_named(texts, HashedEmbedder(size).embed(texts)) for size in sizes))
    theirs = minilm(texts)  # first: it fails early when the peers are missing
    return Encoded(_named(texts, Usem3().embed(texts)), _named(texts, theirs))


def look_up(vectors: Vectors) -> Embed:
    """An embedder of the texts that have been embedded already."""
    return lambda texts: np.array([vectors[text] for text in texts])


def _named(texts: Sequence[str], rows: Numbers | list[list[float]]) -> Vectors:
    return dict(zip(texts, np.asarray(rows, dtype=np.float64), strict=True))


def minilm(texts: Sequence[str]) -> Numbers:
    """One row a text.  Raises SystemExit when the peers' environment is missing or fails."""
    lines = "\n".join(json.dumps(text) for text in texts)
    key = hashlib.sha256(SCRIPT.read_bytes() + lines.encode()).hexdigest()
    kept = KEPT / f"{key}.npy"
    if not kept.exists():
        _made(lines, kept)
    vectors: Numbers = np.load(kept).astype(np.float64)
    return vectors


def _made(lines: str, kept: Path) -> None:
    if not PYTHON.exists():
        raise SystemExit("The peers are not installed: run make bench-peers")
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(".part.npy")
    command = [str(PYTHON), str(SCRIPT), str(part)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"The peers' embedder failed:\n{done.stderr}")
    part.replace(kept)
