"""One thing that was looked at, told in plain words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["good", "unknown", "warning", "alarm"]
LEVELS: tuple[Level, ...] = ("good", "unknown", "warning", "alarm")


@dataclass(frozen=True)
class Finding:
    """`value` is the figure, `sentence` says it, `todo` what to do; "unknown" needs more data."""

    name: str
    level: Level
    sentence: str
    value: float | None = None
    todo: str = ""

    def __str__(self) -> str:
        """
        >>> str(Finding("rewards", "alarm", "no rewards in 24 h", todo="check the event feed"))
        'no rewards in 24 h: check the event feed'
        """
        return f"{self.sentence}: {self.todo}" if self.todo else self.sentence


def worst(findings: Iterable[Finding]) -> Level:
    """The gravest level of all; "good" when there is nothing.

    >>> worst([Finding("a", "good", ""), Finding("b", "warning", "")])
    'warning'
    """
    levels: list[Level] = ["good", *(each.level for each in findings)]
    return max(levels, key=LEVELS.index)


def rate(value: float) -> str:
    """A reward or share as people read it: three figures, no more.

    >>> rate(0.01234), rate(1.5), rate(-0.2)
    ('0.0123', '1.5', '-0.2')
    """
    return f"{value:.3g}"


def percent(share: float) -> str:
    """
    >>> percent(0.314), percent(0.0042)
    ('31 %', '0.4 %')
    """
    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else f"{100 * share:.1f} %"
