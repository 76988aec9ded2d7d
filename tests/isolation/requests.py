"""Every operation of the OpenAPI document × the other tenant's ids, as one stranger sends them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

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
    file: tuple[str, bytes, str] | None = None
    sent: frozenset[str] = frozenset()


def attempts(document: Schema, target: Tenant, *, skip: Sequence[str]) -> Iterator[Attempt]:
    """Each operation with each of the target's ids in each place that takes one."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item and item[method]["operationId"] not in skip:
                yield from _of(document, path, method, item[method], target)


def _of(
    document: Schema, path: str, method: str, operation: Schema, target: Tenant
) -> Iterator[Attempt]:
    parameters = operation.get("parameters", [])
    in_path = [one for one in parameters if one["in"] == "path"]
    in_query = [one for one in parameters if one["in"] == "query"]
    choices = [_values(document, one["schema"], one["name"], target) for one in in_path]
    for chosen in product(*choices):
        filled = path
        for parameter, value in zip(in_path, chosen, strict=True):
            filled = filled.replace(f"{{{parameter['name']}}}", value.replace(" ", "%20"))
        for query in _queries(document, in_query, target):
            for content in _contents(document, operation, target):
                sent = frozenset(chosen) | frozenset(query.values())
                yield Attempt(operation["operationId"], method, filled, query, sent=sent, **content)


def _queries(
    document: Schema, parameters: list[Schema], target: Tenant
) -> Iterator[dict[str, str]]:
    yield {}
    for parameter in parameters:
        for value in _values(document, parameter["schema"], parameter["name"], target):
            yield {parameter["name"]: value}


def _contents(document: Schema, operation: Schema, target: Tenant) -> Iterator[dict[str, Any]]:
    body = operation.get("requestBody")
    if body is None:
        yield {}
        return
    ((media_type, content),) = body["content"].items()
    schema = _resolve(document, content["schema"])
    count = max(len(kind) for kind in target.ids.values()) if _takes_ids(document, schema) else 1
    pools = _pools(target) if count > 1 or _takes_ids(document, schema) else [["words"]]
    for pool in pools:
        example = _example(document, schema, target, pool[0])
        if media_type == "application/json":
            yield {"body": example}
        elif "file" in schema.get("properties", {}):
            yield {"form": {}, "file": ("note.txt", b"a stranger's words", "text/plain")}
        else:
            yield {"form": {name: str(value) for name, value in example.items()}}


def _pools(target: Tenant) -> list[list[str]]:
    return [
        [one] for kind, ids in target.ids.items() if kind not in ("hash", "subject") for one in ids
    ]


def _values(document: Schema, schema: Schema, name: str, target: Tenant) -> list[str]:
    """What may stand there: the target's ids of every kind, or every value of a closed list."""
    schema = _resolve(document, schema)
    for option in schema.get("anyOf", [schema]):
        option = _resolve(document, option)
        if "enum" in option:
            return [str(value) for value in option["enum"]]
        if option.get("format") == "uuid":
            return [pool[0] for pool in _pools(target)]
        if option.get("type") == "integer":
            return ["1", "200"]
    return [*target.ids["subject"], *(pool[0] for pool in _pools(target))]


def _takes_ids(document: Schema, schema: Schema) -> bool:
    return '"uuid"' in str(schema).replace("'", '"') or "$ref" in str(schema)


def _example(document: Schema, schema: Schema, target: Tenant, foreign: str) -> Any:
    """A valid value with the foreign id wherever an id fits, optional places included."""
    schema = _resolve(document, schema)
    if "anyOf" in schema:
        return _example(document, schema["anyOf"][0], target, foreign)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    if kind == "object":
        return {
            name: _example(document, part, target, foreign)
            for name, part in schema.get("properties", {}).items()
            if name in schema.get("required", ()) or _wanted(document, part)
        }
    if kind == "array":
        return [_example(document, schema["items"], target, foreign)]
    return _scalar(schema, target, foreign)


def _wanted(document: Schema, part: Schema) -> bool:
    flat = str(part)
    return "uuid" in flat


def _scalar(schema: Schema, target: Tenant, foreign: str) -> Any:
    match schema.get("type"):
        case "integer":
            return max(1, int(schema.get("minimum", 1)))
        case "number":
            return 1.0
        case "boolean":
            return False
    if schema.get("format") == "uuid":
        return foreign
    if schema.get("format") == "date-time":
        return "2026-01-01T00:00:00Z"
    pattern = schema.get("pattern", "")
    if "0-9a-f" in pattern:
        return target.ids["hash"][0]
    return "stranger@example.test" if "@" in pattern else "a stranger's words"


def _resolve(document: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
