"""`smartcontent worker`: a worker alone."""

import asyncio

from jobs.worker import run_worker
from smartcontent.bootstrap import Product
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import say


def run() -> None:
    with_product(work)


async def work(product: Product) -> None:
    """Until stopped; events that the server took in are heard of, so policies stay current."""
    say("Working: campaigns, posts that are due, learning. Stop with Ctrl+C.")
    database = product.services.database
    watching = asyncio.create_task(product.team.policies.watch(database))
    try:
        await run_worker(database.url, product.duties, signals=True)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
