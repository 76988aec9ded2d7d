"""Tool results and limits, said in plain words."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from llm.intents import examples
from llm.slots import Slot

LEADS = ("sentence", "verdict", "summary", "text", "title", "name")
LONG = 240


def can_do(tools: Mapping[str, str]) -> str:
    """What the assistant can do; `tools` are descriptions by name.

    >>> print(can_do({"say_hello": 'Say hello. Examples: "say hello to Ana"'}))
    I am the embedded assistant: no language model, only these tools. I can:
    - say hello, for example “say hello to Ana”
    """
    if not tools:
        return "I have no tools here, so there is nothing I can do for you."
    lines = []
    for name, description in tools.items():
        sample = next(iter(examples(description)), "")
        tail = f", for example “{sample}”" if sample else ""
        lines.append(f"- {name.replace('_', ' ')}{tail}")
    opening = "I am the embedded assistant: no language model, only these tools. I can:"
    return "\n".join([opening, *lines])


def still_needed(tool: str, slot: Slot) -> str:
    """The question for a missing value.

    >>> still_needed("say_hello", Slot("name", "text"))
    'To say hello I still need the name. What should it be?'
    """
    choices = f" ({', '.join(slot.choices)})" if slot.choices else ""
    kind = " (an id)" if slot.kind == "uuid" else ""
    needed = f"I still need the {slot.label}{kind}{choices}"
    return f"To {tool.replace('_', ' ')} {needed}. What should it be?"


def which(options: Sequence[Mapping[str, Any]]) -> str:
    """The question when several things fit."""
    return "\n".join(["Which one do you mean? Say its number.", *_numbered(options)])


def readable(content: str) -> str:
    """A tool's result, JSON or text, for a person.

    >>> readable('{"sentence": "Two posts wait.", "posts": [{"title": "A"}, {"title": "B"}]}')
    'Two posts wait.\\n1. A\\n2. B'
    >>> readable("Hello, Ana!")
    'Hello, Ana!'
    """
    try:
        result = json.loads(content)
    except json.JSONDecodeError:
        return content
    return _said(result)


def _said(result: Any) -> str:
    if isinstance(result, Mapping):
        return _mapping(result)
    if isinstance(result, list):
        return "\n".join(_numbered(result)) if result else "I found nothing."
    return "Done." if result is None else str(result)


def _mapping(result: Mapping[str, Any]) -> str:
    lead = next((str(result[key]) for key in LEADS if result.get(key)), "")
    lines = [lead] if lead else [_line(result)]
    for value in result.values():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            lines.extend(_numbered(value))
    return "\n".join(line for line in lines if line) or "Done."


def _numbered(items: Sequence[Any]) -> list[str]:
    return [f"{place}. {_line(item)}" for place, item in enumerate(items, 1)]


def _line(item: Any) -> str:
    """One thing on one line: its lead, then its few plain values."""
    if not isinstance(item, Mapping):
        return _short(item)
    key = next((key for key in LEADS if item.get(key)), None)
    facts = [
        f"{name.replace('_', ' ')}: {_short(value)}"
        for name, value in item.items()
        if name != key and isinstance(value, str | int | float) and value != ""
    ]
    lead = [_short(item[key])] if key else []
    return " · ".join([*lead, *facts[:6]])


def _short(value: object) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
