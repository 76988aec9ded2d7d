"""How far the engagement of competing actions usually lies apart, and by what they differ.

The logarithm of an action's rate is its campaign's level plus what its text, its image and its
other features add, plus something of its own.  Each part is normal; here are the standard
deviations (`spreads_training.py` estimates them).
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Same: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Spreads:
    """Standard deviations of log rates.

    `campaign`: between campaigns.  `text` and `image`: between texts and images of one campaign.
    `feature`: between values of any other feature.  `own`: between actions alike in all of them.

    The defaults are those of the older half of the Upworthy Research Archive's tests, but for
    `feature`, which it does not tell of.
    """

    campaign: float = 0.59
    text: float = 0.24
    image: float = 0.15
    feature: float = 0.1
    own: float = 0.1


def same(values: Sequence[str]) -> Same:
    """Which pairs share a value.

    >>> same(["a", "b", "a"]).astype(int).tolist()
    [[1, 0, 1], [0, 1, 0], [1, 0, 1]]
    """
    column = np.array(values, dtype=object)
    alike: Same = np.equal.outer(column, column).astype(bool)
    return alike


def settings(spreads: Spreads) -> list[float]:
    """As stored; `Spreads(*settings(spreads))` gives them back."""
    return list(astuple(spreads))
