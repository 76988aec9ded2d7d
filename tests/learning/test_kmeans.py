"""k-means is as tight as can be, by chunks as at once; large tables are not held twice."""

import tracemalloc
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from benchmarks import audience
from learning.behaviour import Behaviours, Column
from learning.kmeans import assign, best_fit, lloyd, seeded
from learning.scaling import CHUNK, Chunks, Scaling, Statistics
from learning.segmentation import group
from learning.stability import agreement
from smartcontent.errors import InvalidInput


def spread_of(rows: np.ndarray, labels: np.ndarray) -> float:
    groups = [rows[labels == number] for number in np.unique(labels)]
    return sum(float(((each - each.mean(axis=0)) ** 2).sum()) for each in groups)


@pytest.mark.parametrize("seed", range(3))
def test_no_grouping_of_nine_points_is_tighter(seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(9, 2)).astype(np.float32)
    best = min(spread_of(rows, np.array([0, *labels])) for labels in product(range(2), repeat=8))
    fit = best_fit(rows, 2, seed, starts=20)
    assert fit.spread == pytest.approx(best, rel=1e-4)
    assert spread_of(rows, assign(rows, fit.centres)) == pytest.approx(best, rel=1e-4)


def test_chunks_give_what_one_table_gives() -> None:
    values, _ = audience.people(3 * CHUNK + 77, np.random.default_rng(1))
    scaling = Scaling.of(audience.COLUMNS, values, Statistics.of(Chunks(values)))
    scaled = scaling(values)
    assert np.allclose(scaled.mean(axis=0), 0.0, atol=0.1) and scaled.std() < 1.0
    begin = seeded(scaled[:2_000], 5, np.random.default_rng(1))
    whole, parts = lloyd([scaled], begin), lloyd(Chunks(values, scaling), begin)
    assert np.allclose(whole.centres, parts.centres, atol=1e-3)
    assert whole.sizes.sum() == parts.sizes.sum() == len(values)
    assert whole.spread == pytest.approx(parts.spread, rel=1e-4)


def test_identical_rows_do_no_harm() -> None:
    rows = np.ones((50, 3), dtype=np.float32)
    assert best_fit(rows, 3, seed=1).spread == pytest.approx(0.0, abs=1e-3)
    columns = tuple(Column("topic", name) for name in "abc")
    assert group(Behaviours(columns, rows), minimum=5, seed=1).segments[0].everyone


def test_a_mapped_file_is_not_held(tmp_path: Path) -> None:
    """Beside the file there are samples, a few chunks and one byte a person."""
    some, planted = audience.people(40_000, np.random.default_rng(1))
    file = tmp_path / "audience.npy"
    np.save(file, np.tile(some, (15, 1)))
    table = Behaviours(audience.COLUMNS, np.load(file, mmap_mode="r"))
    tracemalloc.start()
    found = group(table, minimum=20, seed=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.75 * file.stat().st_size, f"{peak / 1e6:.0f} MB"
    assert len(found.segments) == len(audience.GROUPS)
    assert agreement(np.tile(planted, 15), found.labels) > 0.8
    assert [each.size for each in found.segments] == np.bincount(found.labels).tolist()


def test_small_groups_join_others_in_a_table_too() -> None:
    rng = np.random.default_rng(1)
    values, planted = audience.people(2_000, rng, sizes=(0.5, 0.3, 0.19, 0.005, 0.005))
    found = group(Behaviours(audience.COLUMNS, values), minimum=100, seed=1)
    assert len(found.segments) == 3 and min(np.bincount(found.labels)) >= 100
    assert min(np.bincount(planted)) < 100  # the control: there were smaller ones


def test_what_cannot_be_grouped_is_refused() -> None:
    columns = (Column("topic", "a"), Column("topic", "b"))
    rows = np.ones((50, 2), dtype=np.float32)
    with pytest.raises(InvalidInput, match="do not fit"):
        Behaviours(columns, rows[:, :1])
    with pytest.raises(InvalidInput, match="no minimum"):
        group(Behaviours(columns, rows), minimum=0, seed=1)
    rows[7, 1] = np.nan
    with pytest.raises(InvalidInput, match="not numbers"):
        group(Behaviours(columns, rows), minimum=5, seed=1)


def test_habits_of_any_name_are_told() -> None:
    rng = np.random.default_rng(1)
    high = np.repeat([1.0, 20.0], 100)[:, None] * rng.uniform(0.8, 1.2, (200, 2))
    columns = (Column("habit", "open_tabs"), Column("habit", "depth"))
    found = group(Behaviours(columns, high.astype(np.float32)), minimum=20, seed=1)
    assert any("high-open_tabs" in each.name or "thorough" in each.name for each in found.segments)
    assert all(each.evidence and each.language is None for each in found.segments)
