"""The contextual benchmark's own parts, on made-up rows: no peer and no file is needed."""

from io import BytesIO

import numpy as np
import pytest

from benchmarks.bandit.contextual import Run, bars, compared, live, orders
from benchmarks.bandit.contextual_worlds import World, classes
from learning.bandit.linear import Linear
from learning.bandit.thompson import Thompson


@pytest.fixture(scope="module")
def world() -> World:
    """Two classes, told apart by one number."""
    contexts = np.random.default_rng(1).normal(size=(400, 3))
    right = (contexts[:, 0] > 0).astype(int)
    return classes("made_up", ("low", "high"), contexts, np.eye(2)[right])


def test_context_is_worth_something(world: World) -> None:
    order = orders(world, 1, 400, seed=1)[0].tolist()
    log = BytesIO()
    assert live(Linear(), world, order, 1, log).value > 0.8
    assert live(Thompson(), world, order, 1, BytesIO()).value < 0.65
    assert len(log.getvalue().splitlines()) == 400


def test_where_an_arm_was_logged_only_hits_count(world: World) -> None:
    """Every row was logged with its wrong arm: whatever counts earns nothing."""
    wrong = world.rewards.argmin(axis=1)
    logged = World("logged", world.arms, world.contexts, world.features, world.rewards, wrong)
    assert live(Linear(), logged, range(400), 1, BytesIO()).value == 0.0


def test_a_bar_falls_short_where_a_peer_is_better() -> None:
    mine = {"best_of": [0.5, 0.6, 0.55], "linear": [0.5, 0.6, 0.55]}
    runs = {kind: [Run(value, 5000.0, 10, 10) for value in values] for kind, values in mine.items()}
    for values, holds in (([0.9, 0.9, 0.9], False), ([0.5, 0.6, 0.56], True)):
        peers = {"peer": {"values": values, "per_second": 1.0, "grew_mb": 0.0}}
        held = bars(compared("goemotions", runs, peers), ["goemotions"])
        assert held["goemotions_not_below_best"].holds is holds
    assert held["best_of_per_s"].holds and not held["linear_per_s"].holds
