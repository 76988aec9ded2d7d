"""Each benchmark, small, as a process: the last line has the agreed form and the status is true."""

import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path("examples/articles")
PAGES = Path("tests/data/vote_gov.json")


@pytest.fixture
def environment(server_url: str, tmp_path: Path) -> dict[str, str]:
    """The tests' own server, where a benchmark makes and drops its database."""
    ours = {"SMARTCONTENT_DATA_DIR": str(tmp_path / "data")}
    return {**os.environ, **ours, "SMARTCONTENT_DATABASE_URL": server_url}


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """An English article, and a Spanish page in a folder of another name."""
    spanish = json.loads(PAGES.read_text(encoding="utf-8"))["pages"]["es-2"]
    for folder in ("18f", "vote-gov/fr"):
        (tmp_path / "articles" / folder).mkdir(parents=True)
    shutil.copy(EXAMPLES / "a-bot-named-dolores.md", tmp_path / "articles" / "18f")
    text = f"# {spanish['title']}\n\n{spanish['text']}"
    (tmp_path / "articles/vote-gov/fr/page.md").write_text(text, encoding="utf-8")
    return tmp_path / "articles"


def quick(name: str, environment: dict[str, str], *more: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", f"benchmarks.{name}", "--quick", "--json", "--seed", "3"]
    done = subprocess.run([*command, *more], env=environment, capture_output=True, text=True)
    assert done.stdout, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert said["benchmark"] == name
    assert said["seed"] == 3
    for bar in said["bars"].values():
        assert set(bar) == {"value", "bar", "holds"}
    assert done.returncode == (0 if all(bar["holds"] for bar in said["bars"].values()) else 1)
    return done.returncode, said


def test_serving_loses_nothing_it_acknowledged(environment: dict[str, str]) -> None:
    impossible = "acknowledged_and_not_stored=-1"
    status, said = quick("serving", environment, "--stricter", impossible)
    assert status == 1
    assert said["bars"]["acknowledged_and_not_stored"] == {"value": 0, "bar": -1, "holds": False}
    assert said["bars"]["rank_over_nothing"]["bar"] == 0.6
    assert said["bars"]["requests_refused"]["value"] == 0
    assert said["ratio_8_actions"]["median"] == said["bars"]["rank_over_nothing"]["value"] > 0


def test_ingest_counts_right(environment: dict[str, str]) -> None:
    _, said = quick("ingest", environment)
    assert said["bars"]["events_miscounted"]["value"] == 0
    assert said["bars"]["requests_refused"]["value"] == 0
    agreed = [bar["bar"] for name, bar in said["bars"].items() if name.endswith("over_copy")]
    assert agreed == [0.5] * 5


def test_campaigns_end(environment: dict[str, str]) -> None:
    status, said = quick("campaign", environment, "--stricter", "help_seconds_median=0")
    assert status == 1
    assert said["bars"]["campaigns_unfinished"]["value"] == 0
    assert not said["bars"]["help_seconds_median"]["holds"]
    assert said["step_analyst_x1_seconds"]["median"] > 0


def test_articles_become_posts_and_a_wrong_folder_is_noticed(
    environment: dict[str, str], articles: Path, tmp_path: Path
) -> None:
    """The Spanish page lies in a folder named French: its bar cannot hold, the others do."""
    page = tmp_path / "articles.md"
    status, said = quick("articles", environment, "--data", str(articles), "--out", str(page))
    assert status == 1
    assert [row["language"] for row in said["rows"]] == ["en", "es"]
    assert [row["command"] for row in said["rows"]] == [False, True]
    assert said["bars"]["language_right"]["value"] == 0.5
    assert said["bars"]["errors"]["holds"] and said["bars"]["within_limits"]["holds"]
    assert "| 18f/a-bot-named-dolores.md | en ✓ |" in page.read_text(encoding="utf-8")
    assert "| es, is fr |" in page.read_text(encoding="utf-8")


def test_languages_are_told_and_a_wrong_label_is_noticed(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Half of the Spanish pieces are filed under French: no detector can get those right."""
    pages = json.loads(PAGES.read_text(encoding="utf-8"))["pages"]
    text = pages["es-2"]["text"]
    lines = [text[at : at + 60] for at in range(0, 600, 60)]
    with gzip.open(tmp_path / "sentences.csv.gz", "wt", encoding="utf-8", newline="") as file:
        rows = [("fr" if n % 2 else "es", line) for n, line in enumerate(lines)]
        csv.writer(file).writerows([("lang", "text"), *rows])
    _, said = quick("language_id", environment, "--data", str(tmp_path))
    assert (said["languages"], said["texts"]) == (2, 10)
    assert said["ours"]["accuracy"] == said["py3langid"]["accuracy"] == 0.5
