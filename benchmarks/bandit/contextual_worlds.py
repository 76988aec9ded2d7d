"""Three worlds to decide in: handwritten digits, comments by emotion, and a mailing.

In the first two a decision names the class of a row and is rewarded when right, so every arm's
reward is known.  The mailing was sent at random: a decision counts when it is what was sent (Li,
Chu, Langford and Wang 2011, arXiv 1003.5956), and a visit is its reward.
"""

import csv
import gzip
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from benchmarks.bandit.peers import PYTHON, SCRIPTS
from smartcontent.content import Features

Numbers = NDArray[np.float64]
Ints = NDArray[np.int64]
DIMENSIONS = 32
FIT_ON = 1500  # comments of the development part that the projection is fitted on
EMOTIONS = {  # Ekman's, as the data's authors group them, and neutral
    "anger": ("anger", "annoyance", "disapproval"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        *("joy", "amusement", "approval", "excitement", "gratitude", "love"),
        *("optimism", "relief", "pride", "admiration", "desire", "caring"),
    ),
    "sadness": ("sadness", "disappointment", "embarrassment", "grief", "remorse"),
    "surprise": ("surprise", "realization", "confusion", "curiosity"),
    "neutral": ("neutral",),
}
ARMS = ("No E-Mail", "Mens E-Mail", "Womens E-Mail")
COUNTS = ("recency", "history", "mens", "womens", "newbie")
KINDS = ("history_segment", "zip_code", "channel")


@dataclass(frozen=True)
class World:
    """`contexts` (n, d) are for who takes numbers, `features` say the same in names; `rewards`
    (n, K); `offered` (n,) is the arm a row was logged with, -1 where every reward is known."""

    name: str
    arms: tuple[str, ...]
    contexts: Numbers
    features: list[Features]
    rewards: Numbers
    offered: Ints

    def __len__(self) -> int:
        return len(self.contexts)


def digits() -> World:
    """1,797 pictures of 8 × 8, from 0 to 1: the scale that suits the linear peers best."""
    pictures, labels = load_digits(return_X_y=True)
    return classes("digits", tuple("0123456789"), pictures / 16.0, np.eye(10)[labels])


def comments(data: Path, train: Path | None, rows: int, seed: int) -> World:
    """Comments as 32 numbers: MiniLM's, by their principal components in comments that are not
    replayed (those of `train`, else the development part)."""
    replayed = _lines(data, "train" if train is None else "*")
    fitted = _lines(data, "dev") if train is None else _lines(train, "*")
    drawn = np.random.default_rng(seed).permutation(len(replayed))[:rows]
    chosen = [replayed[at] for at in drawn]
    vectors = embedded([text for text, _ in (*fitted[:FIT_ON], *chosen)])
    first = min(FIT_ON, len(fitted))
    size = min(DIMENSIONS, first)
    projected = PCA(size, random_state=0).fit(vectors[:first]).transform(vectors[first:])
    names = _labels(data)
    told = [{names[int(label)] for label in labels.split(",")} for _, labels in chosen]
    rewards = [[float(bool(kinds & {*group})) for group in EMOTIONS.values()] for kinds in told]
    return classes("goemotions", tuple(EMOTIONS), projected, np.array(rewards))


def mailing(data: Path) -> World:
    """Customers, what they were sent, and whether they visited."""
    file = next(path for path in _folders(data, "hillstrom", "hillstrom.csv.gz"))
    with gzip.open(file, "rt", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    numbers = np.array([[float(row[name]) for name in COUNTS] for row in rows])
    flags = [_flags([row[kind] for row in rows]) for kind in KINDS]
    features: list[Features] = [
        {**{name: float(row[name]) for name in COUNTS}, **{kind: row[kind] for kind in KINDS}}
        for row in rows
    ]
    visits = np.array([float(row["visit"]) for row in rows])
    offered = np.array([ARMS.index(row["segment"]) for row in rows], dtype=np.int64)
    contexts = np.column_stack([_standard(numbers), *flags])
    rewards = np.repeat(visits[:, None], len(ARMS), axis=1)
    return World("hillstrom", ARMS, contexts, features, rewards, offered)


def classes(name: str, arms: tuple[str, ...], contexts: Numbers, rewards: Numbers) -> World:
    """A world whose every reward is known."""
    columns = [f"x{at}" for at in range(contexts.shape[1])]
    features: list[Features] = [
        dict(zip(columns, row, strict=True)) for row in contexts.astype(float).tolist()
    ]
    return World(name, arms, contexts, features, rewards, np.full(len(contexts), -1))


def embedded(texts: Sequence[str]) -> Numbers:
    """MiniLM's vectors, by the peers' python; kept in the temporary folder by their texts."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    key = hashlib.sha256(lines.encode()).hexdigest()[:24]
    kept = Path(tempfile.gettempdir()) / f"smartcontent-minilm-{key}.npy"
    if not kept.exists():
        if not PYTHON.exists():
            raise SystemExit("The peers are not installed: run make bench-peers")
        fresh = kept.with_suffix(f".{id(lines)}.npy")
        command = [str(PYTHON), str(SCRIPTS / "minilm.py"), str(fresh)]
        done = subprocess.run(command, input=lines, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"MiniLM failed:\n{done.stderr}")
        fresh.rename(kept)
    vectors: Numbers = np.load(kept).astype(np.float64)
    return vectors


def _lines(data: Path, part: str) -> list[tuple[str, str]]:
    """Text and labels of each comment."""
    found = []
    for file in _folders(data, "safety/goemotions", f"{part}.tsv.gz"):
        with gzip.open(file, "rt", encoding="utf-8") as text:
            found += [(row[0], row[1]) for row in (line.split("\t") for line in text)]
    return found


def _labels(data: Path) -> list[str]:
    file = next(path for path in _folders(data, "safety/goemotions", "labels.txt"))
    return file.read_text(encoding="utf-8").split()


def _folders(data: Path, inside: str, pattern: str) -> list[Path]:
    """The files in the folder itself, else where the form puts them below it."""
    return sorted((data / inside).glob(pattern)) or sorted(data.glob(pattern))


def _standard(numbers: Numbers) -> Numbers:
    """Mean 0 and deviation 1, as linear peers want it; what is always the same is 0."""
    spread: Numbers = numbers.std(axis=0)
    whole: Numbers = (numbers - numbers.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)
    return whole


def _flags(values: Sequence[str]) -> Numbers:
    kinds = sorted(set(values))
    return np.array([[float(value == kind) for kind in kinds] for value in values])
