"""How commands speak: plain lines for people, one JSON object as the last line for scripts."""

from collections.abc import Mapping
from typing import Any

import orjson
from rich.console import Console

console = Console(highlight=False, soft_wrap=True)


def say(line: str) -> None:
    console.print(line)


def finish(result: Mapping[str, Any], *, json: bool) -> None:
    """The JSON line, when it was asked for.  UUIDs, dates and nouns become strings and objects."""
    if json:
        console.file.write(orjson.dumps(result, default=_plain).decode() + "\n")


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)
