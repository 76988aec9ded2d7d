"""The base of every body and the named types in it.

Bodies refuse unknown fields and are strict: `true` is not 1 and "1" is not 1.  What JSON has no
type for (ids, times) is written as text, and only as text.
"""

import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", flags=re.ASCII
)
# PostgreSQL holds every character but NUL.
STORABLE = r"^[^\u0000]*$"
# Spelled out, so that every regex engine means the same.
CLOSED = "x-closed-list"  # in a schema: it takes the values that this installation knows
BLANK = r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2060\u3000\ufeff"
# Letters and digits of the living scripts, as ranges, for JSON Schema has no common `\p{L}`.
WRITTEN = (
    r"0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02af"  # Latin
    r"\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f\u0531-\u0556\u0561-\u0587"  # Greek to Armenian
    r"\u05d0-\u05ea\u0620-\u064a\u0671-\u06d3\u0712-\u072f\u0780-\u07a5\u07ca-\u07ea"  # Hebrew
    r"\u0904-\u0939\u0993-\u09a8\u0a13-\u0a28\u0a93-\u0aa8\u0b13-\u0b28\u0bae-\u0bb9"  # Devanagari
    r"\u0c12-\u0c28\u0c92-\u0ca8\u0d12-\u0d3a\u0d9a-\u0db1\u0e01-\u0e30\u0e8c-\u0ea3"  # Telugu
    r"\u0f49-\u0f6c\u1000-\u102a\u10d0-\u10fa\u1200-\u1248\u13a0-\u13f4\u1401-\u166c"  # Tibetan
    r"\u1780-\u17b3\u1820-\u1842\u1b05-\u1b33\u1c5a-\u1c77\u1e00-\u1f15\u2d30-\u2d67"  # Khmer
    r"\u3041-\u3096\u30a1-\u30fa\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fef\uac00-\ud7a3"  # East Asia
)
READABLE = rf"^[^\u0000]*[{WRITTEN}][^\u0000]*$"
# What editors leave in a pasted text and no reader sees: every control but tab and line ends.
NOISE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)])
CONTROL = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
ONE_LINE = rf"^[^{CONTROL}]*[^{BLANK}][^{CONTROL}]*$"


class Body(BaseModel):
    """What a caller sends."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _written(value: object) -> object:
    """Pydantic also reads numbers as times; a JSON time is RFC 3339 text and nothing else."""
    if isinstance(value, datetime) or (isinstance(value, str) and RFC3339.fullmatch(value)):
        return value
    raise ValueError("a time is written like 2026-01-31T09:00:00Z")


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("this time is outside the years 1 to 9999") from None


def _legible(value: str) -> str:
    return value.translate(NOISE)


def _whole(value: object) -> object:
    """In JSON 3.0 is an integer too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Moment = Annotated[
    AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc), Field(strict=False)
]
Id = Annotated[UUID, Field(strict=False)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=ONE_LINE)]
Note = Annotated[str, StringConstraints(max_length=2_000, pattern=STORABLE)]
Passage = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500_000, pattern=READABLE),
    AfterValidator(_legible),
]
Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=STORABLE)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=STORABLE)]
INTEGRAL = BeforeValidator(_whole)  # after the bounds, or the schema loses them
Number = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
# a platform that can be written for; fewer can be published to
KnownPlatform = Annotated[Word, Field(json_schema_extra={CLOSED: "known_platforms"})]
