"""What a tool needs to be told: its JSON schema as slots a sentence can fill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from llm.words import singular

Kind = Literal["uuid", "time", "day", "choice", "whole", "number", "flag", "text", "other"]
KINDS: dict[str, Kind] = {
    "integer": "whole",
    "number": "number",
    "boolean": "flag",
    "string": "text",
}
FORMATS: dict[str, Kind] = {"uuid": "uuid", "date-time": "time", "date": "day"}


@dataclass(frozen=True)
class Slot:
    """One parameter: what kind of value, how many, and whether the tool works without it."""

    name: str
    kind: Kind
    required: bool = False
    many: bool = False
    choices: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")

    @property
    def label(self) -> str:
        """The name as a person would say it."""
        return self.name.removesuffix("_id").replace("_", " ")


def slots(parameters: Mapping[str, Any], known: Mapping[str, Sequence[str]]) -> list[Slot]:
    """The slots of a JSON schema; `known` gives values for parameters by name, one or many.

    >>> schema = {"properties": {"name": {"type": "string"}}, "required": ["name"]}
    >>> slots(schema, {})[0].kind
    'text'
    """
    required = parameters.get("required", ())
    return [
        _slot(
            name, schema, name in required, tuple(known.get(name) or known.get(singular(name), ()))
        )
        for name, schema in parameters.get("properties", {}).items()
    ]


def _slot(name: str, schema: Mapping[str, Any], required: bool, known: tuple[str, ...]) -> Slot:
    for option in schema.get("anyOf", ()):
        if option.get("type") != "null":
            schema = option
            break
    if schema.get("type") == "array":
        return replace(_slot(name, schema.get("items", {}), required, known), many=True)
    choices = tuple(map(str, schema.get("enum", ()))) or known
    kind = (
        "choice"
        if choices
        else FORMATS.get(schema.get("format", "")) or KINDS.get(schema.get("type", ""), "other")
    )
    low, high = schema.get("minimum", float("-inf")), schema.get("maximum", float("inf"))
    return Slot(name, kind, required, choices=choices, low=low, high=high)
