"""What is known of a post before anybody saw it, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Post:
    """A variant on a platform at a time.

    `at` is aware and in the time zone of whoever is to read it: its hour and weekday count.
    `source` is whose history applies (a creator, a page, a domain), `kind` what sort of post it is
    (photo, video, question).  `engagement` is None while it is not known, never 0 for that.
    """

    id: str
    at: datetime
    platform: str = ""
    source: str = ""
    kind: str = ""
    features: Mapping[str, float] = field(default_factory=dict)
    embedding: Sequence[float] | None = None
    engagement: float | None = None
