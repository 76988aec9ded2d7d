"""Nine in ten lie inside, also when the world moves; an interval that never learns does not."""

import numpy as np
import pytest

from learning.prediction.conformal import Conformal, pinball, quantiles


def covered(residuals: np.ndarray, interval: Conformal, *, late: int = 0) -> float:
    """Share inside, each residual being heard `late` residuals after it was predicted."""
    inside = []
    for number, residual in enumerate(residuals):
        if number >= late and number:
            interval.add(float(residuals[number - late - 1 if late else number - 1]))
        ends = interval.ends()
        inside.append(ends.low <= residual <= ends.high)
    return float(np.mean(inside))


@pytest.mark.parametrize(
    ("world", "late"),
    [("steady", 0), ("widening", 0), ("shifting", 100), ("skewed", 100), ("whole numbers", 0)],
)
def test_nine_in_ten_lie_inside(world: str, late: int) -> None:
    interval = Conformal()
    draws = worlds(2_000)[world]
    interval.start(draws[:500])
    assert 0.88 <= covered(draws[500:], interval, late=late) <= 0.92


def worlds(size: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    noise, time = rng.normal(0, 1, size), np.linspace(0, 1, size)
    return {
        "steady": noise,
        "widening": noise * (1 + 2 * time),
        "shifting": noise + 4 * time,
        "skewed": rng.exponential(1.0, size),
        "whole numbers": np.log1p(rng.poisson(2.0, size)) + 0.2 * noise,
    }


def test_an_interval_that_does_not_learn_fails_where_the_world_widens() -> None:
    """The control."""
    draws = worlds(2_000)["widening"]
    frozen = Conformal()
    frozen.start(draws[:500])
    ends = frozen.ends()
    inside = (ends.low <= draws[500:]) & (draws[500:] <= ends.high)
    assert inside.mean() < 0.8


def test_a_level_moves_the_share_asked_for() -> None:
    draws = worlds(2_000)["steady"]
    assert covered(draws, Conformal(coverage=0.5)) == pytest.approx(0.5, abs=0.03)


def test_nothing_known_is_a_wide_interval_and_state_comes_back() -> None:
    interval = Conformal()
    assert (interval.ends().low, interval.ends().high) == (-2.0, 2.0)
    for residual in worlds(300)["skewed"]:
        interval.add(float(residual))
    again = Conformal.from_state(interval.state())
    assert again.ends() == interval.ends()
    interval.add(9.0)
    again.add(9.0)
    assert again.ends() == interval.ends()


def test_newer_residuals_weigh_more() -> None:
    values = np.concatenate([np.zeros(100), np.ones(100)])
    even, newer = np.ones(200), np.concatenate([np.full(100, 0.01), np.ones(100)])
    assert quantiles(values, even, (0.4,))[0] == 0.0
    assert quantiles(values, newer, (0.4,))[0] == 1.0


def test_the_true_quantile_has_the_least_pinball_loss() -> None:
    draws = np.random.default_rng(1).normal(0, 1, 20_000)
    losses = {q: pinball(draws, np.full(len(draws), q), 0.95) for q in (1.2, 1.645, 2.1)}
    assert min(losses, key=lambda q: losses[q]) == 1.645
