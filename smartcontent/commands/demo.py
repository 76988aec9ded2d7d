"""`smartcontent demo`: a small world, played through decide, publish, event and reward."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from smartcontent.bootstrap import Product
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from smartcontent.commands.stage import Stage
from smartcontent.commands.world import Audience, WorldClock
from smartcontent.decision import Estimate
from smartcontent.errors import UnknownStrategy
from store.events import Events
from tools.show_insights import show_insights
from tools.strategies import strategies

ARTICLES = Path(__file__).parents[2] / "examples" / "articles"
FIRST, SECOND = ARTICLES / "every-kid-in-a-park.md", ARTICLES / "a-bot-named-dolores.md"


@dataclass(frozen=True)
class World:
    """What is asked of a world."""

    favour: str | None
    constant: bool
    null: bool
    consent: bool
    then_revoke: bool
    visitors: int
    seed: int

    @property
    def audience(self) -> Audience:
        favour = None if self.null else self.favour
        return Audience(favour=favour, constant=self.constant, seed=self.seed)


def run(*, seeds: int, json: bool, consent: str, seed: int, **options: Any) -> None:
    if not (options["null"] or options["constant"]):
        options["favour"] = options["favour"] or "story"
    require_strategy(options["favour"])
    worlds = [
        World(consent=consent == "all", seed=seed + number, **options) for number in range(seeds)
    ]
    clock = WorldClock()
    finish(with_product(lambda product: play_all(product, clock, worlds), clock=clock), json=json)


def require_strategy(name: str | None) -> None:
    known = [strategy.name for strategy in strategies()]
    if name is not None and name not in known:
        raise UnknownStrategy(
            f"There is no strategy {name}.", todo=f"There are: {', '.join(known)}.", name=name
        )


async def play_all(product: Product, clock: WorldClock, worlds: Sequence[World]) -> dict[str, Any]:
    """One world tells of itself; many are counted: in how many was a lift claimed?"""
    played = []
    for world in worlds:
        played.append(await play(await Stage.new(product, clock, "Demo world"), world))
        say_result(played[-1])
    if len(played) == 1:
        return played[0]
    claims = sum(result["claimed"] for result in played)
    say(f"{claims} of {len(played)} worlds claimed a lift.")
    return {"worlds": len(played), "claimed": claims, "runs": played}


async def play(stage: Stage, world: World) -> dict[str, Any]:
    """Publish an article in every strategy, let people visit, and see what changed."""
    started = perf_counter()
    audience = world.audience
    stage.begin()
    campaign = await stage.campaign(FIRST, posts=10, within_hours=0, auto_approve=True)
    actions = await stage.published(campaign)
    before = await stage.chances()
    if world.consent:
        await stage.consent(audience, granted=True)
    visits = audience.visits(world.visitors, until=datetime.now(UTC))
    await stage.play(audience, visits, actions, known=world.consent)
    after = await stage.chances()
    lift = await last_lift(stage)
    return {
        "seed": world.seed,
        "favour": world.favour,
        "published": len(actions),
        "decisions": len(visits),
        "before": before,
        "after": after,
        "shift": {name: round(after[name] - before[name], 4) for name in before},
        "lift": lift,
        "claimed": claimed(lift),
        **await segmented(stage, world, audience),
        "seconds": round(perf_counter() - started, 2),
    }


async def last_lift(stage: Stage) -> Estimate | None:
    database = stage.product.services.database
    async with database.transaction(stage.caller.workspace_id) as session:
        return (await show_insights("strategies", session=session)).lift


def claimed(lift: Estimate | None) -> bool:
    """A lift is claimed when its interval leaves zero out."""
    if lift is None:
        return False
    above = lift.low is not None and lift.low > 0
    below = lift.high is not None and lift.high < 0
    return above or below


async def segmented(stage: Stage, world: World, audience: Audience) -> dict[str, Any]:
    """The next campaign groups the audience anew; revoking empties the groups at once."""
    await stage.campaign(SECOND, posts=1)
    segments = await stage.segments()
    told: dict[str, Any] = {
        "segments": [{"name": s.name, "size": s.size} for s in segments],
        "personal_rows_read": await personal_rows(stage),
    }
    if world.then_revoke:
        await stage.consent(audience, granted=False)
        revoked = perf_counter()
        left = [segment.name for segment in await stage.segments() if not segment.everyone]
        told |= {
            "segments_after_revoking": left,
            "seconds_after_revoking": round(perf_counter() - revoked, 3),
            "personal_rows_read_after_revoking": await personal_rows(stage),
        }
    return told


async def personal_rows(stage: Stage) -> int:
    """How many rows about persons the segmenter is given now."""
    services = stage.product.services
    async with services.database.transaction(stage.caller.workspace_id) as session:
        events = Events(session)
        await events.behaviours(now=services.clock())
        return events.personal_rows_read


def say_result(result: Mapping[str, Any]) -> None:
    say(f"\nWorld {result['seed']}: {result['decisions']} decisions in {result['seconds']} s")
    for name, share in sorted(result["after"].items(), key=lambda item: -item[1]):
        say(f"  {name:<20} {result['before'][name]:6.1%} -> {share:6.1%}")
    lift = result["lift"]
    say(f"  {lift.verdict if lift else 'No lift has been measured yet.'}")
    names = ", ".join(f"{segment['name']} ({segment['size']})" for segment in result["segments"])
    say(f"  segments: {names}; {result['personal_rows_read']} personal rows read")
