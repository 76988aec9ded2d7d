"""Group commit: shared under load, alone when alone, and one's mistake is one's own."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import httpx
import pytest

from api.together import MOST, Together

HERE, THERE = uuid4(), uuid4()


class Doubling:
    """Doubles numbers slowly, all of a batch at once; zero is a mistake."""

    def __init__(self) -> None:
        self.batches: list[tuple[UUID, list[int]]] = []

    async def __call__(self, workspace_id: UUID, asked: Sequence[int]) -> list[int]:
        await asyncio.sleep(0.01)
        if 0 in asked:
            raise ZeroDivisionError
        self.batches.append((workspace_id, list(asked)))
        return [2 * number for number in asked]


async def test_one_waits_for_nobody_and_many_share() -> None:
    work = Doubling()
    together = Together(work)
    assert await together.do(HERE, 1) == 2
    answers = await asyncio.gather(*(together.do(HERE, number) for number in range(1, 300)))
    assert answers == [2 * number for number in range(1, 300)]
    assert [len(batch) for _, batch in work.batches] == [1, MOST, MOST, 99]


async def test_workspaces_never_share() -> None:
    work = Doubling()
    together = Together(work)
    asked = [together.do((HERE, THERE)[n % 2], n + 1) for n in range(40)]
    await asyncio.gather(*asked)
    for workspace, batch in work.batches:
        assert {number % 2 for number in batch} == {1 if workspace == HERE else 0}


async def test_a_mistake_is_told_to_whoever_made_it() -> None:
    work = Doubling()
    together = Together(work)
    asked = (together.do(HERE, number) for number in (1, 2, 0, 3))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert answers[:2] == [2, 4] and answers[3] == 6
    assert isinstance(answers[2], ZeroDivisionError)
    assert sorted(number for _, batch in work.batches for number in batch) == [1, 2, 3]


async def test_whoever_leaves_does_not_stop_the_others() -> None:
    together = Together(Doubling())
    gone, stays = (asyncio.create_task(together.do(HERE, number)) for number in (1, 2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await together.do(HERE, 5) == 10


async def test_decisions_that_share_a_commit_are_all_there(
    client: httpx.AsyncClient, owner_headers: dict[str, str]
) -> None:
    """Sixty at once, two of them wrong: the others are decided, logged and different rows."""
    bodies = [{"actions": [{"id": "a"}, {"id": "b"}]} for _ in range(60)]
    bodies[7]["campaign_id"] = str(uuid4())  # type: ignore[assignment]
    bodies[8]["actions"] = [{"id": "a"}, {"id": "a"}]
    answers = await asyncio.gather(
        *(client.post("/v1/decisions/rank", json=one, headers=owner_headers) for one in bodies)
    )
    assert [answers[7].status_code, answers[8].status_code] == [404, 409]
    ids = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    query = {"limit": 100}
    listed = await client.get("/v1/decisions", params=query, headers=owner_headers)
    assert len(ids) == 58 and {one["id"] for one in listed.json()["items"]} == ids


async def test_a_keyed_decision_is_made_once(
    client: httpx.AsyncClient, owner_headers: dict[str, str]
) -> None:
    keyed = {**owner_headers, "Idempotency-Key": "visit-1"}
    body = {"actions": [{"id": "a"}, {"id": "b"}]}
    first, again = [
        await client.post("/v1/decisions/rank", json=body, headers=keyed) for _ in range(2)
    ]
    assert first.status_code == 201 and again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"
    bad = {"actions": [{"id": "a"}], "campaign_id": str(uuid4())}
    failed = {**owner_headers, "Idempotency-Key": "visit-2"}
    answer = await client.post("/v1/decisions/rank", json=bad, headers=failed)
    assert answer.status_code == 404
    assert (await client.post("/v1/decisions/rank", json=body, headers=failed)).status_code == 201
