"""An audience of any size with planted groups: 20 measures a person, written chunk by chunk."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from learning.behaviour import DAY_PARTS, HABITS, Column
from learning.kmeans import Labels, Table
from smartcontent.content import Behaviour

TOPICS = ("sea", "food", "work", "health", "music")
PLATFORMS = ("mastodon", "email", "rss", "bluesky")
LANGUAGES = ("en", "de", "hr")
COLUMNS = (
    *(Column("habit", name) for name in HABITS),
    *(Column("time", part) for part in DAY_PARTS),
    *(Column("topic", name) for name in TOPICS),
    *(Column("platform", name) for name in PLATFORMS),
    *(Column("language", name) for name in LANGUAGES),
)
SIZES = (0.35, 0.25, 0.2, 0.12, 0.08)
FOND = 2.0  # added weight of what a group prefers, where everything has 1
CHUNK = 65_536


@dataclass(frozen=True)
class Group:
    """What one planted group prefers: numbers of its day part, topic, platform and language."""

    recency: float
    frequency: float
    depth: float
    fond_of: tuple[int, int, int, int]


GROUPS = (
    Group(4.0, 3.0, 0.4, (4, 0, 0, 0)),
    Group(10.0, 1.0, 0.3, (2, 2, 1, 0)),
    Group(2.0, 6.0, 0.6, (1, 1, 0, 1)),
    Group(25.0, 0.5, 0.2, (0, 4, 3, 2)),
    Group(6.0, 2.0, 0.8, (3, 3, 2, 0)),
)


def people(
    size: int, rng: np.random.Generator, *, sizes: Sequence[float] = SIZES
) -> tuple[Table, Labels]:
    """Values by person and column, and the group each was planted in."""
    labels = rng.choice(len(GROUPS), size, p=sizes).astype(np.int8)
    return measured(labels, rng), labels


def measured(
    labels: Labels, rng: np.random.Generator, *, groups: Sequence[Group] = GROUPS
) -> Table:
    """Values of people of these groups."""
    habits = np.array([(each.recency, each.frequency, each.depth) for each in groups])[labels]
    parts = [_habits(habits, rng)]
    for kind, many in enumerate((len(DAY_PARTS), len(TOPICS), len(PLATFORMS), len(LANGUAGES))):
        favourites = np.array([each.fond_of[kind] for each in groups])[labels]
        parts.append(_shares(favourites, many, rng))
    return np.hstack(parts)


def write(file: Path, size: int, seed: int) -> Labels:
    """The values as a .npy file that can be mapped; returns the planted groups."""
    values = open_memmap(file, mode="w+", dtype=np.float32, shape=(size, len(COLUMNS)))
    rng = np.random.default_rng(seed)
    labels = np.empty(size, dtype=np.int8)
    for at in range(0, size, CHUNK):
        many = min(CHUNK, size - at)
        values[at : at + many], labels[at : at + many] = people(many, rng)
    values.flush()
    return labels


def _habits(means: NDArray[np.float64], rng: np.random.Generator) -> Table:
    """Recency and frequency spread as gammas do, depth between 0 and 1."""
    spread = rng.standard_gamma(2.0, means[:, :2].shape) / 2.0
    depth = np.clip(means[:, 2:] + rng.normal(0.0, 0.15, means[:, 2:].shape), 0.0, 1.0)
    return np.hstack([means[:, :2] * spread, depth]).astype(np.float32)


def _shares(favourites: NDArray[np.int64], many: int, rng: np.random.Generator) -> Table:
    """Dirichlet: each person has shares of its own around those of its group."""
    weights = np.ones((len(favourites), many))
    weights[np.arange(len(favourites)), favourites] += FOND
    drawn = rng.standard_gamma(weights)
    shares: Table = (drawn / drawn.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def as_behaviours(values: Table) -> list[Behaviour]:
    """The same people as the product knows them: hours, mixes and a language."""
    return [_behaviour(f"{number:08}", row) for number, row in enumerate(values.tolist())]


def _behaviour(subject: str, row: list[float]) -> Behaviour:
    named = dict(zip([column.key for column in COLUMNS], row, strict=True))
    hours = [0.0] * 24
    for part, (first, _) in DAY_PARTS.items():
        hours[first + 1] = named[f"time {part}"]
    return Behaviour(
        subject=subject,
        events=50,
        recency_days=named["recency_days"],
        frequency_per_week=named["frequency_per_week"],
        depth=named["depth"],
        hours=tuple(hours),
        topics={name: named[f"topic {name}"] for name in TOPICS},
        platforms={name: named[f"platform {name}"] for name in PLATFORMS},
        language=max(LANGUAGES, key=lambda name: named[f"language {name}"]),
    )
