"""`smartcontent check`: plain words, places, and an exit status that scripts can use."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from agents.analyst import Analyst
from agents.guard import Guard
from connectors.spec import known_specs
from graph.checking import TextChecks
from memory.embedding import HashedEmbedder
from smartcontent.cli import app
from smartcontent.commands.check import line_of, read_text, source_of, tell
from smartcontent.content import Span
from smartcontent.errors import InvalidInput, TooLarge, UnknownPlatform

SPECS = known_specs({})
CHECKS = TextChecks(
    guard=Guard(specs=SPECS), analyst=Analyst(embedder=HashedEmbedder()), specs=SPECS
)
ARTICLE = "tests/data/articles/18f-communicart.md"


def test_findings_are_told_with_their_places(capsys: pytest.CaptureFixture[str]) -> None:
    text = "In 2014 there were\n256,000 [sic] holders of cards."
    found = CHECKS.check(text, platform="bluesky", source=source_of(ARTICLE))
    assert found.blocked and found.sourced
    tell(text, found)
    said = capsys.readouterr().out
    assert "unsupported-number 2:1" in said and "256,000" in said and "do: " in said
    assert "50 of 300 on bluesky" in said and "1 to mend" in said


def test_without_a_source_facts_are_left_alone_and_it_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = "There were 256,000 holders of cards, says Maria Keller."
    found = CHECKS.check(text, platform="linkedin")
    assert not found.findings and not found.sourced
    tell(text, found)
    said = capsys.readouterr().out
    assert "facts were not checked" in said and "Nothing in the way." in said


def test_the_command_ends_with_status_1_when_something_has_to_be_mended(tmp_path: Path) -> None:
    post = tmp_path / "post.txt"
    for text, status in (("好" * 141, 1), ("Hello to everybody who reads.", 0)):
        post.write_text(text, "utf-8")
        done = CliRunner().invoke(app, ["check", str(post), "--platform", "x", "--json"])
        assert done.exit_code == status, done.output
        assert json.loads(done.output.splitlines()[-1])["blocked"] is bool(status)
    post.write_text("Thank you all, your help was a wonderful gift.", "utf-8")
    done = CliRunner().invoke(app, ["check", str(post), "--json"])
    assert "language en, reads as warm" in done.output
    assert json.loads(done.output.splitlines()[-1])["tone"]["warm"] > 0.5


def test_what_cannot_be_checked(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no file"):
        read_text(str(tmp_path / "nothing.txt"))
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(1_000_000_000)
    with pytest.raises(TooLarge):
        read_text(str(large))
    with pytest.raises(UnknownPlatform):
        CHECKS.check("Hello there.", platform="myspace")


@pytest.mark.parametrize(("start", "place"), [(0, "1:1"), (3, "1:4"), (4, "2:1"), (6, "2:3")])
def test_places_are_counted_as_editors_do(start: int, place: str) -> None:
    assert line_of("One\nTwo", Span(start=start, end=start)) == place


def test_a_language_that_was_not_asked_for_is_noticed() -> None:
    spanish = "Hemos creado una herramienta de forma abierta y escuchado a quienes la usan."
    assert CHECKS.check(spanish, platform="linkedin").language == "es"
    asked = CHECKS.check(spanish, platform="linkedin", language="en")
    assert [finding.rule for finding in asked.findings] == ["wrong-language"]
