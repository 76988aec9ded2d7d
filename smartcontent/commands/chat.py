"""`smartcontent chat`: one question, or a conversation."""

from typing import Any
from uuid import UUID

import typer

from smartcontent.bootstrap import Product
from smartcontent.commands.home import home
from smartcontent.commands.opening import with_product
from smartcontent.commands.screen import finish, say

GOODBYE = {"", "exit", "quit", "bye"}


def run(*, message: str | None, json: bool) -> None:
    if message is None:
        with_product(talk)
    else:
        finish(with_product(lambda product: turn(product, message)), json=json)


async def talk(product: Product) -> None:
    say("Ask what worked, why a post was chosen, or for drafts. Leave with an empty line.")
    thread: UUID | None = None
    while (message := typer.prompt("you", default="", show_default=False)) not in GOODBYE:
        thread = (await turn(product, message, thread))["thread_id"]


async def turn(product: Product, message: str, thread: UUID | None = None) -> dict[str, Any]:
    owner = await home(product)
    reply = await product.services.assistant(owner.caller, thread, message)
    say(reply.text.replace("[", r"\["))
    return dict(reply)
