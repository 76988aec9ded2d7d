"""Worlds whose taste is known, played small; the full sizes are the command's defaults."""

import pytest

from smartcontent.bootstrap import Product
from smartcontent.commands.demo import World, play
from smartcontent.commands.stage import Stage
from smartcontent.commands.world import WorldClock

VISITORS = 700


async def played(product: Product, clock: WorldClock, **asked: object) -> dict[str, object]:
    wishes = {
        "favour": None,
        "constant": False,
        "null": False,
        "consent": False,
        "then_revoke": False,
        "visitors": VISITORS,
        "seed": 3,
    }
    world = World(**{**wishes, **asked})  # type: ignore[arg-type]
    try:
        return await play(await Stage.new(product, clock, "World"), world)
    finally:
        clock.at = None


@pytest.mark.parametrize("favourite", ["story", "quote"])
async def test_rewards_move_the_strategy(
    product: Product, clock: WorldClock, favourite: str
) -> None:
    result = await played(product, clock, favour=favourite)
    assert result["shift"][favourite] > 0.2  # type: ignore[index]


async def test_a_constant_reward_moves_nothing(product: Product, clock: WorldClock) -> None:
    result = await played(product, clock, constant=True)
    assert max(map(abs, result["shift"].values())) < 0.1  # type: ignore[attr-defined]


async def test_without_consent_there_is_everyone_and_nothing_personal_is_read(
    product: Product, clock: WorldClock
) -> None:
    result = await played(product, clock, null=True, consent=False)
    assert [segment["name"] for segment in result["segments"]] == ["everyone"]  # type: ignore[attr-defined]
    assert result["personal_rows_read"] == 0


async def test_consent_gives_segments_and_revoking_takes_them(
    product: Product, clock: WorldClock
) -> None:
    result = await played(
        product, clock, favour="how_to", consent=True, then_revoke=True, visitors=1500, seed=1
    )
    assert len(result["segments"]) > 1  # type: ignore[arg-type]
    assert result["personal_rows_read"] > 0  # type: ignore[operator]
    assert result["segments_after_revoking"] == []
    assert result["personal_rows_read_after_revoking"] == 0
