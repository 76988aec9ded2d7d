"""The replay of headline tests: fair to all, true to the data, and its interval is right."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.bandit import upworthy
from benchmarks.bandit.upworthy_made import made
from benchmarks.bandit.upworthy_replay import (
    Block,
    Chooser,
    Integers,
    Random,
    Rule,
    State,
    blocks,
    on_one,
    rates,
    shuffled,
    uniform,
)
from benchmarks.bandit.upworthy_rules import half_then_winner
from benchmarks.upworthy_data import HeadlineTest

COLUMNS = "clickability_test_id created_unix randomisation_risk headline eyecatcher_id".split()


def written(folder: Path, tests: list[HeadlineTest]) -> Path:
    folder.mkdir()
    with gzip.open(folder / "packages.csv.gz", "wt", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow([*COLUMNS, "impressions", "clicks"])
        for test in tests:
            for arm in test.arms:
                about = [test.id, test.created, 0, arm.headline, arm.image]
                table.writerow([*about, arm.impressions, arm.clicks])
    return folder


def told(capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, object]:
    status = upworthy.main(["--quick", "--json", "--seed", "3", *more])
    said: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    bars = said["bars"]
    assert isinstance(bars, dict)
    assert status == (0 if all(bar["holds"] for bar in bars.values()) else 1)
    names = {"over_best_peer_50_low", "over_best_peer_100_low", "columns_above_best_peer"}
    assert set(bars) == names
    assert {f"{name}_50" for name in (upworthy.SHIPPED, upworthy.ALONE)} <= set(said)
    return said


def test_a_quick_run_and_one_with_folders(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without a folder to train on the older half is kept back; with it all are replayed."""
    alone = told(capsys)
    assert (alone["tests"], alone["trained_on"]) == (30, 30)
    data = written(tmp_path / "data", made(5, tests=12))
    train = written(tmp_path / "train", made(6, tests=20))
    both = told(capsys, "--data", str(data), "--train", str(train))
    assert (both["tests"], both["trained_on"]) == (12, 20)
    assert both["uniform_per_1000"] == pytest.approx(1_000 * uniform(made(5, tests=12)).mean())


def test_without_data_there_is_no_full_run() -> None:
    with pytest.raises(SystemExit, match="--data"):
        upworthy.main(["--json"])


def test_an_arm_gives_its_own_clicks_and_no_more() -> None:
    for block in blocks(made(3, tests=9, impressions=200)):
        order = shuffled(block, 200, seed=4)
        assert (order[:, :, -1] == block.clicks).all()
        assert set(np.unique(np.diff(order.astype(int), axis=2))) <= {0, 1}


def first_arm(block: Block, copies: int) -> Chooser:
    def choose(state: State, random: Random) -> Integers:
        used_up = state.seen.max(axis=1) > block.impressions.max()
        assert not used_up.any()
        assert (state.size <= 10).all() and (state.left >= state.size).all()
        return on_one(-np.ones(state.seen.shape) * np.arange(block.arms), state, random)

    return choose


def test_a_budget_is_used_to_the_last_impression_and_arms_leave() -> None:
    """All on the first arm until its 75 are used up, then on the next."""
    tests = made(3, tests=6, impressions=75)
    found = rates(tests, Rule(first_arm), [15, 60], [1])
    for at, test in enumerate(tests):
        clicks, arms = [arm.clicks for arm in test.arms], len(test.arms)
        shown = 60 * arms
        whole = sum(clicks[: shown // 75])
        assert found[1, 0, at] * shown >= whole
        assert found[0, 0, at] * 15 * arms <= clicks[0]


def test_the_same_seed_the_same_figures() -> None:
    tests = made(3, tests=6)
    once, again, other = (
        rates(tests, half_then_winner(), [50], seeds) for seeds in ([1, 2], [1, 2], [3, 4])
    )
    assert (once == again).all() and (once != other).any()


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Of 400 worlds in which ours earns 5 % more, about 95 % are within."""
    random = np.random.default_rng(2)
    inside = 0
    for _ in range(400):
        even = random.lognormal(-4.5, 0.5, 200)
        peer = even * random.lognormal(0.0, 0.1, 200)
        found = upworthy.paired(peer + 0.05 * even + random.normal(0, 0.002, 200), peer, even)
        inside += found.low < 5.0 < found.high
    assert 365 < inside < 393
