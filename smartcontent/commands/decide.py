"""`smartcontent decide a b --context device=phone`: one decision, logged like any other."""

from typing import Any

from api.pseudonyms import Pseudonyms
from graph.decide import DecisionRequest, decide
from smartcontent import consent
from smartcontent.bootstrap import Product
from smartcontent.commands.home import home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from smartcontent.content import Features, FeatureValue
from smartcontent.decision import Action
from smartcontent.errors import InvalidInput
from store.consents import Consents
from store.workspaces import Workspaces


def run(*, actions: list[str], context: list[str] | None, subject: str | None, json: bool) -> None:
    asked = [read_action(text) for text in actions]
    known = dict(map(read_pair, context or []))
    finish(with_product(lambda product: rank(product, asked, known, subject)), json=json)


def read_action(text: str) -> Action:
    """`id` or `id:key=value,key=value`.

    >>> read_action("a:tone=warm,length=120").features
    {'tone': 'warm', 'length': 120.0}
    """
    name, _, features = text.partition(":")
    if not name:
        raise InvalidInput("An action has no id.", todo="Write it as id or id:key=value.")
    return Action(id=name, features=dict(map(read_pair, filter(None, features.split(",")))))


def read_pair(text: str) -> tuple[str, FeatureValue]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise InvalidInput(f"{text} is no key=value.", todo="Write it like device=phone.")
    try:
        return name, float(value)
    except ValueError:
        return name, value


async def rank(
    product: Product, actions: list[Action], context: Features, subject: str | None
) -> dict[str, Any]:
    owner = await home(product)
    services, workspace_id = product.services, owner.caller.workspace_id
    async with services.database.transaction(workspace_id) as session:
        hidden = None
        if subject:
            hidden = await Pseudonyms(services.vault).of(session, workspace_id, subject)
        allowed = hidden and consent.allows(await Consents(session).of(hidden), "personalisation")
        workspace = await Workspaces(session).get()
        request = DecisionRequest(
            kind="impression",
            context=context,
            actions=actions,
            subject=hidden if allowed else None,
            unit=hidden,
        )
        [decision] = await decide(
            session,
            [request],
            policies=services.policies,
            learner=services.learner,
            holdback=workspace.holdback,
            now=services.clock(),
            workspace_id=workspace_id,
        )
    say(f"[bold]{decision.chosen}[/bold]  {decision.explanation.sentence}")
    for name, share in sorted(decision.propensities.items(), key=lambda item: -item[1]):
        say(f"  {share:6.1%}  {name}")
    return decision.model_dump(mode="json", exclude={"actions"})
