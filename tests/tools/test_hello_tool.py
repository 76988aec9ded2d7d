"""A stranger's package: installed as anyone would, found and called, no file of ours changed."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "hello_tool"
GUEST = """
import asyncio, json, sys
from importlib.metadata import distributions
from uuid import UUID
from smartcontent.content import Caller
from tools.toolbox import Toolbox

found = distributions(path=[sys.argv[1]])
box = Toolbox.discover(point for one in found for point in one.entry_points)
caller = Caller(workspace_id=UUID(int=1), role="owner", scopes=frozenset({"chat:use"}))
said = [asyncio.run(box.call(name, {"name": "Ana"}, caller=caller)) for name in box.tools]
json.dump({"tools": list(box.tools), "said": said, "from": sys.modules["hello_tool"].__file__},
          sys.stdout)
"""


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example, built from a copy of its folder, is installed."""
    folder = tmp_path_factory.mktemp("guest")
    ignore = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    copy = shutil.copytree(EXAMPLE, folder / "hello_tool", ignore=ignore)
    uv = Path(sys.executable).with_name("uv")
    target = folder / "installed"
    run(uv, "pip", "install", "--python", sys.executable, "--no-deps", "--target", target, copy)
    return target


def test_is_found_and_called(target: Path) -> None:
    said = run(sys.executable, "-c", GUEST, target, PYTHONPATH=str(target))
    result: dict[str, Any] = json.loads(said)
    assert result["tools"] == ["say_hello"]
    assert result["said"] == ["Hello, Ana! Nice to meet you."]
    assert Path(result["from"]).parent == target


def test_is_a_few_lines() -> None:
    lines = (EXAMPLE / "hello_tool.py").read_text().splitlines()
    assert len(lines) <= 10
