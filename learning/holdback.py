"""Who is kept out of learning, so that what learning earned can be measured."""

import hashlib
from collections.abc import Mapping


def in_holdback(unit: str, share: float, salt: str) -> bool:
    """Whether the unit (a subject, or a decision for posts) is served by the baseline.

    By hash, so the answer is the same on every machine and every day; another salt draws
    another group.  A share of 0 holds nobody back.

    >>> in_holdback("ana", 0.0, "w"), in_holdback("ana", 1.0, "w")
    (False, True)
    >>> 400 < sum(in_holdback(str(n), 0.05, "w") for n in range(10_000)) < 600
    True
    """
    digest = hashlib.sha256(f"{salt}\x1f{unit}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def mixture(
    learned: Mapping[str, float], baseline: Mapping[str, float], share: float
) -> dict[str, float]:
    """Propensities of the whole policy: (1 - h) · learned + h · baseline.

    >>> mixture({"story": 1.0, "quote": 0.0}, {"story": 0.5, "quote": 0.5}, 0.5)
    {'story': 0.75, 'quote': 0.25}
    """
    return {
        action: (1.0 - share) * probability + share * baseline[action]
        for action, probability in learned.items()
    }
