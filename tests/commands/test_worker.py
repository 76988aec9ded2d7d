"""A worker alone hears of events that a server took in."""

import asyncio

import pytest
from sqlalchemy import text

from smartcontent.bootstrap import Product
from smartcontent.commands.worker import work

LISTENERS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND query ILIKE 'LISTEN%smartcontent_events%'"
)


async def listeners(product: Product) -> int:
    async with product.services.database.definer() as session:
        return int((await session.execute(LISTENERS)).scalar_one())


async def test_a_worker_listens_while_it_works(product: Product) -> None:
    assert await listeners(product) == 0
    working = asyncio.create_task(work(product))
    async with asyncio.timeout(20):
        while not await listeners(product):
            await asyncio.sleep(0.1)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
