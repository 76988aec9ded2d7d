"""Any text checked over HTTP: with a stored source, with one sent along, and alone."""

from typing import Any

import httpx
from fastapi import FastAPI

Headers = dict[str, str]
SOURCE = "Bread needs time. The dough took 48 hours, says Ana Diaz of the Northgate bakery."


async def check(client: httpx.AsyncClient, headers: Headers, **body: Any) -> dict[str, Any]:
    answer = await client.post("/v1/checks", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def rules(said: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in said["findings"]]


async def test_a_text_against_a_source(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    made = await client.post("/v1/contents", json={"text": SOURCE}, headers=owner_headers)
    stored = {"content_id": made.json()["id"]}
    for source in ({"source": SOURCE}, stored):
        true = await check(
            client, owner_headers, text="It took 48 hours.", platform="sandbox", **source
        )
        false = await check(
            client, owner_headers, text="It took 84 hours.", platform="sandbox", **source
        )
        assert (true["blocked"], true["sourced"], rules(true)) == (False, True, [])
        assert (false["blocked"], rules(false)) == (True, ["unsupported-number"])


async def test_a_text_alone_is_checked_by_form_and_manner(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    said = await check(
        client, owner_headers, text="Hurry! It took 84 hours. " + "好" * 140, platform="x"
    )
    assert (said["sourced"], said["limit"]) == (False, 280)
    assert set(rules(said)) >= {"over-limit", "manipulation"}
    assert "unsupported-number" not in rules(said)
    assert said["tone"] == {}  # these services have no measure


async def test_what_cannot_be_checked(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    for body, status, code in (
        ({"text": "Hello there.", "platform": "myspace"}, 422, "unknown-platform"),
        (
            {"text": "Hi.", "platform": "x", "source": "a b", "content_id": "0" * 32},
            422,
            "invalid-input",
        ),
        (
            {"text": "Hi.", "platform": "x", "content_id": "0190a0a0-0000-7000-8000-000000000000"},
            404,
            "not-found",
        ),
    ):
        answer = await client.post("/v1/checks", json=body, headers=owner_headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (
        await client.post("/v1/checks", json={"text": "Hi", "platform": "x"})
    ).status_code == 401


def test_the_document_says_that_one_source_is_enough(app: FastAPI) -> None:
    """Both as texts are refused, as at run time; one of them null is as good as left out."""
    schema = app.openapi()["components"]["schemas"]["TextToCheck"]
    assert schema["not"]["required"] == ["content_id", "source"]
    assert {part["type"] for part in schema["not"]["properties"].values()} == {"string"}
