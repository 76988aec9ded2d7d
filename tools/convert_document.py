"""PDF, DOCX and pages of the web become plain HTML, in a child process with limits."""

import json
import logging
import os
import subprocess
import sys
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Literal

from smartcontent.errors import InvalidContent, SmartContentError, TooLarge
from tools.unreadable import Why

Kind = Literal["pdf", "docx", "page"]

LIMIT = 10_000_000  # bytes of a document
SECONDS = 60.0  # on the clock; the child has half of it on the processor
_TOLD = 20_000  # bytes of what a child that failed said
_AT_ONCE = BoundedSemaphore(2)  # children of a process, each of which may take its memory

log = logging.getLogger(__name__)

_TYPES: dict[str, Kind] = {
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
}
_BY_NAME: dict[str, Kind] = {".pdf": "pdf", ".docx": "docx"}
_NAMES: dict[Kind, str] = {"pdf": "PDF", "docx": "Word document", "page": "web page"}
PROBLEMS: dict[Why, tuple[type[SmartContentError], str, str]] = {
    "broken": (
        InvalidContent,
        "is damaged or no {kind}",
        "Open it in its own program and save it again, or paste the text.",
    ),
    "encrypted": (
        InvalidContent,
        "is a {kind} that is locked with a password",
        "Save it without the password and upload it again.",
    ),
    "no-text": (
        InvalidContent,
        "is a {kind} without text: its pages are probably scanned pictures",
        "Have its text recognised (OCR) and upload that, or paste the text.",
    ),
    "not-word": (
        InvalidContent,
        "is a ZIP archive in which no {kind} can be found",
        "Unpack it and upload the document itself: DOCX, PDF, Markdown, HTML or text.",
    ),
    "forbidden-xml": (
        InvalidContent,
        "is a {kind} whose parts declare entities, which no word processor writes",
        "Open it in a word processor, save it as DOCX and upload that.",
    ),
    "too-many-pages": (
        TooLarge,
        "is a {kind} with more than 1,000 pages",
        "Split it into parts and upload the one that matters.",
    ),
    "too-much": (
        TooLarge,
        "is a {kind} that takes too much memory or time to open",
        "Upload the article alone, without its pictures, or paste the text.",
    ),
}


def kind_of(data: bytes, name: str, media_type: str | None = None) -> Kind | None:
    """Which document it is by its first bytes, else by what it is called; None for a text.

    >>> kind_of(b"%PDF-1.7", "a"), kind_of(b"Hello", "a.md"), kind_of(b"PK\\x03\\x04", "a.zip")
    ('pdf', None, 'docx')
    """
    if data.lstrip(b"\r\n\t ").startswith(b"%PDF"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    declared = _TYPES.get((media_type or "").partition(";")[0].strip().lower())
    return declared or _BY_NAME.get(PurePosixPath(name.lower()).suffix)


def to_html(data: bytes, kind: Kind, name: str) -> str:
    """The document's title, headings, paragraphs, lists, links and named pictures as HTML.

    Nothing outside the document is ever loaded.  Raises InvalidContent and TooLarge.
    """
    if len(data) > LIMIT:
        raise TooLarge(
            f"{name} has {len(data):,} bytes; a document may have {LIMIT:,}.",
            todo="Save it without its pictures, or split it into parts.",
            name=name, size=len(data), limit=LIMIT,
        )  # fmt: skip
    html, why = _asked(data, kind)
    if why is None:
        return html
    error, what, todo = PROBLEMS[why]
    raise error(f"{name} {what.format(kind=_NAMES[kind])}.", todo=todo, name=name)


def _asked(data: bytes, kind: Kind) -> tuple[str, Why | None]:
    """What the child says, or why not; a child that dies or hangs has met too much."""
    command = [sys.executable, "-P", "-m", "tools.convert_child", kind]
    with _AT_ONCE, TemporaryFile() as sent, TemporaryFile() as answer, TemporaryFile() as told:
        sent.write(data)
        sent.seek(0)
        try:
            done = subprocess.run(
                command, stdin=sent, stdout=answer, stderr=told, timeout=SECONDS, env=environment()
            )
        except subprocess.TimeoutExpired:
            return "", "too-much"
        if done.returncode:
            # a parser that fell over what it was given; it may also be a mistake of ours
            log.warning("reading a %s: %s: %s", kind, done.returncode, _end(told))
            return "", "too-much" if done.returncode < 0 else "broken"
        answer.seek(0)
        said = json.load(answer)
        return said.get("html", ""), said.get("problem")


def _end(told: IO[bytes]) -> str:
    """The last line that the child said."""
    told.seek(0)
    lines = told.read(_TOLD).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "no word"


def environment() -> dict[str, str]:
    """Where the code is, and nothing else: no keys, no proxies, no settings."""
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LC_ALL": "C.UTF-8"}
