"""The segmentation benchmark, small: it runs, finds the groups, and can fail."""

import os

from tests.benchmarks.test_quick import quick


def test_segments_are_measured_against_bare_scikit_learn() -> None:
    status, said = quick("segmentation", dict(os.environ), "--stricter", "retrain_rand_lowest=1.0")
    assert status == 1 and not said["bars"]["retrain_rand_lowest"]["holds"]
    assert said["bars"]["retrain_ids_kept_lowest"]["bar"] == 1.0
    assert said["bars"]["spread_over_bare_2000"]["value"] < 1.1
    assert said["groups_2000"] > 1 and said["ours_truth_2000"] > 0.5
    assert said["ours_over_bare_2000"]["median"] > 0
