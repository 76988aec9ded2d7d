"""Pictures through HTTP."""

from io import BytesIO

import httpx
import pytest
from PIL import Image

Headers = dict[str, str]


def _png(*, size: int = 4) -> bytes:
    out = BytesIO()
    Image.new("RGB", (size, size), "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
async def content(client: httpx.AsyncClient, owner_headers: Headers) -> str:
    made = await client.post("/v1/contents", json={"text": "Bread."}, headers=owner_headers)
    return str(made.headers["location"])


async def test_a_picture_lives(
    client: httpx.AsyncClient, owner_headers: Headers, content: str
) -> None:
    before = (await client.get(content, headers=owner_headers)).headers["etag"]
    added = await client.post(
        f"{content}/media",
        files={"file": ("bread.png", _png(), "image/png")},
        data={"alt_text": "A loaf"},
        headers=owner_headers,
    )
    assert added.status_code == 201, added.text
    assert added.json()["alt_text"] == "A loaf" and added.json()["media_type"] == "image/png"
    whole = await client.get(content, headers=owner_headers)
    assert whole.json()["media"] == [added.json()] and whole.headers["etag"] != before
    path = added.headers["location"]
    shown = await client.get(path, headers=owner_headers)
    assert shown.headers["content-type"] == "image/png"
    assert "sandbox" in shown.headers["content-security-policy"]
    assert Image.open(BytesIO(shown.content)).size == (4, 4)
    assert (await client.delete(path, headers=owner_headers)).status_code == 204
    assert (await client.get(path, headers=owner_headers)).status_code == 404


@pytest.mark.parametrize(("data", "status", "code"), [
    (b"words", 422, "invalid-content"),
    (b"", 422, "invalid-content"),
    (b"<svg onload='alert(1)'/>", 422, "invalid-content"),
    (_png()[:-20], 422, "invalid-content"),
    (b"\x89PNG" + bytes(10_000_001), 413, "too-large"),
    (bytes(12_000_000), 413, "too-large"),
], ids=["words", "nothing", "svg", "cut", "large", "larger"])  # fmt: skip
async def test_what_is_no_picture(
    client: httpx.AsyncClient,
    owner_headers: Headers,
    content: str,
    data: bytes,
    status: int,
    code: str,
) -> None:
    answer = await client.post(
        f"{content}/media", files={"file": ("a.png", data, "image/png")}, headers=owner_headers
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert (await client.get(content, headers=owner_headers)).json()["media"] == []


async def test_a_picture_as_the_body(
    client: httpx.AsyncClient, owner_headers: Headers, content: str
) -> None:
    path, query = f"{content}/media", {"alt_text": "A loaf"}
    headers = {**owner_headers, "content-type": "image/png"}
    added = await client.post(path, content=_png(), params=query, headers=headers)
    assert added.status_code == 201 and added.json()["alt_text"] == "A loaf"
    headers["content-type"] = "image/svg+xml"
    assert (await client.post(path, content=_png(), headers=headers)).status_code == 415


async def test_a_picture_needs_its_content(
    client: httpx.AsyncClient, owner_headers: Headers, content: str
) -> None:
    other = await client.post("/v1/contents", json={"text": "Other."}, headers=owner_headers)
    files = {"file": ("a.png", _png(), "image/png")}
    added = await client.post(f"{content}/media", files=files, headers=owner_headers)
    wrong = f"{other.headers['location']}/media/{added.json()['id']}"
    assert (await client.get(wrong, headers=owner_headers)).status_code == 404
    nowhere = "/v1/contents/01900000-0000-7000-8000-000000000000/media"
    assert (await client.post(nowhere, files=files, headers=owner_headers)).status_code == 404


async def test_a_picture_as_a_platform_gets_it(
    client: httpx.AsyncClient, owner_headers: Headers, content: str
) -> None:
    out = BytesIO()
    Image.new("RGBA", (900, 300)).save(out, "PNG")
    files = {"file": ("a.png", out.getvalue(), "image/png")}
    added = await client.post(f"{content}/media", files=files, headers=owner_headers)
    path = added.headers["location"]
    shown = await client.get(path, params={"platform": "instagram"}, headers=owner_headers)
    assert shown.headers["content-type"] == "image/jpeg"
    width, height = Image.open(BytesIO(shown.content)).size
    assert height == 300 and width == 573  # 1.91 to 1
    unknown = await client.get(path, params={"platform": "myspace"}, headers=owner_headers)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-platform")


async def test_words_are_given_to_a_picture_later(
    client: httpx.AsyncClient, owner_headers: Headers, content: str
) -> None:
    files = {"file": ("a.png", _png(), "image/png")}
    added = await client.post(f"{content}/media", files=files, headers=owner_headers)
    path, before = added.headers["location"], await client.get(content, headers=owner_headers)
    said = await client.patch(path, json={"alt_text": "A loaf"}, headers=owner_headers)
    assert said.json() == {**added.json(), "alt_text": "A loaf"}
    after = await client.get(content, headers=owner_headers)
    assert after.json()["media"] == [said.json()]
    assert after.headers["etag"] != before.headers["etag"]
    too_long = await client.patch(path, json={"alt_text": "a" * 1_001}, headers=owner_headers)
    other = await client.post("/v1/contents", json={"text": "Other."}, headers=owner_headers)
    wrong = f"{other.headers['location']}/media/{added.json()['id']}"
    missing = await client.patch(wrong, json={"alt_text": "x"}, headers=owner_headers)
    assert (too_long.status_code, missing.status_code) == (422, 404)
    assert (await client.get(content, headers=owner_headers)).json() == after.json()
