"""Two tenants: every operation × the other one's ids reads nothing and writes nothing."""

import asyncio
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Response

from api.app import create_app
from api.bodies import Id
from api.callers import SESSION_COOKIE
from api.deps import Serving
from api.door import Door
from smartcontent.content import Content
from smartcontent.publishing import RunState
from store.contents import Contents
from store.runs import Runs
from tests.api.services import cheap_passwords
from tests.isolation.conftest import Neighbours
from tests.isolation.raid import Loot, possessions, raid
from tests.isolation.requests import Generator
from tests.isolation.tenants import Tenant

pytestmark = pytest.mark.timeout(900)  # thousands of requests: minutes on a busy machine

# The feed is public on purpose, and sign-up and sign-in know no tenant yet.
PUBLIC = frozenset({"get_feed", "get_feed_picture", "create_workspace", "sign_in"})


async def test_nothing_is_read_and_nothing_is_written(
    neighbours: Neighbours, owner_url: str
) -> None:
    loot, before, after = await _raid_ana(neighbours, owner_url, neighbours.client, PUBLIC)
    assert loot.reads == []
    assert after == before
    assert loot.requests >= 2_000
    assert {status for status in loot.statuses if status >= 500} == set()
    assert loot.statuses[404] > 500 and loot.statuses[200] > 100  # it knocked, and lived


async def _raid_ana(
    neighbours: Neighbours, owner_url: str, client: httpx.AsyncClient, skip: frozenset[str]
) -> tuple[Loot, dict[str, str], dict[str, str]]:
    ana = neighbours.ana
    before = await asyncio.to_thread(possessions, owner_url, neighbours.services, ana)
    attempts = Generator(neighbours.app.openapi(), ana, skip).attempts()
    loot = await raid(client, attempts, neighbours.ben, ana)
    after = await asyncio.to_thread(possessions, owner_url, neighbours.services, ana)
    return loot, before, after


def _leaky(neighbours: Neighbours) -> FastAPI:
    """The same application with two routes that take the tenant's word for who they are."""
    router = APIRouter(prefix="/v1/contents", route_class=Door)

    @router.get("/{content_id:uuid}")
    async def get_content(content_id: Id, services: Serving) -> Content:
        async with services.database.transaction(neighbours.ana.workspace_id) as session:
            return await Contents(session).get(content_id)

    @router.delete("/{content_id:uuid}", status_code=204)
    async def delete_content(content_id: Id, services: Serving) -> Response:
        async with services.database.transaction(neighbours.ana.workspace_id) as session:
            await Contents(session).edit(content_id, version=1, title="mine now")
        return Response(status_code=204)

    app = create_app(neighbours.services, passwords=cheap_passwords(), stream_seconds=0.1)
    app.include_router(router)
    app.router.routes.insert(0, app.router.routes.pop())
    return app


