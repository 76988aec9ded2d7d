"""Groups of people who behave alike, when there are any.

k-means over standardised behaviour; how many groups there are is settled by their stability
(learning/stability.py).  A group below the minimum size joins its nearest neighbour.  When
nothing holds, there is one segment, "everyone", and a note that says why.

Given the segmentation before, groups that are the same keep their ids and their names
(learning/matching.py).  The audience is read a chunk at a time and never copied: beside it there
are a sample, one chunk a core and one byte a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from learning.behaviour import Behaviours, Column, tabulate
from learning.kmeans import Fit, Labels, Table, assign, best_fit, lloyd, on_all_cores, sums_of
from learning.matching import same
from learning.naming import Described, describe
from learning.scaling import Chunks, Numbers, Scaling, Statistics
from learning.stability import STARTS, stable_count
from smartcontent.content import Behaviour, Segment, Segmentation
from smartcontent.errors import InvalidInput

SEGMENTS = UUID("5b0f0c1e-4f3c-5d7e-9a55-2f6c1d0a7e11")
SAMPLE = 2_000  # people asked how many groups there are
BEGIN = 20_000  # people asked where the groups are, before everybody is
NEARLY = 1e-3  # begun so well, groups are within a millionth of their best when they gain less
AS_TIGHT = 1.01  # a fit begun where the groups were stays unless another is tighter than this
SHARED_LANGUAGE = 0.6


@dataclass(frozen=True)
class Grouping:
    """Segments, and for each row of the table the number of its segment."""

    segments: tuple[Segment, ...]
    labels: Labels
    note: str


def segment(
    behaviours: Iterable[Behaviour],
    *,
    minimum: int,
    seed: int,
    previous: Segmentation | None = None,
) -> Segmentation:
    """Segments of at least `minimum` people, and who is in which.

    The order of the behaviours does not matter; the same people, minimum, seed and `previous`
    give the same segments.  "everyone" lists nobody: it needs no membership.  The behaviours are
    read twice, a few thousand at a time.
    """
    table = tabulate(behaviours)
    found = group(table, minimum=minimum, seed=seed, previous=previous)
    if found.segments[0].everyone:
        return Segmentation(segments=found.segments, note=found.note)
    ids = [each.id for each in found.segments]
    members = {
        subject: ids[label] for subject, label in zip(table.subjects, found.labels, strict=True)
    }
    return Segmentation(segments=found.segments, members=members, note=found.note)


def group(
    table: Behaviours, *, minimum: int, seed: int, previous: Segmentation | None = None
) -> Grouping:
    """The same over a table, which may be mapped from a file; who is in which by row.

    InvalidInput when a value is not a number or the minimum is not positive.
    """
    if minimum < 1:
        raise InvalidInput(f"A minimum of {minimum} is no minimum.", todo="Give at least 1.")
    if len(table) < 2 * minimum:
        least = f"segments need at least {2 * minimum}."
        return _everyone(
            len(table), seed, f"{_people(len(table))} allowed personalisation; {least}"
        )
    with threadpool_limits(limits=1):  # chunks are spread over the cores already
        return _grouped(table, minimum, seed, previous)


def _grouped(table: Behaviours, minimum: int, seed: int, previous: Segmentation | None) -> Grouping:
    audience = Statistics.of(Chunks(table.values))
    scaling = Scaling.of(table.columns, table.values, audience)
    before = _centres_before(table.columns, scaling, previous)
    sample = scaling(_drawn(table.values, SAMPLE, seed))
    count = stable_count(sample, seed, before=None if before is None else len(before))
    if count == 1:
        note = f"No grouping of {_people(len(table))} came out the same way twice."
        return _everyone(len(table), seed, note)
    fit = _fit(table.values, scaling, count, seed, before)
    groups = _gathered(table.values, scaling, fit, minimum)
    if len(groups.sizes) == 1:
        note = f"Only groups of fewer than {minimum} people stood apart."
        return _everyone(len(table), seed, note)
    segments = _segments(table, audience, groups, seed, previous)
    note = f"{len(segments)} segments of {_people(len(table))} who allowed personalisation."
    return Grouping(segments, groups.labels, note)


def _everyone(size: int, seed: int, note: str) -> Grouping:
    """One segment for all, with the reason."""
    whole = Segment(id=_id(seed, "everyone"), name="everyone", size=size, everyone=True)
    return Grouping((whole,), np.zeros(size, dtype=np.int8), note)


def _people(size: int) -> str:
    return f"{size:,} people"


def _drawn(values: Table, most: int, seed: int) -> Table:
    """So many rows of the table, in their order; all when it has no more."""
    if len(values) <= most:
        return np.asarray(values, dtype=np.float32)
    rows = np.random.default_rng(seed).choice(len(values), most, replace=False, shuffle=False)
    return np.asarray(values[np.sort(rows)], dtype=np.float32)


def _fit(values: Table, scaling: Scaling, count: int, seed: int, before: Table | None) -> Fit:
    """Begun on a sample, from where the groups were when there are as many; ended on everybody."""
    sample = scaling(_drawn(values, BEGIN, seed + 1))
    fit = best_fit(sample, count, seed, starts=STARTS)
    if before is not None and len(before) == count:
        again = lloyd([sample], before)
        fit = again if again.spread <= AS_TIGHT * fit.spread else fit
    if len(sample) == len(values):
        return fit
    return lloyd(Chunks(values, scaling), fit.centres, still=NEARLY)


def _centres_before(
    columns: Sequence[Column], scaling: Scaling, previous: Segmentation | None
) -> Table | None:
    """Where the groups were: at the average in what was not measured then."""
    if previous is None or all(each.everyone for each in previous.segments):
        return None
    earlier = sorted(previous.segments, key=lambda each: each.id)
    groups = [each for each in earlier if not each.everyone]
    values = [[each.features.get(column.key, np.nan) for column in columns] for each in groups]
    centres: Table = np.nan_to_num(scaling(np.array(values, dtype=np.float32)))
    return centres


@dataclass(frozen=True)
class _Groups:
    """Largest first: rows in each, mean values, and who is in which."""

    sizes: list[int]
    means: Numbers
    labels: Labels


def _gathered(values: Table, scaling: Scaling, fit: Fit, minimum: int) -> _Groups:
    """Everybody in the nearest group; groups that are too small joined to their nearest."""
    count = len(fit.centres)

    def gather(rows: Table) -> tuple[Labels, Table]:
        labels = assign(scaling(rows), fit.centres)
        return labels, sums_of(rows, labels, count)

    labels, sums = np.empty(len(values), dtype=np.int8), np.zeros(fit.centres.shape)
    at = 0
    for some, part in on_all_cores(Chunks(values), gather):
        labels[at : at + len(some)] = some
        sums += part
        at += len(some)
    places = _places(np.bincount(labels, minlength=count), fit.centres, minimum)
    joined = places[labels]
    sizes = np.bincount(joined)
    means = np.zeros((len(sizes), len(fit.centres[0])))
    np.add.at(means, places, sums)
    return _Groups(sizes.tolist(), means / sizes[:, None], joined)


def _places(sizes: np.ndarray, centres: Table, minimum: int) -> Labels:
    """For each group the place of the one it ends up in, largest first."""
    into = np.arange(len(sizes))
    left = {number: int(size) for number, size in enumerate(sizes)}
    while len(left) > 1 and min(left.values()) < minimum:
        leaving = min(left, key=lambda number: (left[number], number))
        size = left.pop(leaving)
        gaps = {number: float(((centres[number] - centres[leaving]) ** 2).sum()) for number in left}
        nearest = min(gaps, key=gaps.__getitem__)
        left[nearest] += size
        into[into == leaving] = nearest
    order = sorted(left, key=lambda number: (-left[number], number))
    return np.array([order.index(number) for number in into.tolist()], dtype=np.int8)


def _segments(
    table: Behaviours,
    audience: Statistics,
    groups: _Groups,
    seed: int,
    previous: Segmentation | None,
) -> tuple[Segment, ...]:
    earlier = previous.segments if previous else ()
    kept = same(earlier, table.columns, groups.means, audience.deviation)
    names = [kept[number].name if number in kept else None for number in range(len(groups.sizes))]
    taken = [each.name for each in earlier]
    told = describe(table.columns, audience, groups.means, names, taken=taken)
    languages = _languages(table, groups)
    used = {each.id for each in earlier}
    return tuple(
        Segment(
            id=kept[number].id if number in kept else _new_id(seed, described, used),
            name=described.name,
            size=groups.sizes[number],
            evidence=described.evidence,
            features=described.means,
            language=languages[number],
        )
        for number, described in enumerate(told)
    )


def _languages(table: Behaviours, groups: _Groups) -> list[str | None]:
    """What most of a group read in: by the people where known, else by the language columns."""
    count = len(groups.sizes)
    if table.spoken is not None and table.languages:
        names = table.languages
        spoken = table.spoken >= 0
        cells = groups.labels[spoken].astype(np.int64) * len(names) + table.spoken[spoken]
        counts = np.bincount(cells, minlength=count * len(names)).reshape(count, -1)
        shares = counts / np.array(groups.sizes)[:, None]
    else:
        columns = [n for n, column in enumerate(table.columns) if column.kind == "language"]
        names = tuple(table.columns[number].name for number in columns)
        shares = groups.means[:, columns]
    if not names:
        return [None] * count
    return [names[int(row.argmax())] if row.max() >= SHARED_LANGUAGE else None for row in shares]


def _new_id(seed: int, described: Described, used: set[UUID]) -> UUID:
    """An id no earlier segment has."""
    found = _id(seed, described.name)
    while found in used:
        found = uuid5(found, described.name)
    return found


def _id(seed: int, name: str) -> UUID:
    return uuid5(SEGMENTS, f"{seed}|{name}")
