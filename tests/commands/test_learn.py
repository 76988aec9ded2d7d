"""`smartcontent learn`: each command over a real log, its figures and its sentences."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest

from graph.feedback import Learning, learn
from graph.serving import Policies
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from smartcontent.bootstrap import Product
from smartcontent.commands.learn import WORKS, Desk, Told, read_setting
from smartcontent.errors import InvalidInput, NotFound, WrongState
from store.database import Database
from store.snapshots import Snapshots
from tests.api.services import make_services
from tests.graph.test_promoting import lived
from tests.graph.world import DAY, NOW


class Clerk:
    """Runs one command after another, each in a transaction of its own."""

    def __init__(self, database: Database, folder: Path, workspace_id: UUID) -> None:
        self.database, self.workspace_id = database, workspace_id
        self.policies = Policies(Uniform, kinds=(Vowpal,))
        services = vars(make_services(database, folder)) | {"policies": self.policies}
        self.product = cast(Product, SimpleNamespace(services=SimpleNamespace(**services)))

    async def do(self, what: str, **asked: object) -> Told:
        async with self.database.transaction(self.workspace_id) as session:
            return await WORKS[what](Desk(self.product, session, self.workspace_id), **asked)

    async def live(self, count: int) -> None:
        await lived(self.database, self.workspace_id, self.policies, count=count)
        late = Learning(self.database, self.policies, DAY, every=100, clock=lambda: NOW + 2 * DAY)
        assert await learn(late, self.workspace_id) is not None


@pytest.fixture
async def clerk(database: Database, tmp_path: Path, workspace: UUID) -> AsyncIterator[Clerk]:
    yield Clerk(database, tmp_path, workspace)


async def test_from_a_shadow_to_charge_and_back(
    clerk: Clerk, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = {"name": "second", "kind": "vowpal", "settings": ["epsilon=0.2"], "since": 0}
    assert (await clerk.do("shadow", **asked))["settings"] == {"epsilon": 0.2}
    await clerk.live(700)
    with pytest.raises(WrongState):
        await clerk.do("promote", name="second")
    said = await clerk.do("evaluate", name="second")
    assert said["details"]["promote"] and said["details"]["decisions"] == 700
    assert (await clerk.do("promote", name="second"))["state"] == "in_charge"
    states = {one.name: one.state for one in (await clerk.do("status"))["policies"]}
    assert states == {"second": "in_charge", "uniform": "shadow"}
    assert (await clerk.do("rollback"))["name"] == "uniform"
    assert len((await clerk.do("evaluations"))["items"]) >= 2
    told = capsys.readouterr().out
    for words in ("earns more", "may be promoted", "* second", "is in charge again", "Lift:"):
        assert words in told


async def test_replay_finds_the_state_that_is_kept_and_one_that_is_not(clerk: Clerk) -> None:
    await clerk.live(200)
    said = await clerk.do("replay")
    assert (said["taken"], said["same"]) == (200, True)
    async with clerk.database.transaction(clerk.workspace_id) as session:
        charge = await clerk.policies.charges.in_charge(session)
        latest = await charge.latest(session)
        assert latest is not None
        other = charge.restored(latest)
        other.taken += 1  # the planted fault: a state that this log does not give
        wrong = latest.model_copy(update={"state": other.seal()})
        await Snapshots(session).drop_from(latest.position)
        await Snapshots(session).add(wrong, rewards=charge.rewards.digest)
    assert (await clerk.do("replay"))["same"] is False


async def test_a_name_nobody_has(clerk: Clerk) -> None:
    for what in ("evaluate", "promote"):
        with pytest.raises(NotFound, match="no policy second"):
            await clerk.do(what, name="second")


@pytest.mark.parametrize("text", ["epsilon", "epsilon=", "=1x", "epsilon=high"])
def test_settings_that_are_none(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_setting(text)
