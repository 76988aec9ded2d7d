"""Mail addresses, telephone, card, account and insurance numbers in a text."""

from collections.abc import Iterator
from typing import NamedTuple

import regex

_CARD_DIGITS = range(13, 20)
_PHONE_DIGITS = range(8, 16)


class Personal(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


_MAIL = regex.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = regex.compile(
    r"(?<![\w.,/$€£-])(?:\+\d{1,3}[\s.-]?)?(?:\(\d{1,4}\)[\s.-]?)?\d{2,4}(?:[\s.-]\d{2,4}){1,4}(?![\w/%])"
)
_SSN = regex.compile(r"(?<!\d)(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?!\d)")
_CARD = regex.compile(r"(?<![\d.,])\d(?:[ -]?\d){12,18}(?![\d.,]?\d)")
_IBAN = regex.compile(r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,4})?\b")


def find_personal_data(text: str) -> list[Personal]:
    """What could reach a person, in order; numbers are checked by their own check digits.

    >>> [(p.kind, p.text) for p in find_personal_data("Ask ana@example.org, +34 600 123 456.")]
    [('mail address', 'ana@example.org'), ('telephone number', '+34 600 123 456')]
    >>> find_personal_data("From 2003 to 2012, 1,200 of 3,555 projects.")
    []
    """
    taken: list[Personal] = []
    for found in _all(text):
        if not any(found.start < other.end and other.start < found.end for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda personal: personal.start)


def _all(text: str) -> Iterator[Personal]:
    yield from _matches("mail address", _MAIL, text)
    yield from _matches("social security number", _SSN, text)
    yield from (f for f in _matches("card number", _CARD, text) if _luhn(_digits(f.text)))
    yield from (f for f in _matches("account number", _IBAN, text) if _iban(f.text))
    yield from (f for f in _matches("telephone number", _PHONE, text) if _phone(f.text))


def _matches(kind: str, pattern: regex.Pattern[str], text: str) -> Iterator[Personal]:
    for match in pattern.finditer(text):
        yield Personal(kind, match[0], match.start(), match.end())


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 check digit."""
    if len(digits) not in _CARD_DIGITS:
        return False
    doubled = [int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _iban(text: str) -> bool:
    """ISO 13616: the rotated number leaves 1 when divided by 97."""
    plain = text.replace(" ", "")
    return (
        15 <= len(plain) <= 34
        and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1
    )


def _phone(text: str) -> bool:
    """A number to call, not a span of years or a date."""
    digits = _digits(text)
    years = regex.fullmatch(r"(?:1[5-9]|20)\d\d\s?[-.\s]\s?(?:1[5-9]|20)\d\d", text)
    dated = regex.fullmatch(r"\d{1,4}[.\-]\d{1,2}[.\-]\d{1,4}", text)
    thousands = regex.fullmatch(r"\d{1,3}(?:[ .]\d{3})+", text)
    return len(digits) in _PHONE_DIGITS and not (years or dated or thousands)
