"""Who is held back is decided by hash: the same everywhere, near the share, free of the salt."""

import math
from collections import Counter
from random import Random

import pytest

from learning.holdback import in_holdback, mixture
from learning.sampling import draw

LEARNED = {"a": 0.7, "b": 0.2, "c": 0.1}
BASELINE = dict.fromkeys(LEARNED, 1 / 3)


@pytest.mark.parametrize("share", [0.01, 0.05, 0.5])
def test_the_share_is_kept(share: float) -> None:
    held = sum(in_holdback(f"subject {number}", share, "w") for number in range(20_000))
    assert abs(held - 20_000 * share) < 4 * math.sqrt(20_000 * share * (1 - share))


def test_a_bigger_share_keeps_who_was_held() -> None:
    small = {n for n in range(2_000) if in_holdback(str(n), 0.05, "w")}
    assert small < {n for n in range(2_000) if in_holdback(str(n), 0.10, "w")}


def test_another_salt_holds_others() -> None:
    groups = [{n for n in range(2_000) if in_holdback(str(n), 0.05, salt)} for salt in "vw"]
    assert len(groups[0] & groups[1]) < 20


def test_draws_over_subjects_fit_the_mixture() -> None:
    """Chi-square with 2 degrees of freedom: above 18.4 once in 10,000."""
    rng = Random(5)
    seen = Counter(
        draw(BASELINE if in_holdback(f"s{n}", 0.2, "w") else LEARNED, rng.getrandbits(60))
        for n in range(20_000)
    )
    logged = mixture(LEARNED, BASELINE, 0.2)
    assert math.fsum(logged.values()) == pytest.approx(1.0, abs=1e-12)
    assert off(seen, logged) < 18.4
    assert off(seen, LEARNED) > 18.4  # the control: the branch alone does not fit


def off(seen: Counter[str], logged: dict[str, float]) -> float:
    total = seen.total()
    return sum((seen[name] - total * p) ** 2 / (total * p) for name, p in logged.items())
