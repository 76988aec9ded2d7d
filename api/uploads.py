"""Files that come in: read up to a limit, never beyond it."""

from typing import Annotated

from fastapi import File, UploadFile

from api.bodies import WRITTEN
from smartcontent.errors import TooLarge

# What can be read: no controls but tabs and line ends, and at least one letter or digit.
PLAIN = r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]"
LEGIBLE = {"minLength": 1, "maxLength": 2_000_000, "pattern": f"^{PLAIN}*[{WRITTEN}]{PLAIN}*$"}
TextFile = Annotated[
    UploadFile, File(description="Text, Markdown or HTML.", json_schema_extra=LEGIBLE)
]
Picture = Annotated[UploadFile, File(description="PNG, JPEG, WebP or GIF.")]


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
