"""Topics as hashtags."""

from collections.abc import Sequence

import regex

from smartcontent.content import Topic

LONGEST = 30


def hashtags(topics: Sequence[Topic], limit: int, *, least: float = 0.0) -> list[str]:
    """The most telling topics as tags: at most `limit`, none within another, none under `least`.

    >>> hashtags([Topic(name="open source", weight=0.9), Topic(name="API", weight=0.5)], 2)
    ['#OpenSource', '#API']
    """
    ranked = sorted(topics, key=lambda topic: -topic.weight)
    tags: list[str] = []
    for tag in (_tag(topic.name) for topic in ranked if topic.weight >= least):
        if tag and not any(_overlap(tag, other) for other in tags):
            tags.append(tag)
    return tags[:limit]


def _overlap(one: str, other: str) -> bool:
    """Whether one tag holds the other: #Vote beside #VoteEarly says little more."""
    first, second = one[1:].casefold(), other[1:].casefold()
    return first in second or second in first


def _tag(name: str) -> str:
    """One word without marks; empty when that would be unreadable or only digits.

    >>> _tag("section 508"), _tag("2015"), _tag("a very long topic with many words in it")
    ('#Section508', '', '')
    """
    parts = regex.findall(r"[\p{L}\p{M}\p{N}]+", name)
    joined = "".join(part if part.isupper() else part[:1].upper() + part[1:] for part in parts)
    readable = len(joined) <= LONGEST and len(parts) <= 3 and regex.search(r"\p{L}{2}", joined)
    return f"#{joined}" if readable else ""
