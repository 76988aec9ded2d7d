"""Times as people write them: ISO 8601, "tomorrow at 9", "in 3 days", in six languages."""

import re
from datetime import datetime, time, timedelta

from llm.words import alternatives, singular, words

ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?", re.IGNORECASE
)
CLOCK = r"(?:\s*,?\s*(?:at|a las|um|à|alle|às|gegen)?\s*(\d{1,2})(?::(\d{2}))?\s*(am|pm|h|uhr)?\b)?"


def find_time(text: str, *, now: datetime) -> tuple[datetime, tuple[int, int]] | None:
    """The first time in a text and where it stands; a time without a zone takes that of `now`.

    >>> from datetime import UTC
    >>> now = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    >>> find_time("post it tomorrow at 9", now=now)[0].isoformat()
    '2026-05-05T09:00:00+00:00'
    >>> find_time("en 3 horas", now=now)[0].hour
    15
    """
    return _iso(text, now) or _ahead(text, now) or _day(text, now)


Found = tuple[datetime, tuple[int, int]] | None


def _iso(text: str, now: datetime) -> Found:
    match = ISO.search(text)
    if match is None:
        return None
    try:
        at = datetime.fromisoformat(match.group().upper())
    except ValueError:
        return None  # looks like a date and is none, such as 2026-02-31
    return at if at.tzinfo else at.replace(tzinfo=now.tzinfo), match.span()


def _ahead(text: str, now: datetime) -> Found:
    hours = words()["hours"]
    match = re.search(
        rf"\b(?:in|en|dans|em|tra|fra)\s+(\d+|{alternatives(words()['numbers'])})\s+([^\W\d_]+)",
        text,
        re.IGNORECASE,
    )
    if match is None:
        return None
    count, unit = match[1].casefold(), match[2].casefold()
    length = hours.get(unit) or hours.get(singular(unit))
    if length is None:
        return None
    number = int(count) if count.isdigit() else words()["numbers"][count]
    return now + timedelta(hours=number * length), match.span()


def _day(text: str, now: datetime) -> Found:
    days = words()["days"]
    match = re.search(rf"\b({alternatives(days)})\b{CLOCK}", text, re.IGNORECASE)
    if match is None:
        return None
    day = now.date() + timedelta(days=days[match[1].casefold()])
    clock = _clock(match[2], match[3], match[4])
    at = datetime.combine(day, clock or now.timetz().replace(tzinfo=None), tzinfo=now.tzinfo)
    return at, match.span()


def _clock(hour: str | None, minute: str | None, half: str | None) -> time | None:
    if hour is None:
        return None
    number = int(hour)
    if half and half.casefold() in ("am", "pm"):
        number = number % 12 + (12 if half.casefold() == "pm" else 0)
    return time(number, int(minute or 0)) if number < 24 and int(minute or 0) < 60 else None
