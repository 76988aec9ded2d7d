"""What the learner is paid by is the workspace's own word, and holds for the past as well."""

from datetime import timedelta
from uuid import UUID

from graph.decide import DecisionRequest
from graph.feedback import Learned, Learning, learn
from graph.promoting import pay
from graph.serving import Policies
from learning.fold import state_hash
from learning.rewards import RewardSpec
from smartcontent.decision import Action, Decision
from store.consents import Consents
from store.database import Database
from store.registry import Registry
from store.rewards import Rewards
from tests.conftest import NewWorkspace
from tests.graph.world import (
    ACTIONS,
    DAY,
    NOW,
    decided,
    event,
    ingest,
    knowledge,
    log,
    policies,
    request,
)

HARSH = RewardSpec(weights={"click": 0.25}, default=None)
BAIT = (
    Action(id="honest", features={"strategy": "story", "clickbait": 0.0}),
    Action(id="bait", features={"strategy": "question", "clickbait": 0.9}),
)
FREE = RewardSpec(penalties={})


async def folded(database: Database, workspace: UUID, after: timedelta = 2 * DAY) -> Learned:
    learning = Learning(database, policies(), window=DAY, every=5, clock=lambda: NOW + after)
    learned = await learn(learning, workspace)
    assert learned is not None
    return learned


async def paid(database: Database, workspace: UUID, serving: Policies, spec: RewardSpec) -> int:
    async with database.transaction(workspace) as session:
        return (await pay(session, serving, workspace, spec)).version


async def twelve(database: Database, workspace: UUID) -> list[Decision]:
    decisions = await decided(database, workspace, policies(), [request() for _ in range(12)])
    await ingest(database, workspace, [event(one) for one in decisions[::2]])
    return decisions


async def test_another_spec_makes_the_state_again_from_the_whole_log(
    database: Database, new_workspace: NewWorkspace
) -> None:
    """Whether it came before the first fold or after it makes no difference."""
    early, late = await new_workspace(), await new_workspace()
    decisions = await twelve(database, early)
    await log(database, late, decisions)
    await ingest(database, late, [event(one) for one in decisions[::2]])
    await paid(database, early, policies(), HARSH)
    before = (await folded(database, late))["canonical"]
    assert await paid(database, late, policies(), HARSH) == 1
    states = [(await folded(database, one))["canonical"] for one in (early, late)]
    assert knowledge(states[0]) == knowledge(states[1]) != knowledge(before)
    assert states[0].tally["learned"] == {"0.2500": 6}  # silence teaches nothing any more
    assert await paid(database, late, policies(), HARSH) == 1  # the same again is no version


async def test_going_back_to_the_old_spec_is_the_old_state(
    database: Database, workspace: UUID
) -> None:
    await twelve(database, workspace)
    before = (await folded(database, workspace))["canonical"]
    await paid(database, workspace, policies(), HARSH)
    await folded(database, workspace)
    assert await paid(database, workspace, policies(), RewardSpec()) == 2
    assert knowledge((await folded(database, workspace))["canonical"]) == knowledge(before)


async def test_what_serves_hears_of_it(database: Database, workspace: UUID) -> None:
    serving = policies()
    decisions = await decided(database, workspace, serving, [request() for _ in range(6)])
    await ingest(database, workspace, [event(one) for one in decisions[:3]])
    serving.stale(workspace)
    async with database.transaction(workspace) as session:
        before = await serving.in_charge(session, workspace)
    await paid(database, workspace, serving, RewardSpec(weights={"click": -1.0}))
    serving.stale(workspace)
    async with database.transaction(workspace) as session:
        after = await serving.in_charge(session, workspace)
    assert state_hash(before.policy) != state_hash(after.policy)


async def share_of_bait(database: Database, workspace: UUID, spec: RewardSpec) -> float:
    """Bait is clicked by two in three, the honest text by one in three."""
    serving = policies()
    await paid(database, workspace, serving, spec)
    asked = [request(actions=BAIT, context={}, seed=n) for n in range(240)]
    decisions = await decided(database, workspace, serving, asked, holdback=1.0)
    clicks = [
        event(one)
        for n, one in enumerate(decisions)
        if (n % 3 < 2 if one.chosen == "bait" else n % 3 < 1)
    ]
    seen = [event(one, "impression") for one in decisions]
    await ingest(database, workspace, [*seen, *clicks])
    policy = (await folded(database, workspace))["canonical"].policy
    return policy.pull({}, BAIT, seed=1).propensities["bait"]


async def test_clicks_won_by_clickbait_do_not_pay(
    database: Database, new_workspace: NewWorkspace
) -> None:
    assert await share_of_bait(database, await new_workspace(), RewardSpec()) < 0.2
    assert await share_of_bait(database, await new_workspace(), FREE) > 0.8  # the control


async def test_the_window_is_the_workspaces_own(database: Database, workspace: UUID) -> None:
    await twelve(database, workspace)
    await paid(database, workspace, policies(), RewardSpec(window_minutes=60 * 24 * 5))
    assert (await folded(database, workspace))["folded"] == 0  # the installation's day is over
    assert (await folded(database, workspace, after=6 * DAY))["folded"] == 12


async def allow(database: Database, workspace: UUID, *, training: bool) -> None:
    async with database.transaction(workspace) as session:
        await Consents(session).set("ana", "training", training)


def personal(**more: object) -> DecisionRequest:
    return request(context={"page": "home", "person.age": 40.0}, subject="ana", **more)


async def test_nothing_personal_is_learned_without_consent_to_training(
    database: Database, new_workspace: NewWorkspace
) -> None:
    """Of the same log: with consent another state; without, that of a log without the person."""
    workspaces = [await new_workspace() for _ in range(3)]
    asked = [personal(seed=n, actions=ACTIONS) for n in range(12)]
    decisions = await decided(database, workspaces[0], policies(), asked)
    plain = [one.model_copy(update={"context": {"page": "home"}}) for one in decisions]
    await log(database, workspaces[1], decisions)
    await log(database, workspaces[2], plain)
    await allow(database, workspaces[1], training=True)
    for workspace in workspaces:
        await ingest(database, workspace, [event(one) for one in decisions[::2]])
    without, allowed, nobody = [
        knowledge((await folded(database, one))["canonical"]) for one in workspaces
    ]
    assert without == nobody != allowed
    await allow(database, workspaces[1], training=False)  # taken back: learned again without
    assert knowledge((await folded(database, workspaces[1]))["canonical"]) == nobody
    await allow(database, workspaces[0], training=True)
    assert knowledge((await folded(database, workspaces[0]))["canonical"]) == allowed


async def test_a_stranger_is_chosen_for_without_what_describes_them(
    database: Database, workspace: UUID
) -> None:
    asked = [request(context={"page": "home", "person.age": 40.0}), personal()]
    unknown, known = await decided(database, workspace, policies(), asked)
    assert unknown.context == {"page": "home"}
    assert known.context == {"page": "home", "person.age": 40.0}


async def test_versions_are_kept(database: Database, workspace: UUID) -> None:
    for version, spec in enumerate((HARSH, FREE, HARSH), start=1):
        assert await paid(database, workspace, policies(), spec) == version
    async with database.transaction(workspace) as session:
        current = await Rewards(session).current()
        assert (await Registry(session).setup()).rewards == current
    assert current is not None and RewardSpec.from_json(current.spec) == HARSH
