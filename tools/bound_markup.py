"""Refuses text whose markup would keep a parser busy for minutes.

Parsers of HTML and Markdown take time that grows with the square of nesting or of open marks
(measured: 50,000 open `<div>` 11 s, 200,000 `![` 50 s), so both are bounded before parsing.
"""

import re
from collections import Counter

from smartcontent.errors import TooLarge

LINES = 60_000
MARKS = 150_000
NESTING = 1_000

_MARK = re.compile(r"[\[\]!*_`<>|~\\]")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
# elements that close themselves, so leaving them open is no nesting
_CLOSING = frozenset(
    "p li td th tr dt dd option thead tbody tfoot colgroup rt rp br hr img input meta link "
    "area base col embed source track wbr".split()
)


def check_lines(text: str, name: str) -> None:
    """Raises TooLarge when the text has more than `LINES` lines."""
    _refuse_over(LINES, text.count("\n") + 1, "lines", name)


def check_markup(text: str, name: str) -> None:
    """Raises TooLarge when marks or nesting would take a parser minutes.

    >>> check_markup("<div>" * 2000, "a.html")
    Traceback (most recent call last):
    smartcontent.errors.TooLarge: a.html has 2,000 nested elements; 1,000 can be read. Send the ...
    """
    _refuse_over(MARKS, sum(1 for _ in _MARK.finditer(text)), "marks of markup", name)
    _refuse_over(NESTING, _nesting(text), "nested elements", name)


def _nesting(text: str) -> int:
    """How deep elements are open at most; an end tag closes only what its name opened."""
    opened: Counter[str] = Counter()
    depth = deepest = 0
    for slash, tag in _TAG.findall(text):
        tag = tag.lower()
        if tag in _CLOSING or (slash and not opened[tag]):
            continue
        step = -1 if slash else 1
        opened[tag] += step
        depth += step
        deepest = max(deepest, depth)
    return deepest


def _refuse_over(limit: int, found: int, what: str, name: str) -> None:
    if found > limit:
        raise TooLarge(
            f"{name} has {found:,} {what}; {limit:,} can be read.",
            todo="Send the article alone, without the machinery around it.",
            name=name, found=found, limit=limit, what=what,
        )  # fmt: skip
