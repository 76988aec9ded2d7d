"""`smartcontent model budget`: what a language model may cost in a month, and what it has."""

from dataclasses import dataclass

from smartcontent.bootstrap import Product
from smartcontent.commands.home import home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say
from store.budgets import MILLION, Budgets, Limits, Spent


@dataclass(frozen=True)
class Wish:
    """New limits; None leaves a limit as it is, and `unlimited` takes both away."""

    tokens: int | None
    cost: float | None
    unlimited: bool

    def over(self, now: Limits) -> Limits | None:
        """The limits as wished, None when nothing was."""
        if self.unlimited:
            return Limits()
        if self.tokens is None and self.cost is None:
            return None
        micros = now.micros if self.cost is None else round(self.cost * MILLION)
        return Limits(tokens=now.tokens if self.tokens is None else self.tokens, micros=micros)


def run(*, tokens: int | None, cost: float | None, unlimited: bool, json: bool) -> None:
    wish = Wish(tokens, cost, unlimited)
    limits, spent = with_product(lambda product: settled(product, wish))
    say(f"This month ({spent.month:%B %Y}), {spent.calls} calls:")
    say(f"  tokens      {spent.tokens:,} of {_most(limits.tokens)}")
    cost_limit = None if limits.micros is None else limits.micros / MILLION
    say(f"  cost        {spent.micros / MILLION:,.2f} of {_most(cost_limit)}")
    finish({"limits": limits, "spent": spent}, json=json)


async def settled(product: Product, wish: Wish) -> tuple[Limits, Spent]:
    """The workspace's limits after the wish, and what was spent."""
    workspace = (await home(product)).caller.workspace_id
    async with product.team.database.transaction(workspace) as session:
        budgets = Budgets(session, product.team.budget)
        wished = wish.over(await budgets.limits())
        if wished is not None:
            await budgets.set(wished)
        return await budgets.limits(), await budgets.spent()


def _most(limit: float | None) -> str:
    return "no limit" if limit is None else f"{limit:,}"
