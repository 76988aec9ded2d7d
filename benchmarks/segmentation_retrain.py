"""Trainings one after another: who keeps their segment, and which segments keep their ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from benchmarks.audience import COLUMNS, GROUPS, Group, measured, people
from benchmarks.contract import Spread
from learning.behaviour import Behaviours
from learning.kmeans import Labels, Table
from learning.segmentation import Grouping, group
from learning.stability import agreement
from smartcontent.content import Segmentation

NEW = 0.05  # people who leave and as many who come, each training
MOVED = 0.1  # how much of everybody's behaviour is new, each training
MINIMUM = 20
STRANGER = Group(14.0, 1.5, 0.9, (3, 4, 1, 2))


@dataclass(frozen=True)
class Trainings:
    """By training: adjusted Rand of the ids of those who stayed, the share of the people whose
    id is the same, and the share of the ids that are still there."""

    rand: Spread
    people_kept: Spread
    ids_kept: Spread
    names_kept: Spread


def trainings(size: int, times: int, seed: int, *, remember: bool) -> Trainings:
    """With `remember` each is given the segmentation before, and another seed each time.

    Without, ids rest on the names alone, and the seed stays.
    """
    rows = [list(row) for row in zip(*_steps(size, times, seed, remember), strict=True)]
    return Trainings(*(Spread.of(row) for row in rows))


def _steps(
    size: int, times: int, seed: int, remember: bool
) -> Iterator[tuple[float, float, float, float]]:
    rng = np.random.default_rng(seed)
    values, planted = people(size, rng)
    before = _trained(values, seed, None)
    for number in range(1, times + 1):
        fresh = _changed(values, planted, rng)
        after = _trained(values, seed + number * remember, before if remember else None)
        stayed = np.setdiff1d(np.arange(size), fresh)
        ours, theirs = (_ids(found)[stayed] for found in (before, after))
        yield (
            agreement(before.labels[stayed], after.labels[stayed]),
            float((ours == theirs).mean()),
            _share({each.id for each in before.segments}, {each.id for each in after.segments}),
            _share({each.name for each in before.segments}, {each.name for each in after.segments}),
        )
        before = after


def replaced(size: int, seed: int) -> tuple[int, int]:
    """Ids of the four groups that stay and ids wrongly given on, when a fifth's people are others.

    The right answer is (4, 0).
    """
    rng = np.random.default_rng(seed)
    values, planted = people(size, rng)
    before = _trained(values, seed, None)
    after = _trained(measured(planted, rng, groups=(*GROUPS[:4], STRANGER)), seed, before)
    gone, others = _main(before, planted, 4), {_main(before, planted, each) for each in range(4)}
    ids = {each.id for each in after.segments}
    return len(ids & (others - {gone})), int(gone in ids)


def _main(found: Grouping, planted: Labels, number: int) -> UUID:
    """The segment most people of a planted group are in."""
    return found.segments[int(np.bincount(found.labels[planted == number]).argmax())].id


def _trained(values: Table, seed: int, before: Grouping | None) -> Grouping:
    previous = Segmentation(segments=before.segments) if before else None
    return group(Behaviours(COLUMNS, values), minimum=MINIMUM, seed=seed, previous=previous)


def _changed(values: Table, planted: Labels, rng: np.random.Generator) -> np.ndarray:
    """In place: some people are others, the rest did something new; the rows of the others."""
    fresh = rng.choice(len(values), int(NEW * len(values)), replace=False)
    values *= 1.0 - MOVED
    values += MOVED * measured(planted, rng)
    values[fresh], planted[fresh] = people(len(fresh), rng)
    return fresh


def _ids(found: Grouping) -> np.ndarray:
    return np.array([each.id for each in found.segments], dtype=object)[found.labels]


def _share(before: set[UUID] | set[str], after: set[UUID] | set[str]) -> float:
    return len(before & after) / len(before)
