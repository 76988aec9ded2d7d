"""Why a document could not be read, said by the child process that tried."""

from typing import Literal

Why = Literal[
    "broken", "encrypted", "no-text", "not-word", "too-many-pages", "too-much", "forbidden-xml"
]


class Unreadable(Exception):
    """One word, for the parent to explain."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why
