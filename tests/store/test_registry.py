"""Policies and rewards of a workspace: versions, who is in charge, and the way back."""

from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from smartcontent.errors import AlreadyExists, NotFound, WrongState
from store.database import Database
from store.registry import RegisteredPolicy, Registry
from store.rewards import Rewards
from store.rows import new_id
from store.snapshots import Snapshots
from store.tables import POLICIES
from tests.store.test_learned import snapshot


async def shadow(registry: Registry, name: str) -> RegisteredPolicy:
    return await registry.shadow(name=name, kind="uniform", settings={"epsilon": 0.2}, most=3)


async def test_the_products_own_is_in_charge_until_somebody_says_otherwise(
    database: Database, workspace: UUID
) -> None:
    async with database.transaction(workspace) as session:
        registry = Registry(session)
        assert await registry.in_charge() is None
        first = await registry.ensure("vowpal")
        assert await registry.ensure("linear") == first  # a new release promotes nobody
        assert (first.name, first.state, first.settings) == ("vowpal", "in_charge", {})


async def test_promoting_and_going_back_step_by_step(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        registry = Registry(session)
        first = await registry.ensure("vowpal")
        second, third = await shadow(registry, "second"), await shadow(registry, "third")
        for policy in (second, third):
            assert (await registry.promote(policy.id)).state == "in_charge"
        assert {one.name for one in await registry.shadows()} == {"vowpal", "second"}
        assert (await registry.roll_back()).id == second.id
        assert (await registry.roll_back()).id == first.id
        with pytest.raises(WrongState):
            await registry.roll_back()
        assert [one.policy_id for one in await registry.promotions()] == [third.id, second.id]
        assert all(one.undone_at for one in await registry.promotions())


async def test_what_cannot_be_done_is_refused(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        registry = Registry(session)
        first = await registry.ensure("vowpal")
        made = await shadow(registry, "made")
        for wrong in (registry.promote(first.id), registry.retire(first.id)):
            with pytest.raises(WrongState):
                await wrong
        with pytest.raises(AlreadyExists):
            await shadow(registry, "made")
        with pytest.raises(NotFound):
            await registry.promote(new_id())
        assert (await registry.retire(made.id)).state == "retired"
        with pytest.raises(WrongState):
            await registry.promote(made.id)
        for name in ("a", "b", "c"):
            await shadow(registry, name)
        with pytest.raises(WrongState, match="3 policies"):
            await shadow(registry, "d")


async def test_two_in_charge_cannot_be(database: Database, workspace: UUID) -> None:
    """The planted fault: the database itself refuses what the code never tries."""
    with pytest.raises(IntegrityError):
        async with database.transaction(workspace) as session:
            registry = Registry(session)
            await registry.ensure("vowpal")
            made = await shadow(registry, "second")
            forced = POLICIES.update().where(POLICIES.c.id == made.id)
            await session.execute(forced.values(state="in_charge"))


async def test_rewards_are_versions(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        rewards, registry = Rewards(session), Registry(session)
        assert await rewards.current() is None and (await registry.setup()).rewards is None
        for number in (1, 2):
            assert (await rewards.add({"weights": {"click": number}})).version == number
        current = await rewards.current()
        assert current is not None and current.spec == {"weights": {"click": 2}}
        assert (await registry.setup()).rewards == current


async def test_a_snapshot_holds_for_one_spec_of_rewards(
    database: Database, workspace: UUID
) -> None:
    async with database.transaction(workspace) as session:
        snapshots = Snapshots(session)
        old, new = snapshot(9), snapshot(3)
        await snapshots.add(old, rewards="old", taken=9)
        await snapshots.add(new, rewards="new", taken=3, parent=old.id, card={"kind": "v"})
        assert await snapshots.latest("vowpal", rewards="new") == new
        assert await snapshots.latest("vowpal") is None
        assert {card.taken for card in await snapshots.cards("vowpal")} == {3, 9}
        await snapshots.keep("vowpal", rewards="new", newest=5)
        (left,) = await snapshots.cards("vowpal")
        assert (left.id, left.parent, left.bytes, left.card) == (new.id, old.id, 1, {"kind": "v"})
