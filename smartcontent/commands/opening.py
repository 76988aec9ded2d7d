"""How commands come by the product: settings read, everything opened, closed at the end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import ValidationError

from smartcontent.bootstrap import Clock, Product, Telling, now, open_product, silent
from smartcontent.errors import SetupProblem
from smartcontent.settings import Settings

T = TypeVar("T")


def read_settings() -> Settings:
    """Settings from the environment.  Raises SetupProblem naming each that cannot be used."""
    try:
        return Settings()
    except ValidationError as problem:
        wrong = [
            f"SMARTCONTENT_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}"
            for e in problem.errors()
        ]
        raise SetupProblem(
            f"Settings that cannot be used: {'; '.join(wrong)}.",
            todo="Correct them in the environment or in .env; `smartcontent doctor` lists all.",
        ) from problem


def with_product(
    work: Callable[[Product], Awaitable[T]], *, told: Telling = silent, clock: Clock = now
) -> T:
    """Open the product, do the work, close it.  `told` hears each step of the opening."""

    async def opened() -> T:
        async with open_product(read_settings(), told=told, clock=clock) as product:
            return await work(product)

    return asyncio.run(opened())
