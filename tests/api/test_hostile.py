"""What strangers send to hurt, through the doors: read, or refused with what to do."""

from pathlib import Path

import httpx
import pytest

from api.deps import Services
from benchmarks.hostile import Trap, send_all, trapped, unclear
from benchmarks.hostile_cases import own_cases, read_cases

Headers = dict[str, str]


@pytest.fixture
def trap() -> Trap:
    return Trap()


async def test_everything_is_read_or_refused(
    services: Services, owner_headers: Headers, trap: Trap
) -> None:
    transport = httpx.ASGITransport(trapped(services, trap))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=owner_headers
    ) as client:
        tallies = await send_all(client, own_cases(), trap)
    assert {name: tally.wrong for name, tally in tallies.items()} == dict.fromkeys(tallies, [])
    assert {name: tally.cases for name, tally in tallies.items()} == {
        "uploads": 12, "names": 8, "strings": 19, "addresses": 9,
    }  # fmt: skip
    assert trap.connected == []


@pytest.mark.parametrize(
    ("status", "body", "clear"),
    [
        (201, {}, True),
        (500, {"code": "internal", "todo": "Try again.", "errors": []}, False),
        (422, {"code": "invalid-content", "todo": "", "errors": []}, False),
        (422, {"code": "invalid-content", "todo": "Mend it.", "errors": []}, True),
        (422, {"code": "invalid-input", "todo": "", "errors": [{"where": "body"}]}, True),
    ],
)
def test_what_counts_as_clear(status: int, body: dict[str, object], clear: bool) -> None:
    """The control of the counting: a crash and a refusal without a next step are wrong."""
    assert (unclear(httpx.Response(status, json=body)) == "") is clear


async def test_a_door_that_takes_everything_is_noticed(trap: Trap) -> None:
    """The control of the whole: an application that answers 201 to whatever comes."""

    def taken(request: httpx.Request) -> httpx.Response:
        where = {"location": "/v1/contents/x", "content-security-policy": "sandbox"}
        return httpx.Response(201, headers=where, content=b"<script>")

    careless = httpx.MockTransport(taken)
    async with httpx.AsyncClient(transport=careless, base_url="http://test") as client:
        tallies = await send_all(client, own_cases(), trap)
    assert tallies["addresses"].well == 0
    assert [line for line in tallies["uploads"].wrong if "ok.png" in line or "bomb.png" in line]


def test_a_damaged_list_is_read_line_by_line(tmp_path: Path) -> None:
    folder = tmp_path / "naughty-strings"
    folder.mkdir()
    (folder / "blns.json").write_text('[\n  "one", \n  "tw\\"o",\n  "thr"ee",\n]\n')
    assert read_cases(tmp_path).strings == ["one", 'tw"o', 'thr"ee']
    assert read_cases(tmp_path).uploads == []
