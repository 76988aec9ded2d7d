"""Headlines to vectors: the product's embedder, and the peers' from their own environment."""

import json
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.bandit.peers import PYTHON, SCRIPTS
from benchmarks.bandit.upworthy_texts import Vectors, headlines
from benchmarks.upworthy_data import HeadlineTest
from memory.embedding import HashedEmbedder, Usem3


class Embedded(NamedTuple):
    ours: Vectors
    peers: Vectors


def embedded(tests: Iterable[HeadlineTest], *, quick: bool) -> Embedded:
    """Vectors of every headline.  `quick` takes hashed words for both, as tests do.

    Raises SystemExit when the peers' environment is missing.
    """
    texts = sorted({text for test in tests for text in headlines(test)})
    if quick:
        hashed = dict(zip(texts, np.array(HashedEmbedder().embed(texts)), strict=True))
        return Embedded(hashed, hashed)
    theirs = _minilm(texts)
    return Embedded(dict(zip(texts, np.array(Usem3().embed(texts)), strict=True)), theirs)


def _minilm(texts: Sequence[str]) -> Vectors:
    if not PYTHON.exists():
        raise SystemExit("The peers are not installed: run make bench-peers")
    lines = "\n".join(json.dumps(text) for text in texts)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "vectors.npy"
        command = [str(PYTHON), str(SCRIPTS / "minilm.py"), str(out)]
        done = subprocess.run(command, input=lines, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"The peers' embedder failed:\n{done.stderr}")
        return dict(zip(texts, np.load(out).astype(np.float64), strict=True))
