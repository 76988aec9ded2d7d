"""The connector of the how-to is a connector: its code passes the family's checks."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.connector_checks import CHECKS, Check, Rig

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-connector.md"


def example() -> dict[str, Any]:
    """Everything the page's code defines."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)
    defined: dict[str, Any] = {}
    exec(compile(code, str(PAGE), "exec"), defined)
    return defined


@pytest.mark.parametrize("check", CHECKS)
async def test_the_example_passes(tmp_path: Path, check: Check) -> None:
    site, folder = example()["Site"], tmp_path / "site"
    (tmp_path / "file").write_text("in the way")

    def shown() -> list[str]:
        return [file.read_bytes().decode() for file in folder.glob("*.md")]

    await check(Rig(site(folder), shown, site(tmp_path / "file")))


def test_every_named_file_exists() -> None:
    named = re.findall(r"`((?:tests|smartcontent)/[\w/]+\.py)`", PAGE.read_text())
    assert named
    assert all((PAGE.parents[2] / name).is_file() for name in named)
