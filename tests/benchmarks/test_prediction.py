"""The prediction benchmark on posts made up in the form of the real sets."""

import csv
import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.prediction import auc, main
from benchmarks.prediction_data import folders, read

START = datetime(2018, 1, 1)
Rows = list[dict[str, Any]]


def pages(size: int, *, telling: bool) -> Rows:
    """Posts of two pages, one of which earns ten times as much, or neither."""
    rng = np.random.default_rng(1)
    rows = []
    for number in range(size):
        page, at = int(rng.integers(2)), START + timedelta(hours=5 * number)
        level = 3.0 + 2.3 * page * telling
        rows.append(
            {
                "status_id": f"page{page}_{number}",
                "status_type": ("photo", "video")[int(rng.integers(2))],
                "status_published": f"{at.month}/{at.day}/{at.year} {at.hour}:{at.minute:02}",
                "num_reactions": int(np.exp(rng.normal(level, 0.5))),
            }
        )
    return rows


def titles(size: int) -> Rows:
    rng = np.random.default_rng(2)
    rows = []
    for number in range(size):
        site, at = int(rng.integers(3)), START + timedelta(hours=5 * number)
        rows.append(
            {
                "id": number,
                "title": f"Show HN: thing {number % 7}" if number % 3 else "Why cheese?",
                "url": f"http://www.site{site}.org/{number}" if site else "",
                "num_points": int(np.exp(rng.normal(2.0 + site, 0.5))),
                "created_at": f"{at.month}/{at.day}/{at.year} {at.hour}:{at.minute:02}",
            }
        )
    return rows


def articles(size: int) -> Rows:
    rng = np.random.default_rng(3)
    rows = []
    for number in range(size):
        at, words = START + timedelta(hours=5 * number), int(rng.integers(100, 900))
        rows.append(
            {
                "url": f"http://m.com/{at:%Y/%m/%d}/a-cat-{number}/",
                " timedelta": 730 - number,
                " n_tokens_content": words,
                " data_channel_is_tech": number % 2,
                " shares": int(np.exp(rng.normal(5.0 + words / 300, 0.5))),
            }
        )
    return rows


def write(folder: Path, rows: Rows) -> Path:
    folder.mkdir(parents=True)
    with gzip.open(folder / "posts.csv.gz", "wt", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows[::-1])  # not in the order of time, as the real ones are not
    return folder


def quick(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    status = main(["--quick", "--json", "--seed", "3", *options])
    said: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert status == (0 if all(bar["holds"] for bar in said["bars"].values()) else 1)
    return status, said


def test_pages_are_told_apart_and_a_stricter_bar_falls_short(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write(tmp_path / "facebook_live_sellers", pages(200, telling=True))
    impossible = "facebook_live_sellers_auc=1.1"
    status, said = quick(capsys, "--data", str(data), "--stricter", impossible)
    assert status == 1 and not said["bars"]["facebook_live_sellers_auc"]["holds"]
    assert said["facebook_live_sellers_auc"] > 0.9
    assert said["facebook_live_sellers_auc_hour_and_weekday"] < 0.7
    assert said["facebook_live_sellers_tested_on"] == 60
    assert 0.7 < said["facebook_live_sellers_covered"] <= 1.0


def test_another_folder_trains_and_the_whole_of_data_is_predicted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = write(tmp_path / "train" / "facebook_live_sellers", pages(120, telling=False)).parent
    data = write(tmp_path / "data" / "facebook_live_sellers", pages(50, telling=False)).parent
    _, said = quick(capsys, "--data", str(data), "--train", str(train))
    assert said["facebook_live_sellers_trained_on"] == 120
    assert said["facebook_live_sellers_tested_on"] == 50
    assert said["facebook_live_sellers_best_times_said"].startswith("no better than chance")
    with pytest.raises(SystemExit, match="no facebook_live_sellers in"):
        main(["--quick", "--data", str(data), "--train", str(tmp_path)])


@pytest.mark.parametrize(
    ("name", "rows"), [("hacker_news", titles(120)), ("online_news_popularity", articles(120))]
)
def test_each_set_is_read_in_the_order_of_time(name: str, rows: Rows, tmp_path: Path) -> None:
    write(tmp_path / name, rows)
    assert list(folders(tmp_path)) == [name] == list(folders(tmp_path / name))
    found = read(name, tmp_path / name)
    assert len(found.posts) == 120
    assert [post.at for post in found.posts] == sorted(post.at for post in found.posts)
    assert {post.source for post in found.posts} in ({"", "site1.org", "site2.org"}, {"", "tech"})
    assert "timedelta" not in found.posts[0].features


def test_without_data_it_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="Say where the posts are"):
        main(["--data", str(tmp_path)])


def test_the_area_under_the_curve_counts_ties_half() -> None:
    above = np.array([True, False, True, False])
    assert auc(np.array([2.0, 1.0, 4.0, 3.0]), above) == 0.75
    assert auc(np.ones(4), above) == 0.5
