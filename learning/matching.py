"""Which of today's groups is which of yesterday's, so that a segment keeps its id and its name.

A group is what its people do: two groups are the same when each is the other's nearest and no
third is nearly as near.  Nearness is measured between mean values, in standard deviations of the
audience; measures known of one side only are left out.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from learning.behaviour import Column
from learning.scaling import FLAT, weights_of
from smartcontent.content import Segment

Numbers = NDArray[np.float64]
CLEARLY = 0.5  # a match is at most half as far as the next best


def same(
    previous: Sequence[Segment], columns: Sequence[Column], means: Numbers, deviation: Numbers
) -> dict[int, Segment]:
    """Earlier segment by number of today's group (rows of `means`), where there is one."""
    earlier = [segment for segment in previous if not segment.everyone]
    if not earlier or not len(means):
        return {}
    far = distances(means, [segment.features for segment in earlier], columns, deviation)
    return {
        group: earlier[other]
        for group, other in enumerate(far.argmin(axis=1))
        if far[:, other].argmin() == group and _clear(far, group, int(other))
    }


def distances(
    means: Numbers,
    features: Sequence[Mapping[str, float]],
    columns: Sequence[Column],
    deviation: Numbers,
) -> Numbers:
    """(groups, features): weighted Euclidean over the columns that both sides know."""
    weights = weights_of(columns) / np.where(deviation > FLAT, deviation, np.inf)
    theirs = np.array([[each.get(column.key, np.nan) for column in columns] for each in features])
    gaps = np.nan_to_num((means[:, None, :] - theirs[None, :, :]) * weights)
    far: Numbers = np.sqrt(np.square(gaps).sum(axis=2))
    return far


def _clear(far: Numbers, group: int, other: int) -> bool:
    rivals = [*np.delete(far[group], other), *np.delete(far[:, other], group)]
    return bool(far[group, other] < CLEARLY * min(rivals, default=np.inf))
