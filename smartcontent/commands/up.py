"""`smartcontent up`: everything on this machine, with a demo in an empty database."""

import asyncio
from datetime import UTC, datetime
from time import perf_counter

from jobs.worker import run_worker
from smartcontent.bootstrap import Product
from smartcontent.commands.demo import FIRST, SECOND
from smartcontent.commands.home import Home, home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import say
from smartcontent.commands.serve import address, chosen, require_free, server
from smartcontent.commands.stage import Stage
from smartcontent.commands.world import Audience, WorldClock
from smartcontent.settings import Settings
from store.campaigns import Campaigns

VISITS = 600
SEED = 7


def run(*, port: int | None, demo: bool, once: bool) -> None:
    settings = chosen(port)
    require_free(settings)
    clock = WorldClock()
    with_product(
        lambda product: everything(product, clock, settings, demo, once), told=say, clock=clock
    )


async def everything(
    product: Product, clock: WorldClock, settings: Settings, demo: bool, once: bool
) -> None:
    """Demo when nothing is there yet, then server and worker until somebody stops them."""
    owner = await home(product)
    if demo and await untouched(product, owner):
        await show_demo(await Stage.of(product, clock, owner.caller))
    serving = server(product, settings)
    running = [
        asyncio.create_task(run_worker(product.services.database.url, product.duties)),
        asyncio.create_task(product.team.policies.watch(product.services.database)),
    ]
    greeting = asyncio.create_task(greet(serving, settings, owner, once))
    try:
        await serving.serve()
    finally:
        for task in (*running, greeting):
            task.cancel()
        await asyncio.gather(*running, greeting, return_exceptions=True)


async def untouched(product: Product, owner: Home) -> bool:
    async with product.services.database.transaction(owner.caller.workspace_id) as session:
        return FIRST.exists() and not await Campaigns(session).list(limit=1)


async def show_demo(stage: Stage) -> None:
    """One article published, a simulated audience, and a second article waiting for approval."""
    since = perf_counter()
    say(f"\nA demo: the article {FIRST.name} becomes posts, approved and published here.")
    stage.begin()
    campaign = await stage.campaign(FIRST, posts=8, within_hours=0, auto_approve=True)
    await stage.say_steps(campaign)
    say(f"\nA simulated audience visits {VISITS} times; it likes stories best.")
    audience = Audience(favour="story", constant=False, seed=SEED)
    await stage.consent(audience, granted=True)
    visits = audience.visits(VISITS, until=datetime.now(UTC))
    before = await stage.chances()
    await stage.play(audience, visits, await stage.published(campaign), known=True)
    after = await stage.chances()
    for name, share in sorted(after.items(), key=lambda item: -item[1])[:3]:
        say(f"  {name:<20} chosen {before[name]:.0%} of the time before, {share:.0%} now")
    say(f"\nA second article, {SECOND.name}: its posts wait for your yes.")
    await stage.say_steps(await stage.campaign(SECOND, posts=3))
    say(f"\nThe demo took {perf_counter() - since:.1f} s.")


async def greet(serving: object, settings: Settings, owner: Home, once: bool) -> None:
    """Say where to look, once the server answers."""
    while not getattr(serving, "started", False):
        await asyncio.sleep(0.05)
    url = address(settings)
    say("")
    say(f"[bold]SmartContent is up at {url}[/bold]")
    say(f"  sign in     {owner.email}  /  {owner.password}")
    say(f"  the feed    {url}/feed/{owner.caller.workspace_id}")
    say(f"  the API     {url}/openapi.json")
    say("  stop        Ctrl+C; the database goes on until `smartcontent down`")
    if once:
        serving.should_exit = True  # type: ignore[attr-defined]
