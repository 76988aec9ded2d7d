"""`smartcontent campaign show ID`: how far a campaign came, and what was overridden in it."""

from uuid import UUID

from smartcontent.bootstrap import Product
from smartcontent.commands.campaign import tell
from smartcontent.commands.home import home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish
from smartcontent.errors import NotFound


def run(*, campaign: str, json: bool) -> None:
    try:
        id = UUID(campaign)
    except ValueError:
        raise NotFound(f"There is no campaign {campaign}.", todo="Give its id.") from None

    async def shown(product: Product) -> dict[str, object]:
        return await tell(product, (await home(product)).caller, id)

    finish(with_product(shown), json=json)
