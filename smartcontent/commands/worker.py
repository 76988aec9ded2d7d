"""`smartcontent worker`: a worker alone."""

from jobs.worker import run_worker
from smartcontent.bootstrap import Product
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import say


def run() -> None:
    with_product(work)


async def work(product: Product) -> None:
    say("Working: campaigns, posts that are due, learning. Stop with Ctrl+C.")
    await run_worker(product.services.database.url, product.duties, signals=True)
