"""A campaign that is cancelled leaves nothing to go on from."""

from uuid import UUID

import httpx
from sqlalchemy import text

from jobs.worker import run_worker
from smartcontent.bootstrap import Product
from smartcontent.commands.home import Home
from store.runs import Runs

STEPS = text("SELECT count(*) FROM checkpoints.checkpoints WHERE thread_id = :thread")


async def kept_of(product: Product, owner: Home, campaign: str) -> int:
    """How many checkpoints the campaign's thread has."""
    async with product.services.database.transaction(owner.caller.workspace_id) as session:
        run = await Runs(session).of(UUID(campaign))
        found = await session.execute(STEPS, {"thread": str(run.id)})
        return int(found.scalar_one())


async def test_a_cancelled_campaigns_thread_goes_at_once(
    product: Product, http: httpx.AsyncClient, owner: Home
) -> None:
    url, duties = product.services.database.url, product.duties
    bread = {"text": "Bread needs patience, flour, water and time. A starter lives for years."}
    content = (await http.post("/v1/contents", json=bread)).json()["id"]
    asked = {"content_id": content, "settings": {"posts": 1}}
    campaign = (await http.post("/v1/campaigns", json=asked)).json()["id"]
    await run_worker(url, duties, until_idle=True)
    assert await kept_of(product, owner, campaign) > 0
    assert (await http.post(f"/v1/campaigns/{campaign}/cancel")).status_code == 200
    await run_worker(url, duties, until_idle=True)
    assert await kept_of(product, owner, campaign) == 0