async def test_control_a_leak_is_found(neighbours: Neighbours, owner_url: str) -> None:
    """The harness is not blind: two leaky routes are found, one reading and one writing."""
    operations = {
        operation["operationId"]
        for path in neighbours.app.openapi()["paths"].values()
        for operation in path.values()
    }
    others = frozenset(operations - {"get_content", "delete_content"})
    transport = httpx.ASGITransport(_leaky(neighbours), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        loot, before, after = await _raid_ana(neighbours, owner_url, client, others)
    assert loot.reads != []
    assert {name for name in before if before[name] != after[name]} == {
        "contents",
        "content_versions",
    }


async def test_files(neighbours: Neighbours) -> None:
    """A picture is found through its own content, workspace and id, or not at all."""
    ana, ben, client = neighbours.ana, neighbours.ben, neighbours.client
    (content,), (media,) = ana.ids["content"], ana.ids["media"]
    (bens,) = ben.ids["content"]
    for path in (
        f"/v1/contents/{content}/media/{media}",
        f"/v1/contents/{bens}/media/{media}",
    ):
        answer = await client.get(path, headers=ben.credentials["owner"])
        assert answer.status_code == 404, answer.text
    own = await client.get(
        f"/v1/contents/{content}/media/{media}", headers=ana.credentials["owner"]
    )
    assert own.content == b"anasecret picture"


async def test_memory_and_threads(neighbours: Neighbours) -> None:
    """The assistant searches, and goes on with, what is the caller's alone."""
    ana, ben, client = neighbours.ana, neighbours.ben, neighbours.client
    for message in ("search for texts on anasecret", "list my articles", "show my insights"):
        answer = await client.post(
            "/v1/chat", json={"message": message}, headers=ben.credentials["owner"]
        )
        assert answer.status_code == 200, answer.text
        assert "anasecret remembered" not in answer.text and "anasecret title" not in answer.text
    body = {"message": "hello", "thread_id": ana.ids["thread"][0]}
    stolen = await client.post("/v1/chat", json=body, headers=ben.credentials["owner"])
    assert stolen.status_code == 404
    listed = await client.get("/v1/chat/threads", headers=ben.credentials["owner"])
    assert "anasecret thread" not in listed.text


async def test_streams(neighbours: Neighbours) -> None:
    """While one tenant's run moves, the other's stream stays silent about it."""
    ana, ben, client = neighbours.ana, neighbours.ben, neighbours.client
    await _requeue(neighbours, ben)
    watching = asyncio.create_task(
        client.get(
            f"/v1/campaigns/{ben.ids['campaign'][0]}/events", headers=ben.credentials["owner"]
        )
    )
    await asyncio.sleep(0.05)
    await _requeue(neighbours, ana)
    answer = await watching
    assert answer.status_code == 200 and "bensecret step" in answer.text
    assert "anasecret" not in answer.text
    foreign = f"/v1/campaigns/{ana.ids['campaign'][0]}/events"
    assert (await client.get(foreign, headers=ben.credentials["owner"])).status_code == 404


async def _requeue(neighbours: Neighbours, tenant: Tenant) -> None:
    """Let the tenant's run move, which notifies everybody who listens."""
    async with neighbours.services.database.transaction(tenant.workspace_id) as session:
        runs = Runs(session)
        run = await runs.of(UUID(tenant.ids["campaign"][0]))
        lease = await runs.lease(run.id, owner="mover", seconds=30.0)
        await runs.move(lease, RunState.RUNNING)


async def test_the_first_screen(neighbours: Neighbours, owner_url: str) -> None:
    """Pages are not in the OpenAPI document, so they are raided by hand."""
    ana, ben = neighbours.ana, neighbours.ben
    before = await asyncio.to_thread(possessions, owner_url, neighbours.services, ana)
    transport = httpx.ASGITransport(neighbours.app)
    token = ben.credentials["owner"]["Authorization"].removeprefix("Bearer ")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        browser.cookies.set(SESSION_COOKIE, token)
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        pages = [await browser.get("/")]
        for foreign in ana.every_uuid():
            pages.append(await browser.get("/", params={"campaign": foreign}))
            for verdict in ("approve", "override", "reject"):
                form = {"verdict": verdict, "content_hash": ana.ids["hash"][0], "text": "mine"}
                pages.append(await browser.post(f"/posts/{foreign}/verdict", data=form))
            for post, variant in ((foreign, ben.ids["variant"][0]), (ben.ids["post"][0], foreign)):
                used = {"place": f"{post} {ben.ids['hash'][0]}", "note": "mine"}
                pages.append(await browser.post(f"/variants/{variant}/use", data=used))
            pages.append(await browser.post(f"/voice/{foreign}", data={"enabled": "false"}))
        pages.append(await browser.post("/chat", data={"message": "find texts on anasecret"}))
    assert "bensecret" in pages[0].text
    assert [page.url for page in pages if "anasecret t" in page.text] == []
    assert {page.status_code for page in pages if page.status_code >= 500} == set()
    after = await asyncio.to_thread(possessions, owner_url, neighbours.services, ana)
    assert after == before


@pytest.mark.parametrize("name", ["X-Workspace-Id", "X-Tenant", "X-Forwarded-User"])
async def test_no_header_chooses_the_tenant(neighbours: Neighbours, name: str) -> None:
    ana, ben, client = neighbours.ana, neighbours.ben, neighbours.client
    headers = {**ben.credentials["owner"], name: str(ana.workspace_id)}
    me = (await client.get("/v1/me", headers=headers)).json()
    assert me["workspace"]["id"] == str(ben.workspace_id)


async def test_the_same_idempotency_key_is_two_keys(neighbours: Neighbours) -> None:
    """A key of one tenant never replays to the other."""
    client, body = neighbours.client, {"text": "The same words."}
    ids = []
    for tenant in (neighbours.ana, neighbours.ben):
        headers = {**tenant.credentials["owner"], "Idempotency-Key": "the-same"}
        answer = await client.post("/v1/contents", json=body, headers=headers)
        assert answer.status_code == 201 and "idempotent-replayed" not in answer.headers
        ids.append(answer.json()["id"])
    assert ids[0] != ids[1]


async def test_the_same_person_has_two_pseudonyms(neighbours: Neighbours) -> None:
    """What one tenant is allowed says nothing of the other, and neither stores the name."""
    client, path = neighbours.client, "/v1/subjects/maria@example.test/consents/analytics"
    owners = [tenant.credentials["owner"] for tenant in (neighbours.ana, neighbours.ben)]
    first = (await client.put(path, headers=owners[0])).json()["subject"]
    assert (await client.get(path, headers=owners[1])).status_code == 404
    second = (await client.put(path, headers=owners[1])).json()["subject"]
    assert first != second and "maria" not in first
