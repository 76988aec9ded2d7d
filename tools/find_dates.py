"""Dates and times in running text, with an ISO-like value that can be compared.

Values: `2014-03-21`, `2014-03`, `2014`, `--05-22` (no year), `--05`, `weekday-5`, `1990s`,
`T09:30`.  A shorter value is part of a longer one: `2014` is supported by `2014-03-21`.
"""

import unicodedata
from collections.abc import Callable
from functools import cache

import regex

from smartcontent.content import Claim, Span
from tools import lexicon

_Match = regex.Match[str]
_Rule = tuple[regex.Pattern[str], Callable[[_Match, str], str | None]]

# names of months and days that are also everyday words count only beside a number
_EVERYDAY = frozenset({"may", "march", "mar", "mars", "me", "mas", "out", "set", "jan", "sun"})


def find_dates(text: str, language: str = "en") -> list[Claim]:
    """Every date and time, in order and without overlaps; the longest reading wins.

    >>> [(c.text, c.value) for c in find_dates("On March 21, 2014, at 9:30 a.m., since 2011")]
    [('March 21, 2014', '2014-03-21'), ('9:30 a.m.', 'T09:30'), ('2011', '2011')]
    >>> find_dates("el 4 de julio de 2020", "es")[0].value
    '2020-07-04'
    """
    taken = [False] * (len(text) + 1)
    claims = []
    for pattern, value_of in _rules(language):
        for match in pattern.finditer(text):
            value = None if any(taken[match.start() : match.end()]) else value_of(match, language)
            if value:
                taken[match.start() : match.end()] = [True] * (match.end() - match.start())
                claims.append(_claim(match, value))
    return sorted(claims, key=lambda claim: claim.span.start)


def covers(known: str, said: str) -> bool:
    """Whether a known date supports a said one: every part that is said is known.

    >>> covers("2014-03-21", "--03-21"), covers("2014-03-21", "2014"), covers("2014", "2014-03")
    (True, True, False)
    """
    if known == said:
        return True
    ours, theirs = _parts(known), _parts(said)
    return bool(theirs) and all(ours.get(part) == value for part, value in theirs.items())


def _parts(value: str) -> dict[str, str]:
    found = regex.fullmatch(r"(?:(?P<y>\d{4})|-)(?:-(?P<m>\d{2})(?:-(?P<d>\d{2}))?)?", value)
    return {} if found is None else {k: v for k, v in found.groupdict().items() if v}


def _claim(match: _Match, value: str) -> Claim:
    return Claim(
        kind="date", text=match[0], value=value, span=Span(start=match.start(), end=match.end())
    )


@cache
def _rules(language: str) -> list[_Rule]:
    """Patterns from the most to the least telling."""
    month = _either(lexicon.months(language))
    named = _either({k: v for k, v in lexicon.months(language).items() if len(k) > 3})
    year = r"(?P<y>(?:1[5-9]|20)\d\d)(?!\d|[.,]\d)"
    day = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th|er|º|ª)?(?![\d.,:/]\d|\d)"
    dotted = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th|er|º|ª|\.)?(?![\d.,:/]\d|\d)"
    link = r"(?:\s+(?:de|of|del|d'|ng)\s+|[\s.,]+)"
    edge = r"(?<![\p{L}\p{N}])"
    return [
        (_of(rf"{edge}(?P<y>\d{{4}})-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)"), _calendar),
        (_of(rf"{edge}(?P<y>\d{{4}})\s?[年년]\s?(?P<m>\d\d?)\s?[月월](?:\s?(?P<d>\d\d?)\s?[日일号號])?"),
         _calendar),
        (_of(rf"{edge}(?P<m>\d\d?)\s?[月월]\s?(?P<d>\d\d?)\s?[日일号號]"), _calendar),
        (_of(rf"{edge}(?P<y>\d{{4}})\s?[年년]"), _calendar),
        (_of(r"ngày\s+(?P<d>\d\d?)\s+tháng\s+(?P<m>\d\d?)(?:,?\s+năm\s+(?P<y>\d{4}))?"), _calendar),
        (_of(r"tháng\s+(?P<m>\d\d?),?\s+năm\s+(?P<y>\d{4})"), _calendar),
        (_of(rf"{edge}(?P<name>{month})\.?\s+{day}(?:,?\s+{year})?"), _calendar),
        (_of(rf"{edge}{dotted}{link}(?P<name>{month})\.?(?!\p{{L}})(?:{link}{year})?"), _calendar),
        (_of(rf"{edge}(?P<name>{month})\.?{link}{year}"), _calendar),
        (_of(rf"{edge}(?P<a>\d\d?)(?P<sep>[./-])(?P<b>\d\d?)(?P=sep)(?P<y>\d{{4}}|\d\d)(?![\d./])"),
         _numeric),
        (_of(rf"{edge}(?P<h>[0-2]?\d)[:.h](?P<min>[0-5]\d)\s?(?P<half>[ap]\.?\s?m\.?)(?!\p{{L}})"),
         _time),
        (_of(rf"{edge}(?P<h>[0-2]?\d):(?P<min>[0-5]\d)(?::[0-5]\d)?(?![\d:])"), _time),
        (_of(rf"{edge}(?P<h>[01]?\d)\s?(?P<half>[ap]\.?m\.?|[ap]\.\sm\.)(?!\p{{L}})"), _time),
        (_of(r"(?<![\p{L}\p{N}])(?:(?P<y>(?:1[5-9]|20)\d0)|['’‘](?P<short>\d0))['’]?s(?!\p{L})"),
         _decade),
        (_of(rf"{edge}(?P<name>{named})(?!\p{{L}})"), _month_alone),
        (_of(rf"{edge}(?P<day>{_either(lexicon.weekdays(language))})s?(?!\p{{L}})"), _weekday),
        (_of(rf"(?<![\p{{L}}\p{{N}}$€£¥#/.,]|\p{{L}}-){_YEAR}"), _year_alone),
    ]  # fmt: skip


