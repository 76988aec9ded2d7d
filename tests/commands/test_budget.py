"""`smartcontent model budget`: limits are set one by one, and taken away together."""

import pytest

from smartcontent.bootstrap import Product
from smartcontent.commands.budget import Wish, settled
from store.budgets import Limits


@pytest.mark.parametrize(
    ("wish", "limits"),
    [
        (Wish(None, None, False), None),
        (Wish(500, None, False), Limits(tokens=500, micros=7)),
        (Wish(None, 2.5, False), Limits(tokens=10, micros=2_500_000)),
        (Wish(0, 0.0, False), Limits(tokens=0, micros=0)),
        (Wish(5, None, True), Limits()),
    ],
)
def test_what_is_not_said_stays(wish: Wish, limits: Limits | None) -> None:
    assert wish.over(Limits(tokens=10, micros=7)) == limits


async def test_it_is_kept_for_the_workspace(product: Product) -> None:
    limits, spent = await settled(product, Wish(1_000, 1.0, False))
    assert limits == Limits(tokens=1_000, micros=1_000_000)
    assert spent.calls >= 0
    assert (await settled(product, Wish(None, None, False)))[0] == limits
    assert (await settled(product, Wish(None, None, True)))[0] == Limits()
