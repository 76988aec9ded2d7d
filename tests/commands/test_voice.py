"""`smartcontent voice`: the how-to's commands, one after the other, and what it says of them."""

import re
from collections.abc import Mapping
from pathlib import Path
from shlex import split
from typing import Any
from uuid import UUID

import pytest
import typer
from pydantic import ValidationError

from smartcontent.cli import app
from smartcontent.commands.voice import KINDS, SHORT, WORKS, Desk, Told
from smartcontent.errors import InvalidInput, NotFound
from smartcontent.voice import NEED_A_MODEL, TAKES, VoiceSetting
from store.database import Database
from store.voice import VoiceRules
from tools.learn_voice import HABIT

PAGE = (Path(__file__).parents[2] / "docs/how-to/teach-it-your-voice.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ smartcontent voice (.*)$", PAGE, re.MULTILINE)


def asked(line: str) -> tuple[str, Mapping[str, Any]]:
    """A command's name, and its options as the command line reads them."""
    what, *words = split(line)
    voice = getattr(typer.main.get_command(app), "commands", {})["voice"]
    given = voice.commands[what].make_context(what, words).params
    return what, {name: value for name, value in given.items() if name != "json"}


async def do(database: Database, workspace: UUID, line: str) -> Told:
    what, given = asked(line)
    async with database.transaction(workspace) as session:
        return await WORKS[what](Desk(session), **given)


async def test_the_commands_of_the_how_to_do_what_it_says(
    database: Database, workspace: UUID, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "posts.txt"
    file.write_text("\n---\n".join(f"We opened room {n} today. Come!" for n in range(HABIT)))
    assert len(COMMANDS) == 10
    for line in COMMANDS:
        async with database.transaction(workspace) as session:
            (rule, *_) = [*await VoiceRules(session).list(), None]
        line = line.replace("RULE", str(rule.id)[-SHORT:] if rule else "")
        told = await do(database, workspace, line.replace("posts.txt", str(file)))
    shown = capsys.readouterr().out
    assert "At most 1 hashtag.  (yours)" in shown
    assert "Say “use” instead of “utilise”.  (yours)" in shown
    assert "Warm, first person plural.  (yours, needs a language model)" in shown
    assert f"learned from your own posts, {HABIT} agree" in shown
    assert "off  Warm" in shown and "Deleted: Warm" in shown
    assert str(told["deleted"]) not in str(await do(database, workspace, "list"))


async def test_what_is_no_rule_is_said(database: Database, workspace: UUID) -> None:
    with pytest.raises(InvalidInput, match="There is no kind of rule shouting"):
        await do(database, workspace, "add shouting")
    with pytest.raises(InvalidInput, match="takes about and instead"):
        await do(database, workspace, "add replace utilise")
    with pytest.raises(NotFound):
        await do(database, workspace, "off 12345678")


def test_the_table_says_what_each_kind_takes_and_needs() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) ?\| .* \| (.*) \|$", PAGE, re.MULTILINE)
    assert [kind for kind, _, _ in rows if kind in KINDS] == [kind for kind, _, _ in rows]
    assert {kind for kind, _, _ in rows} == set(KINDS)
    for kind, takes, without in rows:
        assert ("needs" in without) == (kind in NEED_A_MODEL)
        wanted = TAKES.get(kind, set())
        assert ("--most" in takes, "--instead" in takes, bool(takes)) == (
            "most" in wanted, "instead" in wanted, bool(wanted),
        )  # fmt: skip
        given = {"most": 3, "about": "a word", "instead": "another"}
        VoiceSetting(kind=kind, **{name: given[name] for name in wanted})
        with pytest.raises(ValidationError):
            VoiceSetting(kind=kind, **{name: given[name] for name in given.keys() - wanted})
