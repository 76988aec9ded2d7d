"""A bar that falls short is told, and no bar is lowered."""

import json
from pathlib import Path

import pytest

from api.routes import decisions
from benchmarks import results, serving_server
from benchmarks.contract import Bar, Spread, arguments, report
from benchmarks.results import Result


def test_a_bar_that_holds_and_one_that_cannot(capsys: pytest.CaptureFixture[str]) -> None:
    figures = {"rate": Spread.of([1.0, 2.0, 3.0])}
    assert report("x", figures, {"fine": Bar(1.0, 0.5)}, as_json=True) == 0
    assert report("x", figures, {"fine": Bar(1.0, 0.5), "no": Bar(0.1, 0.5)}, as_json=True) == 1
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["benchmark"] == "x"
    assert said["rate"] == {"median": 2.0, "low": 1.0, "high": 3.0}
    assert said["bars"]["no"] == {"value": 0.1, "bar": 0.5, "holds": False}
    assert said["bars"]["fine"]["holds"]


def test_a_bar_can_be_raised_and_not_lowered() -> None:
    given = arguments("x", ["--stricter", "ratio=0.8"])
    assert report("x", {}, {"ratio": Bar(0.7, 0.6)}, as_json=False, stricter=given.stricter) == 1
    for lowered in (Bar(0.5, 0.6), Bar(5.0, 0.7, better="lower")):
        with pytest.raises(ValueError, match="never lowered"):
            lowered.raised(0.4 if lowered.better == "higher" else 9.0)


def test_misses_and_breaks_are_on_the_page(tmp_path: Path) -> None:
    missed = {"rate": 2.5, "bars": {"ratio": {"value": 0.1, "bar": 0.6, "holds": False}}}
    page = tmp_path / "RESULTS.md"
    results.write(page, [Result("serving", 1, missed), Result("ingest", 3, {})], quick=True)
    text = page.read_text()
    assert "| serving | ratio | 0.1 | 0.6 | **missed** |" in text
    assert "**broke, exit status 3**" in text
    assert "| rate | 2.5 |" in text
    assert "its figures mean nothing" in text
    assert "$" not in text


def test_the_last_word_of_each_benchmark_is_kept(tmp_path: Path) -> None:
    for rate in (1.0, 2.0):
        results.keep(tmp_path / "kept", Result("bandit.null", 0, {"rate": rate}, "here", 3.0))
    results.write(
        tmp_path / "page.md", results.kept(tmp_path / "kept", ["bandit.null", "x"]), quick=False
    )
    text = (tmp_path / "page.md").read_text()
    assert "| rate | 2 |" in text and "| rate | 1 |" not in text
    assert "Measured in 3 s on here." in text and "Not measured yet." in text


def test_the_route_that_does_nothing_reads_and_answers_as_rank_does() -> None:
    (ours,) = [route for route in decisions.router.routes if getattr(route, "name", "") == "rank"]
    (bare,) = serving_server.router.routes
    for part in ("response_model", "status_code", "name", "methods"):
        assert getattr(bare, part) == getattr(ours, part)
    bodies = [route.body_field.field_info.annotation for route in (ours, bare)]  # type: ignore[attr-defined]
    assert bodies[0] is bodies[1]
    assert type(bare) is type(ours)
