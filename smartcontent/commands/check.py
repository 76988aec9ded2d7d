"""`smartcontent check FILE`: will the platform take a text, and is it true to its source?"""

import sys
from pathlib import Path

from smartcontent.bootstrap import open_checks
from smartcontent.commands.campaign import read_source
from smartcontent.commands.opening import read_settings
from smartcontent.commands.screen import finish, say
from smartcontent.content import Content, Finding, Span, TextCheck
from smartcontent.errors import InvalidInput, TooLarge
from smartcontent.tones import reading
from tools.decode_text import LIMIT, decode
from tools.unstored_content import unstored_content

MARKS = {"error": "[red]error[/red]  ", "warning": "[yellow]warning[/yellow]", "info": "info   "}


def run(*, file: str, platform: str, source: str | None, language: str | None, json: bool) -> None:
    text = read_text(file)
    checks = open_checks(read_settings())
    found = checks.check(
        text, platform=platform, language=language, source=source_of(source) if source else None
    )
    tell(text, found)
    finish({"blocked": found.blocked, **found.model_dump(mode="json")}, json=json)
    if found.blocked:
        raise SystemExit(1)


def read_text(file: str) -> str:
    """The text of a file, or of the standard input for `-`.  Raises InvalidInput, TooLarge."""
    if file == "-":
        return decode(sys.stdin.buffer.read(LIMIT + 1), "standard input")
    path = Path(file)
    if not path.is_file():
        raise InvalidInput(f"There is no file {file}.", todo="Give a text file, or - to type one.")
    if path.stat().st_size > LIMIT:
        raise TooLarge(f"{file} is too large for a post.", todo="Give the post alone.")
    return decode(path.read_bytes(), path.name)


def source_of(source: str) -> Content:
    return unstored_content(read_source(source))


def tell(text: str, found: TextCheck) -> None:
    """Each finding in plain words with the place it is about."""
    for finding in found.findings:
        where = f" {line_of(text, finding.span)}" if finding.span else ""
        say(f"{MARKS[finding.severity]} {finding.rule}{where}: {escaped(finding)}")
        if finding.fix:
            say(f"         do: {finding.fix}")
    facts = "" if found.sourced else "; facts were not checked, for that give --source"
    told = (f"language {found.language}", reading(found.tone, None))
    read = ", ".join(filter(None, told))
    say(f"{found.count} of {found.limit} on {found.platform}, {read}{facts}")
    say("Nothing in the way." if not found.findings else _sum(found))


def _sum(found: TextCheck) -> str:
    errors = sum(finding.severity == "error" for finding in found.findings)
    return f"{errors} to mend, {len(found.findings) - errors} to look at."


def line_of(text: str, span: Span) -> str:
    """Where a finding stands, as editors count.

    >>> line_of("One.\\nTwo three.", Span(start=9, end=14))
    '2:5'
    """
    before = text[: span.start]
    return f"{before.count(chr(10)) + 1}:{span.start - before.rfind(chr(10))}"


def escaped(finding: Finding) -> str:
    """Brackets of a text are not the screen's."""
    return finding.reason.replace("[", "\\[")
