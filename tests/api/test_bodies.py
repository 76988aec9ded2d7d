"""Bodies are strict, and what their schema says is what they do."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, given, settings
from hypothesis_jsonschema import from_schema
from pydantic import ValidationError

from api.bodies import Body, Id, Key, Line, Moment, Number, Passage
from tools.read_content import read


class Everything(Body):
    count: int = 0
    yes: bool = False
    number: Number = 0.0
    line: Line = "line"
    key: Key = "key"
    text: Passage = "text"
    at: Moment = datetime(2026, 1, 1, tzinfo=UTC)
    id: Id | None = None


BAD: list[dict[str, Any]] = [
    {"count": True}, {"count": "1"}, {"count": 1.0}, {"count": 1.5},
    {"yes": 1}, {"yes": "true"},
    {"number": True}, {"number": "1"}, {"number": float("nan")}, {"number": float("inf")},
    {"line": "two\nlines"}, {"line": "  "}, {"line": ""}, {"line": 7}, {"line": "x" * 201},
    {"key": "a\0b"}, {"key": "\ud800"},
    {"text": "\u2003\n "}, {"text": "a\0b"}, {"text": "\U000e1234"},
    {"at": 0}, {"at": "0"}, {"at": "2026-01-01"}, {"at": "2026-01-01T00:00:00"},
    {"at": "0001-01-01T00:00:00+14:00"}, {"at": True},
    {"id": 1}, {"id": "x"},
    {"unknown": 1},
]  # fmt: skip


@pytest.mark.parametrize("body", BAD, ids=repr)
def test_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Everything.model_validate(body)


def test_times_are_kept_in_utc() -> None:
    at = Everything.model_validate({"at": "2026-01-01T02:00:00+02:00"}).at
    assert at == datetime(2026, 1, 1, tzinfo=UTC) and at.utcoffset().total_seconds() == 0  # type: ignore[union-attr]


SCHEMA = Everything.model_json_schema()


@given(from_schema({**SCHEMA["properties"]["text"], "maxLength": 60}))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_text_that_fits_the_schema_can_be_read(text: str) -> None:
    kept = Everything.model_validate({"text": text}).text
    assert read(kept, "text", "text/plain").text


def test_controls_are_left_out_of_a_text() -> None:
    assert Everything.model_validate({"text": "a\x0b\x1fb\n\tc"}).text == "ab\n\tc"


@pytest.mark.parametrize("said", ["Grüße", "Привет", "नमस्ते", "你好", "안녕", "مرحبا", "שלום",
    "สวัสดี", "வணக்கம்", "নমস্কার", "ሰላም", "こんにちは", "7", "ʻŌlelo"])  # fmt: skip
def test_every_living_script_is_a_text(said: str) -> None:
    assert Everything.model_validate({"text": said}).text == said


def test_every_body_of_the_api_is_strict_and_closed(app: FastAPI) -> None:
    """No route reads a model that is not a Body, and no schema lets unknown fields through."""
    asked = [
        route.body_field.field_info.annotation
        for route in iter_route_contexts(app.routes)
        if getattr(route, "body_field", None) is not None
    ]
    read = [model for one in asked for model in get_args(one) or (one,)]  # each of several
    bodies = [model for model in read if not model.__name__.startswith("Body_")]  # forms
    assert len(bodies) > 10
    assert [model for model in bodies if not issubclass(model, Body)] == []
    schemas = app.openapi()["components"]["schemas"]
    closed = [schemas[model.__name__].get("additionalProperties") for model in bodies]
    assert set(closed) == {False}