_YEAR = r"(?P<y>(?:19|20)\d\d)(?![\p{L}\p{N}%٪/]|[.,:]\d|-\p{Ll}|-\d{1,3}(?!\d)|\s?%)"


def _of(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, regex.IGNORECASE)


def _either(words: object) -> str:
    listed = sorted(map(str, words), key=len, reverse=True) if isinstance(words, dict) else []
    return "|".join(map(regex.escape, listed)) or r"(?!)"


def _calendar(match: _Match, language: str) -> str | None:
    said = {key: value for key, value in match.groupdict().items() if value}
    name = said.get("name", "")
    if name and not _looks_name(name, language):
        return None
    month = lexicon.months(language).get(name.lower())
    return _iso(said.get("y"), month or _number(said.get("m")), _number(said.get("d")))


def _looks_name(name: str, language: str) -> bool:
    """`may` is no month where months have capitals."""
    return name[0].isupper() or language not in ("en", "de", "tl")


def _number(digits: str | None) -> int | None:
    if digits is None:
        return None
    return int("".join(str(unicodedata.digit(digit)) for digit in digits))


def _iso(year: str | None, month: int | None, day: int | None) -> str | None:
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        return None
    parts = [f"{_number(year):04d}" if year else "-"]
    parts += [f"{part:02d}" for part in (month, day) if part is not None]
    return "-".join(parts) if parts != ["-"] else None


def _numeric(match: _Match, language: str) -> str | None:
    """Day and month as the language orders them; a number over 12 settles it."""
    first, second = int(match["a"]), int(match["b"])
    american = language in ("en", "tl") and match["sep"] == "/"
    day, month = (second, first) if (american and first <= 12) or second > 12 else (first, second)
    year = match["y"] if len(match["y"]) == 4 else f"20{match['y']}"
    return _iso(year, month, day)


def _time(match: _Match, language: str) -> str | None:
    hour, half = int(match["h"]), match.groupdict().get("half") or ""
    if half[:1].lower() == "p" and hour < 12:
        hour += 12
    minute = int(match.groupdict().get("min") or 0)
    return f"T{hour:02d}:{minute:02d}" if hour < 24 else None


def _decade(match: _Match, language: str) -> str | None:
    return f"{match['y'] or '19' + match['short']}s"


def _month_alone(match: _Match, language: str) -> str | None:
    name = match["name"]
    if name.lower() in _EVERYDAY or not _looks_name(name, language):
        return None
    return _iso(None, lexicon.months(language)[name.lower()], None)


def _weekday(match: _Match, language: str) -> str | None:
    name = match["day"]
    if language in ("en", "de") and not name[0].isupper():
        return None
    return f"weekday-{lexicon.weekdays(language)[name.lower()]}"


def _year_alone(match: _Match, language: str) -> str | None:
    return str(_number(match["y"]))
