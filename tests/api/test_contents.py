"""Contents through HTTP: bringing, reading, editing, deleting, and everything that may be wrong."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from benchmarks.documents import docx, paragraph, pdf, zipped

Headers = dict[str, str]
TEXT = "Bread needs time. It took 48 hours."


async def _create(client: httpx.AsyncClient, headers: Headers, **body: Any) -> dict[str, Any]:
    answer = await client.post("/v1/contents", json={"text": TEXT, **body}, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_content_lives(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    made = await client.post("/v1/contents", json={"text": TEXT}, headers=owner_headers)
    path = made.headers["location"]
    got = await client.get(path, headers=owner_headers)
    assert got.json() == made.json() and got.headers["etag"] == made.headers["etag"]
    edit = {"version": 1, "title": "Bread"}
    edited = await client.patch(path, json=edit, headers=owner_headers)
    assert edited.json()["title"] == "Bread" and edited.json()["version"] == 2
    assert edited.headers["etag"] != made.headers["etag"]
    versions = await client.get(f"{path}/versions", headers=owner_headers)
    assert [version["version"] for version in versions.json()["items"]] == [2, 1]
    assert (await client.delete(path, headers=owner_headers)).status_code == 204
    assert (await client.get(path, headers=owner_headers)).json()["code"] == "not-found"


async def test_somebody_edited_first(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    made = await client.post("/v1/contents", json={"text": TEXT}, headers=owner_headers)
    path, tag = made.headers["location"], made.headers["etag"]
    edit = {"version": 1, "title": "First"}
    assert (await client.patch(path, json=edit, headers=owner_headers)).status_code == 200
    late = await client.patch(path, json=edit, headers=owner_headers)
    assert (late.status_code, late.json()["code"]) == (409, "stale-version")
    headers = {**owner_headers, "If-Match": tag}
    matched = await client.patch(path, json={**edit, "version": 2}, headers=headers)
    assert (matched.status_code, matched.json()["code"]) == (412, "stale-version")
    same = await client.get(path, headers=owner_headers)
    known = {**owner_headers, "If-None-Match": same.headers["etag"]}
    assert (await client.get(path, headers=known)).status_code == 304


async def test_marks_are_not_part_of_the_text(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    made = await _create(client, owner_headers, text="# Bread\n\nIt **rises**.", format="markdown")
    assert made["title"] == "Bread" and made["text"] == "Bread\n\nIt rises."
    assert made["source"].startswith("# Bread")


FILES: list[tuple[str, bytes, str, int, str]] = [
    ("bread.md", b"---\ntitle: Bread\n---\nIt rises.", "text/markdown", 201, ""),
    ("bread.html", b"<h1>Bread</h1><p>It rises.</p>", "text/html", 201, ""),
    ("bread.txt", "Grüße".encode("utf-16"), "text/plain", 201, ""),
    ("page.txt", b"Page one.\x0c\x0cPage two.", "text/plain", 201, ""),
    ("empty.md", b"", "text/markdown", 422, "invalid-content"),
    ("blank.md", b" \n\n", "text/markdown", 422, "invalid-content"),
    ("marks.md", b"---\n\n***", "text/markdown", 422, "invalid-content"),
    ("picture.md", b"\x89PNG\r\n\x1a\n\x00\x00", "text/markdown", 422, "invalid-content"),
    ("latin.txt", "Grüße".encode("latin-1"), "text/plain", 422, "invalid-content"),
    ("long.txt", b"word " * 500_000, "text/plain", 413, "too-large"),
]


@pytest.mark.parametrize(
    ("name", "data", "kind", "status", "code"), FILES, ids=lambda v: str(v)[:12]
)
async def test_upload(
    client: httpx.AsyncClient,
    owner_headers: Headers,
    name: str,
    data: bytes,
    kind: str,
    status: int,
    code: str,
) -> None:
    answer = await client.post(
        "/v1/contents/upload", files={"file": (name, data, kind)}, headers=owner_headers
    )
    assert answer.status_code == status, answer.text
    assert answer.json().get("code", "") == code
    if code:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["todo"]
        listed = await client.get("/v1/contents", headers=owner_headers)
        assert listed.json()["items"] == []  # nothing half written


DOCUMENTS: list[tuple[str, bytes, str, int, str]] = [
    ("bread.pdf", pdf([[("Bread rises.", 11, 700, False)]]), "application/pdf", 201, ""),
    ("bread.docx", docx(paragraph("Bread rises.")), "application/octet-stream", 201, ""),
    ("talk.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\nBread rises.\n", "text/vtt", 201, ""),
    ("scan.pdf", pdf([[]]), "application/pdf", 422, "invalid-content"),
    ("bomb.docx", zipped({"word/document.xml": bytes(150_000_000)}), "", 413, "too-large"),
    ("large.pdf", b"%PDF-1.7" + bytes(10_500_000), "application/pdf", 413, "too-large"),
]


@pytest.mark.parametrize(
    ("name", "data", "kind", "status", "code"), DOCUMENTS, ids=[row[0] for row in DOCUMENTS]
)
async def test_documents(
    client: httpx.AsyncClient,
    owner_headers: Headers,
    name: str,
    data: bytes,
    kind: str,
    status: int,
    code: str,
) -> None:
    answer = await client.post(
        "/v1/contents/upload", files={"file": (name, data, kind)}, headers=owner_headers
    )
    said = answer.json()
    assert (answer.status_code, said.get("code", "")) == (status, code), answer.text
    assert said["todo"] if code else said["text"] == "Bread rises."


async def test_a_link_is_read_without_what_stands_around_it(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    body = {"link": "https://example.org/bread"}
    made = await client.post("/v1/contents/link", json=body, headers=owner_headers)
    said = made.json()
    assert (made.status_code, said["title"]) == (201, "How bread rises"), made.text
    assert said["link"] == "https://example.org/bread" and "48 hours" in said["text"]
    for other in ("cookies", "Home", "Ten cakes", "rights reserved", "loaf"):
        assert other not in said["text"]
    assert (await client.get(made.headers["location"], headers=owner_headers)).json() == said


@pytest.mark.parametrize("link", ["http://127.0.0.1/", "http://2130706433/", "http://localhost/"])
async def test_a_private_link_is_refused(
    client: httpx.AsyncClient, owner_headers: Headers, link: str
) -> None:
    answer = await client.post("/v1/contents/link", json={"link": link}, headers=owner_headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "address-refused")
    assert answer.json()["todo"]


async def test_twenty_megabytes(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    big = b"word " * 4_000_000
    json = {**owner_headers, "content-type": "application/json"}
    file = {"file": ("big.txt", big, "text/plain")}
    for answer in (
        await client.post("/v1/contents", content=big, headers=json),
        await client.post("/v1/contents/upload", files=file, headers=owner_headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_forms_are_strict_too(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    file = ("a.txt", b"words", "text/plain")
    plain = await client.post(
        "/v1/contents/upload", files={"file": (None, b"plain words")}, headers=owner_headers
    )
    assert plain.status_code == 201 and plain.json()["text"] == "plain words"
    more = {"file": file, "more": (None, "field")}
    for sent in (more, {"other": (None, b"words")}, [("file", (None, "a")), ("file", (None, "b"))]):
        answer = await client.post("/v1/contents/upload", files=sent, headers=owner_headers)  # type: ignore[arg-type]
        assert answer.status_code == 422 and answer.json()["errors"], answer.text
    answer = await client.post("/v1/contents/upload", json={}, headers=owner_headers)
    assert answer.status_code == 415
    broken = {**owner_headers, "content-type": "multipart/form-data; boundary=x"}
    answer = await client.post("/v1/contents/upload", content=b"--y\r\n", headers=broken)
    assert answer.status_code in (400, 422)


async def test_pages(client: httpx.AsyncClient, owner_headers: Headers) -> None:
    made = [(await _create(client, owner_headers, text=f"Text {n}."))["id"] for n in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        answer = (await client.get("/v1/contents", params=query, headers=owner_headers)).json()
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        query["after"] = answer["next"]
    assert seen == made[::-1]


async def test_a_content_is_analysed_when_asked_and_as_it_stands(
    client: httpx.AsyncClient, owner_headers: Headers
) -> None:
    body = {"text": "The bakery opened in 1987. Ana Ruiz bakes 48 loaves a night."}
    made = await client.post("/v1/contents", json=body, headers=owner_headers)
    where = f"{made.headers['location']}/analysis"
    missing = await client.get(where, headers=owner_headers)
    assert (missing.status_code, "POST" in missing.json()["todo"]) == (404, True)
    said = await client.post(where, headers=owner_headers)
    assert {"1987", "48"} <= {claim["value"] for claim in said.json()["claims"]}
    assert (await client.get(where, headers=owner_headers)).json() == said.json()
    changed = {"version": 1, "text": "The bakery opened in 1991."}
    edited = await client.patch(made.headers["location"], json=changed, headers=owner_headers)
    assert edited.status_code == 200
    again = await client.post(where, headers=owner_headers)
    assert {claim["value"] for claim in again.json()["claims"]} == {"1991"}
    nobody = await client.post(f"/v1/contents/{uuid4()}/analysis", headers=owner_headers)
    assert nobody.status_code == 404
