"""Every operation of the OpenAPI document × the other tenant's ids, as a stranger sends them.

A schema says where an id fits; there goes, in turn, every id of the target, whatever its kind:
nobody promised that a post's id will only ever be sent to posts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import quote

from tests.isolation.tenants import Tenant

Schema = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Attempt:
    """One request, and the foreign values that are in it."""

    operation: str
    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    form: dict[str, str] | None = None
    file: bool = False
    sent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Generator:
    """Makes attempts against one target out of one document."""

    document: Schema
    target: Tenant
    skip: frozenset[str]

    def attempts(self) -> Iterator[Attempt]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item and item[method]["operationId"] not in self.skip:
                    yield from self._of(path, method, item[method])

    def _of(self, path: str, method: str, operation: Schema) -> Iterator[Attempt]:
        parameters = operation.get("parameters", [])
        in_path = [one for one in parameters if one["in"] == "path"]
        in_query = [one for one in parameters if one["in"] == "query"]
        for chosen in product(*(self._values(one["schema"]) for one in in_path)):
            filled = path
            for parameter, value in zip(in_path, chosen, strict=True):
                filled = filled.replace(f"{{{parameter['name']}}}", quote(value, safe=""))
            for query, (content, foreign) in product(
                self._queries(in_query), self._contents(operation)
            ):
                sent = frozenset((*chosen, *query.values(), *foreign))
                name = operation["operationId"]
                yield Attempt(name, method, filled, query, sent=sent, **content)

    def _queries(self, parameters: list[Schema]) -> list[dict[str, str]]:
        single = [
            {one["name"]: value} for one in parameters for value in self._values(one["schema"])
        ]
        return [{}, *single]

    def _contents(self, operation: Schema) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
        """Bodies, each with the foreign values in it."""
        if "requestBody" not in operation:
            return [({}, ())]
        (media_type, content), *_ = operation["requestBody"]["content"].items()
        schema = self._resolved(content["schema"])
        takes_ids = self._takes_ids(schema)
        made: list[tuple[dict[str, Any], tuple[str, ...]]] = []
        for foreign in self.target.every_uuid() if takes_ids else [""]:
            example = self.example(schema, foreign)
            if media_type == "application/json":
                made.append(({"body": example}, (foreign,)))
            elif media_type == "multipart/form-data" or media_type.startswith("image/"):
                made.append(({"file": True}, (foreign,)))
            else:
                texts = {name: str(value) for name, value in example.items()}
                made.append(({"form": texts}, (foreign,)))
        return made

    def _values(self, schema: Schema) -> list[str]:
        """What may stand there: every foreign id, or every value of a closed list."""
        for option in (self._resolved(one) for one in schema.get("anyOf", [schema])):
            if "enum" in option:
                return [str(value) for value in option["enum"]]
            if option.get("type") == "integer":
                return ["1", "200"]
            if option.get("type") == "string":
                words = [] if option.get("format") == "uuid" else self.target.ids["subject"]
                return [*words, *self.target.every_uuid()]
        return []

    def _takes_ids(self, schema: Schema) -> bool:
        schema = self._resolved(schema)
        parts = [
            *schema.get("anyOf", ()),
            *schema.get("properties", {}).values(),
            *([schema["items"]] if "items" in schema else []),
        ]
        return schema.get("format") == "uuid" or any(self._takes_ids(part) for part in parts)

    def example(self, schema: Schema, foreign: str) -> Any:
        """A valid value with the foreign id wherever an id fits, optional places included."""
        schema = self._resolved(schema)
        if "anyOf" in schema:
            return self.example(schema["anyOf"][0], foreign)
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        match schema.get("type"):
            case "object":
                return {
                    name: self.example(part, foreign)
                    for name, part in schema.get("properties", {}).items()
                    if name in schema.get("required", ()) or self._telling(name, part)
                }
            case "array":
                return [self.example(schema["items"], foreign)]
            case "integer":
                return max(1, int(schema.get("minimum", 1)))
            case "number":
                return 0.5
            case "boolean":
                return False
        return self._text(schema, foreign)

    def _telling(self, name: str, part: Schema) -> bool:
        """An optional place that can name somebody else's things."""
        return name == "subject" or self._takes_ids(part)

    def _text(self, schema: Schema, foreign: str) -> str:
        pattern = schema.get("pattern", "")
        if schema.get("format") == "uuid":
            return foreign
        if schema.get("format") == "date-time":
            return "2026-01-01T00:00:00Z"
        if "a-f" in pattern:
            return self.target.ids["hash"][0]
        if "@" in pattern:
            return "stranger@example.test"
        return self.target.ids["subject"][0]

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema
