"""The OpenAPI document: what FastAPI writes, with the refusals, rights and closed lists added."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from api.batches import NewEvent
from api.bodies import CLOSED
from api.callers import SESSION_COOKIE
from api.operations import OPERATIONS, Access, roles_of
from api.problems import Problem, answers
from api.replies import KeyedOnce, Once
from smartcontent.scopes import SCOPES

Document = dict[str, Any]
KEYED = (
    "\n\nTakes an `Idempotency-Key` header: a repetition within a day is answered as the first "
    "time and does nothing twice; with another body it is refused (422), and while the first "
    "is still running (409)."
)
REF = "#/components/schemas/{model}"


def documented(app: FastAPI, closed: Mapping[str, Sequence[str]]) -> Callable[[], Document]:
    """The function that FastAPI calls for its document; made once, then kept."""

    def openapi() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = complete(_written_by_fastapi(app), closed, _keyed(app))
        return app.openapi_schema

    return openapi


def _keyed(app: FastAPI) -> frozenset[str]:
    """The operations that take an Idempotency-Key."""
    return frozenset(
        str(route.name)
        for route in iter_route_contexts(app.routes)
        if any(asked in (Once, KeyedOnce) for asked in getattr(route, "dependencies", ()))
    )


def _written_by_fastapi(app: FastAPI) -> Document:
    return get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        license_info=app.license_info,
    )


def complete(
    document: Document, closed: Mapping[str, Sequence[str]], keyed: Collection[str] = ()
) -> Document:
    """Add to the document what the doors do beyond the routes' own signatures."""
    components = document.setdefault("components", {})
    components.setdefault("schemas", {}).update(_further_schemas())
    components["securitySchemes"] = _schemes()
    for operation in _operations(document):
        _add_rights(operation, OPERATIONS[operation["operationId"]])
        _add_refusals(operation)
        if operation["operationId"] in keyed:
            operation["description"] += KEYED
            operation["responses"] |= {str(key): value for key, value in answers(409, 422).items()}
    for name in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(name, None)
    _close(document, closed)
    return document


def _further_schemas() -> Document:
    found: Document = {}
    for model in (Problem, NewEvent):
        schema = model.model_json_schema(ref_template=REF)
        found |= {**schema.pop("$defs", {}), model.__name__: schema}
    return found


def _schemes() -> Document:
    flow = {
        "tokenUrl": "/v1/auth/token",
        "refreshUrl": "/v1/auth/refresh",
        "scopes": {scope: "" for scope in sorted(SCOPES)},
    }
    return {
        "password": {"type": "oauth2", "flows": {"password": flow}},
        "apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "sc_<prefix>_<secret>"},
        "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
    }


def _operations(document: Document) -> Iterator[Document]:
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in ("get", "put", "post", "patch", "delete"):
                yield operation


def _add_rights(operation: Document, access: Access) -> None:
    if access == "public":
        return
    scopes = [] if access == "signed-in" else [access]
    operation["security"] = [{"password": scopes}, {"apiKey": []}, {"session": []}]
    operation["x-scope"] = access
    operation["x-roles"] = sorted(roles_of(operation["operationId"]))
    operation["responses"].update(answers(401) if access == "signed-in" else answers(401, 403))


def _add_refusals(operation: Document) -> None:
    refusals = []
    if "requestBody" in operation:
        refusals += [400, 413, 415, 422]
    if operation.get("parameters"):
        refusals.append(422)
    operation["responses"].pop("422", None)
    for status, refusal in answers(*refusals).items():
        operation["responses"].setdefault(str(status), refusal)
    operation["responses"] = {str(key): value for key, value in operation["responses"].items()}


def _close(node: object, closed: Mapping[str, Sequence[str]]) -> None:
    """Give every schema marked as a closed list the values that this installation knows."""
    if isinstance(node, dict):
        if (name := node.pop(CLOSED, None)) is not None:
            node["enum"] = list(closed[name])
        for value in node.values():
            _close(value, closed)
    elif isinstance(node, list):
        for value in node:
            _close(value, closed)
