"""Groups of people who behave alike, when there are any.

KMeans over standardised behaviour.  How many groups is settled by stability (Ben-Hur, Elisseeff
and Guyon 2002): models of two random halves must put everybody alike (adjusted Rand index), and
the groups must be tighter than those found in one Gaussian cloud of the same covariance (the idea
of SigClust, Liu et al. 2008).  A group below the minimum size joins its nearest neighbour.  When
nothing holds, there is one segment, "everyone", and a note that says why.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from learning.behaviour import Behaviours, Table, tabulate
from learning.naming import Described, describe
from smartcontent.content import Behaviour, Segment, Segmentation

SEGMENTS = UUID("5b0f0c1e-4f3c-5d7e-9a55-2f6c1d0a7e11")
MOST = 6
PAIRS = 6
STABLE = 0.7
TIGHTER = 0.93  # inertia relative to that of an unstructured cloud
SAMPLE = 2_000
SHARED_LANGUAGE = 0.6
Rows = NDArray[np.intp]


def segment(behaviours: Sequence[Behaviour], *, minimum: int, seed: int) -> Segmentation:
    """Segments of at least `minimum` people, and who is in which.

    The order of the behaviours does not matter; the same people, minimum and seed give the same
    segments.  "everyone" lists nobody: it needs no membership.
    """
    people = sorted(behaviours, key=lambda behaviour: behaviour.subject)
    if len(people) < 2 * minimum:
        return everyone(
            len(people),
            seed,
            f"{len(people)} people allowed personalisation; segments need at least {2 * minimum}.",
        )
    with threadpool_limits(limits=1):  # small fits: threads that wait for each other cost more
        return _grouped(people, minimum, seed)


def _grouped(people: Sequence[Behaviour], minimum: int, seed: int) -> Segmentation:
    table = tabulate(people)
    count = _stable_count(table.scaled, seed)
    if count == 1:
        note = f"No grouping of {len(people):,} people came out the same way twice."
        return everyone(len(people), seed, note)
    groups = _groups(table.scaled, count, minimum, seed)
    if len(groups) == 1:
        note = f"Only groups of fewer than {minimum} people stood apart."
        return everyone(len(people), seed, note)
    return _segmentation(people, table, groups, seed)


def everyone(size: int, seed: int, note: str) -> Segmentation:
    """One segment for all, with the reason."""
    whole = Segment(id=_id(seed, "everyone"), name="everyone", size=size, everyone=True)
    return Segmentation(segments=(whole,), note=note)


def _segmentation(
    people: Sequence[Behaviour], table: Behaviours, groups: Sequence[Rows], seed: int
) -> Segmentation:
    segments: list[Segment] = []
    members: dict[str, UUID] = {}
    for rows, described in zip(groups, describe(table, groups), strict=True):
        found = _segment([people[row] for row in rows], described, seed)
        segments.append(found)
        members |= {people[row].subject: found.id for row in rows}
    note = f"{len(segments)} segments of {len(people):,} people who allowed personalisation."
    return Segmentation(segments=tuple(segments), members=members, note=note)


def _segment(people: Sequence[Behaviour], described: Described, seed: int) -> Segment:
    languages = Counter(person.language for person in people if person.language)
    language, speakers = languages.most_common(1)[0] if languages else (None, 0)
    return Segment(
        id=_id(seed, described.name),
        name=described.name,
        size=len(people),
        evidence=described.evidence,
        features=described.means,
        language=language if speakers >= SHARED_LANGUAGE * len(people) else None,
    )


def _id(seed: int, name: str) -> UUID:
    return uuid5(SEGMENTS, f"{seed}|{name}")


def _stable_count(scaled: Table, seed: int) -> int:
    """The number of groups that comes out the same way most surely; 1 when none does."""
    rng = np.random.default_rng(seed)
    sample = scaled[rng.permutation(len(scaled))[:SAMPLE]]
    cloud = _cloud(sample, rng)
    counts = range(2, min(MOST, len(sample) // 10) + 1)
    stability = {count: _stability(sample, count, rng) for count in counts}
    for count in sorted(stability, key=lambda count: -round(stability[count], 2)):
        if stability[count] >= STABLE and _tighter(sample, cloud, count, seed):
            return count
    return 1


def _stability(sample: Table, count: int, rng: np.random.Generator) -> float:
    """Mean agreement of two models, each of a random half, about everybody; 1 is the same."""
    agreements = []
    for _ in range(PAIRS):
        order = rng.permutation(len(sample))
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        one, other = (_fit(sample[half], count, int(rng.integers(2**31))) for half in halves)
        agreements.append(adjusted_rand_score(one.predict(sample), other.predict(sample)))
    return float(np.mean(agreements))


def _tighter(sample: Table, cloud: Table, count: int, seed: int) -> bool:
    ours, theirs = (_spread(table, _best_fit(table, count, seed)) for table in (sample, cloud))
    return ours < TIGHTER * theirs


def _spread(rows: Table, fit: KMeans) -> float:
    """Sum of squared distances to the nearest centre."""
    return -float(fit.score(rows))


def _cloud(sample: Table, rng: np.random.Generator) -> Table:
    """As many rows without groups: one Gaussian of the same mean and covariance."""
    covariance = np.cov(sample, rowvar=False)
    rows = rng.multivariate_normal(sample.mean(axis=0), covariance, len(sample), method="eigh")
    cloud: Table = rows.astype(np.float32)
    return cloud


def _fit(rows: Table, count: int, seed: int) -> KMeans:
    model = KMeans(
        n_clusters=count,
        n_init=1,  # pyright: ignore[reportArgumentType]
        random_state=seed,
    )
    return model.fit(rows)


def _best_fit(rows: Table, count: int, seed: int) -> KMeans:
    fits = [_fit(rows, count, seed + number) for number in range(3)]
    return min(fits, key=lambda fit: _spread(rows, fit))


def _groups(scaled: Table, count: int, minimum: int, seed: int) -> list[Rows]:
    """Row numbers by group, largest first; groups that are too small join their nearest."""
    fit = _best_fit(scaled, count, seed)
    labels = np.asarray(fit.labels_)
    centres = {number: fit.cluster_centers_[number] for number in range(count)}
    while len(centres) > 1:
        sizes = {number: int((labels == number).sum()) for number in centres}
        smallest = min(sizes, key=lambda number: (sizes[number], number))
        if sizes[smallest] >= minimum:
            break
        leaving = centres.pop(smallest)
        nearest = min(centres, key=lambda number: float(((centres[number] - leaving) ** 2).sum()))
        labels = np.where(labels == smallest, nearest, labels)
    groups = [np.flatnonzero(labels == number) for number in centres]
    return sorted(groups, key=lambda rows: (-len(rows), int(rows[0])))
