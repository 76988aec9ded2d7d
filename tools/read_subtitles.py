"""Subtitles of a video or a recording become the text that was spoken, in paragraphs.

SRT and WebVTT are read by webvtt-py.  Times, styles and names of speakers are left out; what rolls
up (each caption repeats the line before it) is said once.
"""

import re
from collections.abc import Iterator, Sequence
from html import unescape
from io import StringIO
from pathlib import PurePosixPath
from typing import Literal, NamedTuple

from webvtt import Caption, WebVTT
from webvtt.errors import MalformedCaptionError, MalformedFileError

from smartcontent.errors import InvalidContent

Form = Literal["srt", "vtt"]

_TYPES: dict[str, Form] = {
    "text/vtt": "vtt", "application/x-subrip": "srt", "text/srt": "srt", "text/x-subrip": "srt",
}  # fmt: skip
_BY_NAME: dict[str, Form] = {".vtt": "vtt", ".srt": "srt"}
_LOOKS_SRT = re.compile(r"\s*\d+\s*\n\d+:\d\d:\d\d[,.]\d+ *--> *\d+:\d\d:\d\d[,.]\d+")
_SOUND = re.compile(r"[\[(][^\])\n]{1,60}[\])]|[♪♫#]+")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|\{\\[^{}]*\}")
_SAYING = re.compile(r"\s*(?:>>+|[-\u2010-\u2015](?=\s|\S))\s*")
_NAME = re.compile(r"\s*[A-ZÀ-Þ\u0400-\u042f][A-ZÀ-Þ\u0400-\u042f0-9 .'-]{1,30}:\s+")
_ENDED = re.compile(r"[.!?…。！？؟।][\"”’»)\]]*$")
_PAUSE = 2.0  # seconds: a breath
_PARAGRAPH = 600  # characters after which the next end of a sentence ends it
_LONGEST = 1_200  # characters, for captions without a full stop


class Spoken(NamedTuple):
    """A line of what was said.  `turn`: somebody else begins to speak."""

    text: str
    start: float
    end: float
    turn: bool


def form_of(text: str, name: str, media_type: str | None = None) -> Form | None:
    """Whether a text is subtitles, by its type, its name or its looks.

    >>> form_of("WEBVTT\\n", "a"), form_of("1\\n00:00:01,000 --> 00:00:02,000\\nHi", "a")
    ('vtt', 'srt')
    """
    if text.startswith("WEBVTT"):
        return "vtt"
    declared = _TYPES.get((media_type or "").partition(";")[0].strip().lower())
    named = declared or _BY_NAME.get(PurePosixPath(name.lower()).suffix)
    return named or ("srt" if _LOOKS_SRT.match(text) else None)


def paragraphs(text: str, form: Form, name: str) -> str:
    """What was said, a blank line between paragraphs.  Raises InvalidContent.

    >>> paragraphs("WEBVTT\\n\\n00:01.000 --> 00:02.000\\n<v Ana>It rises.", "vtt", "a.vtt")
    'It rises.'
    """
    try:
        captions = WebVTT.from_buffer(StringIO(text), format=form).captions
    except (MalformedFileError, MalformedCaptionError) as error:
        raise InvalidContent(
            f"{name} is not {form.upper()} that can be read: {error}",
            todo="Export the subtitles again, or upload what was said as a text.",
            name=name,
        ) from error
    return "\n\n".join(_gathered(list(_said_once(_lines(captions)))))


def _lines(captions: Sequence[Caption]) -> Iterator[list[Spoken]]:
    """The lines of each caption, without marks, sounds and names."""
    voice = ""
    for caption in captions:
        start, end = caption.start_in_seconds, caption.end_in_seconds
        lines = [_line(line, start, end) for line in caption.text.splitlines() if _bare(line)]
        speaker = caption.voice or ""
        if lines and speaker != voice:
            lines[0] = lines[0]._replace(turn=True)
            voice = speaker
        yield lines


def _bare(line: str) -> str:
    return _SOUND.sub(" ", unescape(_TAG.sub("", line))).strip()


def _line(line: str, start: float, end: float) -> Spoken:
    text = _bare(line)
    saying = _SAYING.match(text)
    text = text[saying.end() :] if saying else text
    name = _NAME.match(text)
    text = text[name.end() :] if name else text
    return Spoken(" ".join(text.split()), start, end, turn=bool(saying or name))


def _said_once(captions: Iterator[list[Spoken]]) -> Iterator[Spoken]:
    """Captions that roll up repeat the end of the one before; lines that grow repeat themselves."""
    last: list[Spoken] = []
    waiting: list[Spoken] = []
    for lines in captions:
        for line in lines[_repeated(last, lines) :]:
            if waiting and _grows(waiting[0], line):
                line = line._replace(start=waiting[0].start, turn=waiting[0].turn)
            else:
                yield from waiting
            waiting = [line]
        last = lines or last
    yield from waiting


def _repeated(last: Sequence[Spoken], lines: Sequence[Spoken]) -> int:
    """How many of the lines were the last ones of the caption before."""
    before, now = [line.text for line in last], [line.text for line in lines]
    return next((n for n in range(len(now), 0, -1) if before[-n:] == now[:n]), 0)


def _grows(before: Spoken, line: Spoken) -> bool:
    return line.text.startswith(f"{before.text} ") and line.start - before.end < _PAUSE


def _gathered(lines: Sequence[Spoken]) -> Iterator[str]:
    """Paragraphs: a turn, a breath after a sentence, or enough was said."""
    said: list[str] = []
    for number, line in enumerate(lines):
        if said and _parts(said, lines[number - 1], line):
            yield " ".join(said)
            said = []
        if line.text:
            said.append(line.text)
    if said:
        yield " ".join(said)


def _parts(said: Sequence[str], before: Spoken, line: Spoken) -> bool:
    length = sum(map(len, said))
    ended = bool(_ENDED.search(said[-1]))
    breath = line.start - before.end >= _PAUSE
    return line.turn or (ended and (breath or length > _PARAGRAPH)) or length > _LONGEST
