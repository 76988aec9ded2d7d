"""The how-to says what the product does: its settings, commands, notes and failures exist."""

import re
from pathlib import Path

import pytest
import typer

from smartcontent.cli import app
from smartcontent.errors import BudgetSpent, ModelMisbehaved, ModelUnavailable
from smartcontent.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "use-a-language-model.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(kind: str, page: str = PAGE) -> str:
    return "".join(text for found, text in BLOCK.findall(page) if found == kind)


def read(env: str, folder: Path) -> Settings:
    file = folder / ".env"
    file.write_text(env)
    return Settings(_env_file=file)


def test_its_settings_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"SMARTCONTENT_\w+", PAGE):
        assert name.removeprefix("SMARTCONTENT_").lower() in Settings.model_fields, name
        monkeypatch.delenv(name, raising=False)
    found = read(blocks("sh"), tmp_path)
    assert (found.llm_model, found.llm_timeout) == ("llama3.1", 60.0)
    assert (found.llm_read_price, found.llm_monthly_cost) == (0.15, 5.0)
    assert not read("SMARTCONTENT_LOCAL_MODEL=false", tmp_path).local_model


def known(line: str) -> bool:
    """Whether the command line takes this command with these options."""
    command = typer.main.get_command(app)
    context = typer.Context(command)
    words = line.split()[1:]
    while words and not words[0].startswith("-"):
        found = getattr(command, "commands", {}).get(words.pop(0))
        if found is None:
            return False
        command = found
    options = {name for parameter in command.get_params(context) for name in parameter.opts}
    return {word for word in words if word.startswith("-")} <= options


def test_its_commands_are_known() -> None:
    lines = re.findall(r"^\$ (smartcontent .*)$", blocks("console"), re.MULTILINE)
    assert len(lines) >= 5
    assert all(map(known, lines))
    assert known("smartcontent model install --from hub --yes")


@pytest.mark.parametrize("line", ["smartcontent model buy", "smartcontent model install --free"])
def test_a_command_that_is_not_there_is_noticed(line: str) -> None:
    assert not known(line)


def test_its_notes_are_the_writers() -> None:
    code = "".join(
        (ROOT / file).read_text() for file in ("agents/writer.py", "tools/select_post.py")
    )
    notes = re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE)
    assert len(notes) == 4
    assert all(f'rule="{note}"' in code for note in notes)


def test_its_failures_are_the_errors() -> None:
    codes = set(re.findall(r"\| `([\w-]+)` \|$", PAGE, re.MULTILINE))
    assert codes == {ModelUnavailable.code, ModelMisbehaved.code, BudgetSpent.code}
