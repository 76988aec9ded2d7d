"""`smartcontent learn …`: how the learner is, who is in charge, and on what evidence."""

from asyncio import to_thread
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from graph.checkup import check_health
from graph.engagement import state_of_model
from graph.promoting import promote, shadow
from graph.track import track_record
from graph.trials import PAGE, evaluate_policy
from smartcontent.bootstrap import Product
from smartcontent.commands.home import home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from smartcontent.content import Noun
from smartcontent.errors import InvalidInput, NotFound
from store.database import Session
from store.decisions import Decisions
from store.evaluations import Evaluations
from store.registry import RegisteredPolicy, Registry
from tools.show_insights import latest_lift

Told = dict[str, Any]
MARKS = {"in_charge": "*", "shadow": " ", "retired": "-"}


@dataclass(frozen=True)
class Desk:
    """The product, and a transaction in the workspace of whoever runs the command line."""

    product: Product
    session: Session
    workspace_id: UUID

    @property
    def registry(self) -> Registry:
        return Registry(self.session)

    async def named(self, name: str) -> RegisteredPolicy:
        """Raises NotFound."""
        for policy in await self.registry.list(limit=200):
            if policy.name == name:
                return policy
        raise NotFound(f"There is no policy {name}.", todo="List them: smartcontent learn status")


def run(*, what: str, json: bool, **asked: Any) -> None:
    """Do one of the works below."""

    async def done(product: Product) -> Told:
        workspace_id = (await home(product)).caller.workspace_id
        async with product.services.database.transaction(workspace_id) as session:
            return await WORKS[what](Desk(product, session, workspace_id), **asked)

    finish(with_product(done), json=json)


async def status(desk: Desk) -> Told:
    services = desk.product.services
    await desk.registry.ensure(services.policies.charges.name)
    window = timedelta(minutes=services.settings.reward_window_minutes)
    found = await check_health(desk.session, services.policies, window=window, now=services.clock())
    lift = await latest_lift(desk.session)
    policies = await desk.registry.list()
    for policy in policies:
        say(f"{MARKS[policy.state]} {policy.name:<24} {policy.state.replace('_', ' ')}")
    say(f"Lift: {lift.verdict if lift else 'not measured yet'}")
    track = await track_record(desk.session, services.policies)
    model = await state_of_model(desk.session)
    say(f"Forecasts: {track.whole.sentence}; {model}")
    for finding in found.findings:
        say(f"  {finding.level:<8} {finding}")
    health = [vars(finding) for finding in found.findings]
    figures = {
        "health": health,
        "decisions": found.decisions,
        "forecasts": asdict(track),
        "model": model,
    }
    return {"policies": policies, "lift": lift, **figures}


async def add_shadow(
    desk: Desk, *, name: str, kind: str, settings: Sequence[str], since: int
) -> Told:
    policies, given = desk.product.services.policies, dict(map(read_setting, settings))
    made = await shadow(
        desk.session, policies, desk.workspace_id, name=name, kind=kind, settings=given, since=since
    )
    say(f"{made.name} learns in the shadow.  Then: smartcontent learn evaluate {made.name}")
    return _plain(made)


async def evaluate(desk: Desk, *, name: str) -> Told:
    policy = await desk.named(name)
    made = await evaluate_policy(desk.session, desk.product.services.policies, policy.id)
    said = made.details
    say(f"{said['policy']} against {said['against']}, over {said['decisions']:,} decisions:")
    say(f"  {made.estimate.verdict}")
    for who in ("current", "candidate"):
        say(f"  {who:<10} {said[who]['verdict']}")
    say("It may be promoted." if said["promote"] else "It may not be promoted yet.")
    return _plain(made)


async def take_over(desk: Desk, *, name: str) -> Told:
    services, policy = desk.product.services, await desk.named(name)
    made = await promote(desk.session, services.policies, policy.id, now=services.clock())
    say(f"{made.name} is in charge.  The way back: smartcontent learn rollback")
    return _plain(made)


async def roll_back(desk: Desk) -> Told:
    made = await desk.registry.roll_back()
    say(f"{made.name} is in charge again.")
    return _plain(made)


async def replay(desk: Desk) -> Told:
    """Fold the log from its beginning, up to where the kept state is, and compare the two."""
    charge = await desk.product.services.policies.charges.in_charge(desk.session)
    kept, again = charge.restored(await charge.latest(desk.session)), charge.fresh()
    async for page in Decisions(desk.session).closed(after_position=again.position, size=PAGE):
        await to_thread(again.take, [one for one in page if one.position <= kept.position])
    same = again.hash == kept.hash
    say(f"{again.taken:,} entries of the log, learned again from the first: {again.hash}")
    say("The state that is kept is the same." if same else "The state that is kept differs.")
    return {"taken": again.taken, "position": again.position, "hash": again.hash, "same": same}


async def evaluations(desk: Desk) -> Told:
    found = await Evaluations(desk.session).list(limit=20)
    for one in found:
        say(f"{one.created_at:%Y-%m-%d %H:%M}  {one.kind:<10} {one.estimate.verdict}")
    return {"items": found}


def read_setting(text: str) -> tuple[str, float]:
    """
    >>> read_setting("epsilon=0.05")
    ('epsilon', 0.05)
    """
    name, sign, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        raise InvalidInput(f"{text} is no setting.", todo="Write it like epsilon=0.05.") from None


def _plain(noun: Noun) -> Told:
    return noun.model_dump(mode="json")


WORKS: dict[str, Callable[..., Awaitable[Told]]] = {
    "status": status,
    "shadow": add_shadow,
    "evaluate": evaluate,
    "evaluations": evaluations,
    "promote": take_over,
    "rollback": roll_back,
    "replay": replay,
}
