"""Numbers in running text: digits of any script, separators by locale, scales, units, words."""

import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache

import regex

from smartcontent.content import Claim, Span
from tools import lexicon

# who writes 1,5 for one and a half (CLDR); in the others the comma groups thousands
_DECIMAL_COMMA = frozenset(
    "bg cs da de el es et fi fr hr ht hu id it lt lv nl no pl pt ro ru sk sl sr sv tr uk vi".split()
)
# where both customs live side by side, three digits after either sign are thousands
_MIXED = frozenset({"es", "pt", "und"})
_CURRENCY = {"US$": "$", "$": "$", "€": "€", "£": "£", "¥": "¥", "￥": "¥", "₹": "₹", "₽": "₽"}
_GROUP = "\u00a0\u202f\u2009'’٬"
_ATTACHED = {"k": 1000, "m": 10**6, "mn": 10**6, "mm": 10**6, "bn": 10**9, "b": 10**9}

# who groups thousands with a plain space
_SPACED = frozenset("bg cs fi fr hu no pl ru sk sv uk".split())
_TAIL = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}_]+")
_ORDINAL = regex.compile(r"(?:st|nd|rd|th|º|ª|er|re|e|ème|o|a|й|я|го|м)(?![\p{L}\p{N}])", regex.I)
_PERCENT = regex.compile(
    r"[\s\u00a0]?(?:per\s?cent(?:o|age)?|por\s?cien(?:to)?|por\s?cento|pour\s?cent|phần trăm"
    r"|في المئة|في المائة)(?!\p{L})",
    regex.I,
)
# "1. First", "(2/5)", "3/5": the number of an item or of a post says nothing about the world
_COUNTER = regex.compile(
    r"(?m)^[ \t]*[(\[]?(\d{1,2})[.)\]]\s"
    r"|^[(\[]?(\d{1,2})/(\d{1,2})[)\]]?(?=\s|$)"
    r"|(?<=\s)[(\[]?(\d{1,2})/(\d{1,2})[)\]]?[ \t]*$"
)
_AND = frozenset({"and", "y", "e", "et"})
_NEXT = regex.compile(r"[\s\u00a0-]{0,2}([\p{L}\p{M}$°]+(?:['’.][\p{L}]+)?)")
_WORD = regex.compile(r"[\p{L}\p{M}]+")


def find_numbers(text: str, language: str = "en") -> list[Claim]:
    """Every number with its comparable value and unit, in order.

    >>> [(c.text, c.value, c.unit) for c in find_numbers("It cost $1.5 million, 12% of 1,200.")]
    [('$1.5 million', '1500000', '$'), ('12%', '12', '%'), ('1,200', '1200', '')]
    >>> [(c.value, c.unit) for c in find_numbers("Twenty-five people took ۳۰ days.")]
    [('25', ''), ('30', 'day')]
    """
    found = [*_in_digits(text, language), *_in_words(text, language)]
    return sorted(found, key=lambda claim: claim.span.start)


def parse(digits: str, language: str = "en") -> Decimal | None:
    """The value of written digits; None when they are no number (a version, an address).

    >>> parse("1.200,5", "de"), parse("1,200"), parse("1.2.3")
    (Decimal('1200.5'), Decimal('1200'), None)
    """
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in digits)
    plain = plain.translate(dict.fromkeys(map(ord, _GROUP + " "))).replace("٫", ".")
    try:
        return Decimal(_point(plain, language))
    except InvalidOperation:
        return None


def normal(value: Decimal) -> str:
    """One writing for one value: `1200`, `0.5`."""
    whole = value.to_integral_value()
    return str(whole.to_integral_value()) if value == whole else format(value.normalize(), "f")


def _point(plain: str, language: str) -> str:
    """The digits with a decimal point or none."""
    signs = [c for c in plain if c in ".,"]
    if not signs:
        return plain
    if len(set(signs)) == 2:
        last = signs[-1]
        head, _, tail = plain.rpartition(last)
        return head.replace(",", "").replace(".", "") + "." + tail
    first, *groups = regex.split(r"[.,]", plain)
    if len(signs) > 1:
        return first + "".join(groups) if all(len(g) == 3 for g in groups) else plain
    grouping = "." if language in _DECIMAL_COMMA else ","
    grouped = len(groups[0]) == 3 and 0 < len(first) <= 3 and first != "0"
    if grouped and (signs[0] == grouping or language in _MIXED):
        return first + groups[0]
    # a comma before anything but three digits is decimal everywhere
    return f"{first}.{groups[0]}"


@cache
def _digits(space: str) -> regex.Pattern[str]:
    """Digits that are not part of an identifier (`18F`, `v2`, `COVID-19`), with their signs."""
    return regex.compile(
        r"(?P<sign>(?<![\p{L}\p{N}])[-−](?=\p{Nd}))?"
        r"(?P<before>US\$|[$€£¥￥₹₽])?[ \u00a0]?"
        r"(?<![\p{Latin}\p{Cyrillic}\p{Greek}_]|\p{L}-)(?<!\p{Nd}[.,]?)"
        r"(?P<digits>\p{Nd}+(?:(?:[.,٫]|[" + space + _GROUP + r"](?=\p{Nd}{3}(?!\p{Nd})))\p{Nd}+)*)"
        r"(?P<after>[ \u00a0\u202f]?[%％٪]|[$€£¥₹₽°]|(?:[\u00a0 ][€₽]))?"
    )


