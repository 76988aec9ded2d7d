"""Ranking a campaign's texts: what they let expect is told to the learner, read and not made."""

from typing import Any
from uuid import UUID

import httpx

from api.deps import Services
from api.expectations import KEPT, Expectations
from store.database import Database
from store.posts import Posts
from tests.store.scene import Scene, stage

Headers = dict[str, str]
TOLD = {"expected": 0.25, "expected.sd": 0.125}


async def staged(database: Database, workspace: UUID) -> Scene:
    async with database.transaction(workspace) as session:
        return await stage(session, expected=0.25, expected_sd=0.125)


async def workspace_of(client: httpx.AsyncClient, headers: Headers) -> UUID:
    return UUID((await client.get("/v1/me", headers=headers)).json()["workspace"]["id"])


async def told(client: httpx.AsyncClient, headers: Headers, body: dict[str, Any]) -> dict[str, Any]:
    """The features of every action, as logged."""
    answer = await client.post("/v1/decisions/rank", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    path = f"/v1/decisions/{answer.json()['id']}"
    actions = (await client.get(path, headers=headers)).json()["actions"]
    return {action["id"]: action["features"] for action in actions}


async def test_a_campaigns_texts_are_told_apart_and_strangers_are_not(
    client: httpx.AsyncClient, owner_headers: Headers, services: Services
) -> None:
    scene = await staged(services.database, await workspace_of(client, owner_headers))
    post, variant = str(scene.post.id), str(scene.variant.id)
    actions = [{"id": post, "features": {"strategy": "story"}}, {"id": variant}, {"id": "other"}]
    body = {"actions": actions, "campaign_id": str(scene.campaign.id)}
    features = await told(client, owner_headers, body)
    assert features == {post: {**TOLD, "strategy": "story"}, variant: TOLD, "other": {}}
    mine = {**body, "actions": [{"id": post, "features": {"expected": -1.0}}]}
    assert (await told(client, owner_headers, mine))[post]["expected"] == -1.0
    without = {"actions": actions}
    assert (await told(client, owner_headers, without))[variant] == {}


async def test_they_are_read_once_in_a_while_and_not_of_texts_that_were_reworded(
    database: Database, workspace: UUID
) -> None:
    scene, seconds = await staged(database, workspace), [0.0]
    expectations = Expectations(clock=lambda: seconds[0])
    post, campaign = str(scene.post.id), scene.campaign.id
    async with database.transaction(workspace) as session:
        assert (await expectations.of(session, workspace, campaign))[post] == TOLD
        hash = scene.post.content_hash
        await Posts(session).approve(scene.post.id, content_hash=hash, by=None, text="Mine.")
        assert post in await expectations.of(session, workspace, campaign)
        seconds[0] = KEPT + 1.0
        again = await expectations.of(session, workspace, campaign)
    assert again == {str(scene.variant.id): TOLD}


async def test_another_workspace_reads_nothing(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    scene, expectations = await staged(database, workspace), Expectations()
    async with database.transaction(workspace) as session:
        assert await expectations.of(session, workspace, scene.campaign.id)
    async with database.transaction(second_workspace) as session:
        assert await expectations.of(session, second_workspace, scene.campaign.id) == {}
