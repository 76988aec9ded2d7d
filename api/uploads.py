"""Files that come in, read up to a limit and never beyond it.

A form is read by hand: a text may come as a file or as a plain field (`curl -F 'file=<post.md'`),
and what nobody asked for is refused as it is in JSON.
"""

import asyncio
import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import HTTPException, RequestValidationError
from starlette.datastructures import FormData, UploadFile

from api.bodies import NOISE, READABLE
from smartcontent.errors import InvalidContent, TooLarge
from tools.convert_document import kind_of
from tools.decode_text import LIMIT
from tools.read_content import Reading, read

MULTIPART = "multipart/form-data"
KEEPING_NUL = {code: None for code in NOISE if code}  # for a NUL says that it is no text
TEXT_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "string",
            "contentMediaType": "text/markdown",
            "description": "Text, Markdown, HTML or subtitles (SRT, WebVTT) in UTF-8 (or UTF-16 "
            "with its mark), 2 MB at most; or a PDF or DOCX file, 10 MB at most.",
            "minLength": 1,
            "maxLength": LIMIT,
            "pattern": READABLE,
        }
    },
}


@dataclass(frozen=True)
class Part:
    """One part of a form: its bytes, and what its sender called it."""

    data: bytes
    name: str
    media_type: str | None


def form_body(schema: dict[str, Any]) -> dict[str, Any]:
    """The documentation of a form that is read by hand, for `openapi_extra=`."""
    return {"requestBody": {"required": True, "content": {MULTIPART: {"schema": schema}}}}


async def form(request: Request) -> FormData:
    """The request's form; the door closes its temporary files."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MULTIPART:
        raise HTTPException(415, f"This operation reads {MULTIPART}")
    return await read_form(request)


async def read_form(request: Request) -> FormData:
    """The form, once read and then remembered: one file and few fields, on disk when large."""
    return await request.form(max_files=1, max_fields=4, max_part_size=LIMIT)


Form = Annotated[FormData, Depends(form)]


def require_fields(sent: FormData, *, required: Set[str], optional: Set[str] = frozenset()) -> None:
    """Raises RequestValidationError for what is missing, repeated or unknown."""
    names = [name for name, _ in sent.multi_items()]
    wrong = {name: "Field required" for name in required - set(names)}
    wrong |= {name: "Unknown field" for name in set(names) - required - optional}
    wrong |= {name: "Sent twice" for name in names if names.count(name) > 1}
    if wrong:
        raise RequestValidationError(
            [{"type": "form", "loc": ("body", name), "msg": what} for name, what in wrong.items()]
        )


async def part_of(sent: FormData, name: str, limit: int) -> Part:
    """A part's bytes, `limit` at most.  Raises TooLarge."""
    value = sent[name]
    if not isinstance(value, UploadFile):
        return Part(value.encode(), "upload", None)
    data = await read_upload(value, limit)
    return Part(data, value.filename or "upload", value.content_type)


async def read_upload(file: UploadFile, limit: int) -> bytes:
    """The file's bytes.  Raises TooLarge over `limit` bytes, having read one more at most."""
    data = await file.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(
            f"This file is over {limit:,} bytes.",
            todo="Send a smaller one, or split it into parts.",
            limit=limit,
        )
    return data


async def read_text(part: Part) -> Reading:
    """What a text says.  Raises TooLarge, and InvalidContent for what nobody can read."""
    document = kind_of(part.data, part.name, part.media_type)
    data = part.data if document else _quiet(part.data)
    reading = await asyncio.to_thread(read, data, part.name, part.media_type)
    if not re.search(READABLE, reading.text):
        raise InvalidContent(
            f"{part.name} has no letter and no digit.",
            todo="Send a text with at least one sentence.",
            name=part.name,
        )
    return reading


def _quiet(data: bytes) -> bytes:
    """UTF-8 text without the controls that editors leave; everything else as it is.

    >>> _quiet(b"page one\\x0cpage two\\n"), _quiet(b"\\xff\\x00")
    (b'page onepage two\\n', b'\\xff\\x00')
    """
    try:
        return data.decode().translate(KEEPING_NUL).encode()
    except UnicodeDecodeError:
        return data