def _in_digits(text: str, language: str) -> Iterator[Claim]:
    counters = {at for match in _COUNTER.finditer(text) for at in map(match.start, range(1, 6))}
    for match in _digits(" " if language in _SPACED else "").finditer(text):
        end, scale, unit = _rest(text, match, language)
        if end < 0 or match.start("digits") in counters:
            continue
        start = match.start("sign") if match["sign"] else _start(match)
        value = parse(match["digits"], language)
        said = text[start:end]
        yield Claim(
            kind="number",
            text=said,
            value=match["digits"] if value is None else _signed(value * scale, match["sign"]),
            span=Span(start=start, end=end),
            unit=unit,
        )


def _signed(value: Decimal, sign: str | None) -> str:
    return normal(-value if sign else value)


def _start(match: regex.Match[str]) -> int:
    return match.start("before") if match["before"] else match.start("digits")


def _rest(text: str, match: regex.Match[str], language: str) -> tuple[int, int, str]:
    """Where the claim ends, what it is multiplied by, its unit; end -1: an identifier (18F)."""
    end, scale = match.end(), 1
    end += text.startswith("+", end)  # "20+ years"
    unit = _CURRENCY.get(match["before"] or "", "") or _symbol(match["after"])
    tail = _TAIL.match(text, end)
    if tail and not match["after"]:
        word = tail[0].lower()
        if _ORDINAL.match(text, end):
            return tail.end(), 1, unit or "ordinal"
        if word in _ATTACHED and (tail[0] != "m" or unit):  # $5m is money, 5m is length
            scale, end = _ATTACHED[word], tail.end()
        elif word in lexicon.units():
            return tail.end(), 1, unit or lexicon.units()[word]
        else:
            return -1, 1, ""
    return _following(text, end, scale, unit, language)


def _symbol(after: str | None) -> str:
    sign = (after or "").strip(" \u00a0\u202f")
    return "%" if sign in "%％٪" and sign else _CURRENCY.get(sign, sign)


def _following(text: str, end: int, scale: int, unit: str, language: str) -> tuple[int, int, str]:
    """Scale words, then one unit word: `1.5 million dollars`, `12 percent`, `90-day`."""
    percent = _PERCENT.match(text, end)
    if percent and not unit:
        return percent.end(), scale, "%"
    for _ in range(3):
        word = _NEXT.match(text, end)
        said = _known(word[1].lower(), language) if word else None
        if word is None or said is None:
            break
        if isinstance(said, int):
            scale, end = scale * said, word.start(1) + _length(word[1], language)
        elif unit and said != unit:
            break
        else:
            unit, end = said, word.start(1) + _length(word[1], language)
            break
    return end, scale, unit


def _known(word: str, language: str) -> int | str | None:
    known: dict[str, int | str] = {**lexicon.units(), **_long_scales(language)}
    if word in known:
        return known[word]
    if language in ("zh", "ja", "ko"):
        return next((known[word[:n]] for n in (2, 1) if word[:n] in known), None)
    return None


def _length(word: str, language: str) -> int:
    """How much of a run is the unit itself: scripts without spaces go on at once."""
    if language in ("zh", "ja", "ko") and _known(word, language) is not None:
        known = {**lexicon.units(), **_long_scales(language)}
        return next((n for n in (len(word), 2, 1) if word[:n].lower() in known), len(word))
    return len(word)


@cache
def _long_scales(language: str) -> dict[str, int]:
    """Scale words that may stand apart; single Latin letters only count when attached."""
    return {word: n for word, n in lexicon.scales(language).items() if word not in _ATTACHED}


def _in_words(text: str, language: str) -> Iterator[Claim]:
    """Spelled-out numbers: runs of number words with hyphens, spaces or `and` between them."""
    counting, scales = lexicon.number_words(language), _long_scales(language)
    run: list[regex.Match[str]] = []
    for word in [*_WORD.finditer(text), None]:
        said = word[0].lower() if word else ""
        if run and said in _AND:
            continue
        if word and (said in counting or said in scales) and _joins(text, run, word):
            run.append(word)
            continue
        yield from _spelled(text, run, language)
        run = [word] if word and (said in counting or said in scales) else []


def _joins(text: str, run: list[regex.Match[str]], word: regex.Match[str]) -> bool:
    return not run or bool(
        regex.fullmatch(r"[ -]|\s(?:and|y|e|et|und)\s", text[run[-1].end() : word.start()])
    )


def _spelled(text: str, run: list[regex.Match[str]], language: str) -> Iterator[Claim]:
    counting = lexicon.number_words(language)
    # "millions of people" and "million" after digits are no numbers of their own
    if not run or not any(word[0].lower() in counting for word in run):
        return
    start, end = run[0].start(), run[-1].end()
    end, scale, unit = _following(text, end, 1, "", language)
    value = Decimal(_sum(run, language) * scale)
    yield Claim(
        kind="number", text=text[start:end], value=normal(value),
        span=Span(start=start, end=end), unit=unit,
    )  # fmt: skip


def _sum(run: list[regex.Match[str]], language: str) -> int:
    counting, scales = lexicon.number_words(language), lexicon.scales(language)
    total = current = 0
    for word in run:
        said = word[0].lower()
        if said in counting:
            current += counting[said]
        elif scales[said] >= 1000:
            total, current = total + max(1, current) * scales[said], 0
        else:
            current = max(1, current) * scales[said]
    return total + current
