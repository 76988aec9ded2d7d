"""Shadows learn, are evaluated on the log, and take over only by evidence."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from graph.feedback import Learning, learn
from graph.promoting import look_at_shadows, pay, promote, shadow
from graph.serving import Policies
from graph.trials import compare, evaluate_policy, lifts_by
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from learning.fold import state_hash
from learning.rewards import RewardSpec
from smartcontent.decision import Decision
from smartcontent.errors import InvalidInput, NotFound, WrongState
from store.database import Database
from store.decisions import Decisions
from store.evaluations import Evaluation
from store.registry import RegisteredPolicy, Registry
from store.rows import new_id
from store.snapshots import Snapshots
from tests.graph.world import DAY, NOW, decided, event, ingest, request

PAGES = {"morning": "story", "evening": "quote"}  # what is clicked there


def policies() -> Policies:
    """Uniform decides; Vowpal, which would learn, may be registered."""
    return Policies(Uniform, kinds=(Vowpal,))


async def lived(
    database: Database, workspace: UUID, serving: Policies, *, count: int = 900, people: int = 0
) -> list[Decision]:
    """Visitors of two pages, each with a taste of its own: nobody known, or so many in turns."""
    random = Random(5)
    asked = [
        request(
            context={"page": random.choice(list(PAGES))},
            seed=random.getrandbits(53),
            subject=f"visitor {number % people}" if people else None,
        )
        for number in range(count)
    ]
    decisions = await decided(database, workspace, serving, asked)
    await ingest(database, workspace, [event(one, "impression") for one in decisions])
    await ingest(database, workspace, [event(one) for one in decisions if liked(one, random)])
    return decisions


def liked(decision: Decision, random: Random) -> bool:
    return random.random() < (
        0.7 if PAGES[str(decision.context["page"])] == decision.chosen else 0.15
    )


async def fold(database: Database, workspace: UUID, serving: Policies) -> None:
    learning = Learning(database, serving, window=DAY, every=300, clock=lambda: NOW + 2 * DAY)
    assert await learn(learning, workspace) is not None


async def registered(
    database: Database,
    workspace: UUID,
    serving: Policies,
    name: str = "second",
    kind: str = "vowpal",
) -> RegisteredPolicy:
    async with database.transaction(workspace) as session:
        return await shadow(session, serving, workspace, name=name, kind=kind, settings={})


async def evaluated(
    database: Database, workspace: UUID, serving: Policies, policy: RegisteredPolicy
) -> Evaluation:
    async with database.transaction(workspace) as session:
        return await evaluate_policy(session, serving, policy.id)


async def promoted(
    database: Database,
    workspace: UUID,
    serving: Policies,
    policy: RegisteredPolicy,
    *,
    after: timedelta = timedelta(),
) -> RegisteredPolicy:
    async with database.transaction(workspace) as session:
        last = await Registry(session).setup()
        assert last.policy is not None
        now = policy.created_at + after
        return await promote(session, serving, policy.id, now=now)


async def version(database: Database, workspace: UUID, serving: Policies) -> tuple[str, str]:
    """Who serves, and by which state."""
    serving.stale(workspace)
    async with database.transaction(workspace) as session:
        found = await serving.in_charge(session, workspace)
    return found.version.partition("@")[0], state_hash(found.policy)


async def test_a_better_shadow_takes_over_and_hands_back(
    database: Database, workspace: UUID
) -> None:
    serving = policies()
    policy = await registered(database, workspace, serving)
    await lived(database, workspace, serving)
    await fold(database, workspace, serving)
    assert (await version(database, workspace, serving))[0] == "uniform"
    with pytest.raises(WrongState, match="not evaluated"):
        await promoted(database, workspace, serving, policy)
    found = await evaluated(database, workspace, serving, policy)
    assert (found.estimate.low or 0.0) > 0.0 and found.details["promote"], found.estimate.verdict
    assert set(found.details["estimators"]) >= {"ips", "snips", "dr", "switch_dr"}
    await promoted(database, workspace, serving, policy)
    served = await version(database, workspace, serving)
    assert served[0] == "second"
    async with database.transaction(workspace) as session:
        charge = serving.charges.of(policy, RewardSpec())
        learned = charge.restored(await charge.latest(session))
    assert served[1] == state_hash(learned.policy)  # what it learned in the shadow serves at once
    async with database.transaction(workspace) as session:
        assert (await Registry(session).roll_back()).name == "uniform"
    assert (await version(database, workspace, serving))[0] == "uniform"


async def test_a_shadow_that_is_no_better_stays_one(database: Database, workspace: UUID) -> None:
    """The control: the same log, a candidate that draws by lot as the one in charge does."""
    serving = Policies(Uniform)
    policy = await registered(database, workspace, serving, "twin", "uniform")
    await lived(database, workspace, serving)
    await fold(database, workspace, serving)
    found = await evaluated(database, workspace, serving, policy)
    assert not found.details["promote"]
    with pytest.raises(WrongState, match="does not surely earn more"):
        await promoted(database, workspace, serving, policy)
    assert (await version(database, workspace, serving))[0] == "uniform"


@pytest.mark.parametrize("people", [6, 150])
async def test_a_few_people_put_nobody_in_charge(
    database: Database, workspace: UUID, people: int
) -> None:
    """However often they come; with 150 of them (the control) the same log is evidence."""
    serving = policies()
    policy = await registered(database, workspace, serving)
    await lived(database, workspace, serving, people=people)
    await fold(database, workspace, serving)
    found = await evaluated(database, workspace, serving, policy)
    assert found.details["people"] == people and found.details["promote"] == (people == 150)
    if people == 6:
        assert "effective people, at least 20 needed" in found.estimate.verdict
        with pytest.raises(WrongState, match="does not surely earn more"):
            await promoted(database, workspace, serving, policy)
    else:
        assert 150 < found.details["effective"] <= found.details["decisions"] == 900


async def test_evidence_grows_old_and_holds_for_its_rewards(
    database: Database, workspace: UUID
) -> None:
    serving = policies()
    policy = await registered(database, workspace, serving)
    await lived(database, workspace, serving)
    await fold(database, workspace, serving)
    await evaluated(database, workspace, serving, policy)
    with pytest.raises(WrongState, match="over a week old"):
        await promoted(database, workspace, serving, policy, after=10 * DAY)
    async with database.transaction(workspace) as session:
        await pay(session, serving, workspace, RewardSpec(weights={"click": 0.5}))
    with pytest.raises(WrongState, match="other rewards"):
        await promoted(database, workspace, serving, policy)


async def test_nobody_is_asked_about_what_it_has_seen(database: Database, workspace: UUID) -> None:
    """Rewards by lot: whoever was asked after learning would seem to have known them."""
    serving = policies()
    policy = await registered(database, workspace, serving)
    random = Random(3)
    asked = [request(context={"visit": f"v{n}"}, seed=n) for n in range(600)]
    decisions = await decided(database, workspace, serving, asked)
    await ingest(database, workspace, [event(one, "impression") for one in decisions])
    await ingest(database, workspace, [event(one) for one in decisions if random.random() < 0.5])
    await fold(database, workspace, serving)
    async with database.transaction(workspace) as session:
        verdict = await compare(session, serving, policy.id)
    assert not verdict.promotion.promote
    assert abs(verdict.promotion.candidate.value or 1.0) < 0.62


async def test_what_a_person_overrode_is_no_evidence(database: Database, workspace: UUID) -> None:
    serving = policies()
    policy = await registered(database, workspace, serving)
    decisions = await lived(database, workspace, serving, count=300)
    await override(database, workspace, decisions[:120])
    await fold(database, workspace, serving)
    async with database.transaction(workspace) as session:
        verdict = await compare(session, serving, policy.id)
        groups = await lifts_by(session, serving, "platform")
    assert verdict.asked == 180
    assert groups["sandbox"].n == 180


async def override(database: Database, workspace: UUID, decisions: Sequence[Decision]) -> None:
    async with database.transaction(workspace) as session:
        for decision in decisions:
            await Decisions(session).override(decision.id)


async def test_an_evaluation_is_a_function_of_the_log(database: Database, workspace: UUID) -> None:
    serving = policies()
    policy = await registered(database, workspace, serving)
    await lived(database, workspace, serving, count=400)
    await fold(database, workspace, serving)
    first, again = [await evaluated(database, workspace, serving, policy) for _ in range(2)]
    assert (first.estimate, first.details) == (again.estimate, again.details)
    async with database.transaction(workspace) as session:
        short = await compare(session, serving, policy.id, last=150)
    assert short.asked == 150  # the states before it are folded, not asked


async def test_what_cannot_be_registered(database: Database, workspace: UUID) -> None:
    serving = policies()
    bad: list[tuple[str, dict[str, object]]] = [
        ("oracle", {}), ("vowpal", {"bits": 40}), ("vowpal", {"epsilon": 0.0}),
        ("vowpal", {"gamma": float("nan")}), ("uniform", {"epsilon": 0.1}),
        ("vowpal", {"epsilon": True}),
    ]  # fmt: skip
    for kind, settings in bad:
        with pytest.raises(InvalidInput):
            async with database.transaction(workspace) as session:
                await shadow(session, serving, workspace, name="x", kind=kind, settings=settings)
    async with database.transaction(workspace) as session:
        with pytest.raises(NotFound):
            await compare(session, serving, new_id())
        first = await Registry(session).ensure("uniform")
        with pytest.raises(WrongState):
            await compare(session, serving, first.id)


async def test_a_shadow_is_evaluated_once_a_day(database: Database, workspace: UUID) -> None:
    serving = policies()
    policy = await registered(database, workspace, serving)
    await lived(database, workspace, serving, count=60)
    await fold(database, workspace, serving)
    soon = policy.created_at + timedelta(hours=1)
    assert await look_at_shadows(database, workspace, soon) == 1
    await evaluated(database, workspace, serving, policy)
    assert await look_at_shadows(database, workspace, soon) == 0
    assert await look_at_shadows(database, workspace, soon + 2 * DAY) == 1


async def test_a_promotion_is_made_ready_beside_the_requests(
    database: Database, workspace: UUID
) -> None:
    """Where somebody watches, the one before serves until the new state has read the log."""
    serving = policies()
    policy = await registered(database, workspace, serving)
    await lived(database, workspace, serving, count=120)
    before = await version(database, workspace, serving)
    watching = asyncio.create_task(serving.watch(database))
    await asyncio.sleep(0.1)  # until it listens
    async with database.transaction(workspace) as session:
        await Registry(session).promote(policy.id)
    assert await version(database, workspace, serving) == before
    for _ in range(300):
        await asyncio.sleep(0.05)
        after = await version(database, workspace, serving)
        if after[0] == "second":
            break
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    async with database.transaction(workspace) as session:
        alone = await policies().in_charge(session, workspace)  # a process that starts now
    assert after == ("second", state_hash(alone.policy))


async def test_a_long_log_is_learned_a_piece_at_a_time(database: Database, workspace: UUID) -> None:
    """Who is new in the shadow does not hold up the policy in charge, and arrives all the same."""
    serving = policies()
    await lived(database, workspace, serving, count=130)
    learning = Learning(
        database, serving, window=DAY, every=20, most=40, clock=lambda: NOW + 2 * DAY
    )
    policy = await registered(database, workspace, serving)
    reached = []
    for _ in range(4):
        assert await learn(learning, workspace) is not None
        async with database.transaction(workspace) as session:
            reached.append((await Snapshots(session).cards(policy.name, limit=1))[0].taken)
    assert reached == [40, 80, 120, 120]  # the next snapshot is due at 140
    with_all = serving.charges.of(policy, RewardSpec())
    async with database.transaction(workspace) as session:
        whole = with_all.fresh().take(await Decisions(session).log(after_position=0, limit=120))
        latest = await with_all.latest(session)
    assert with_all.restored(latest).hash == whole.hash


async def test_a_new_default_takes_nobody_over_and_a_lost_kind_is_stood_in_for(
    database: Database, workspace: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    before = policies()
    await lived(database, workspace, before, count=60)
    await fold(database, workspace, before)  # which registers the default
    released = Policies(Vowpal, kinds=(Uniform,))
    without = Policies(Vowpal)
    async with database.transaction(workspace) as session:
        kept = await released.in_charge(session, workspace)
        lost = await without.in_charge(session, workspace)
    assert (kept.policy.name, lost.policy.name) == ("uniform", "vowpal")
    assert lost.policy.updates == 60 and "not known here" in caplog.text
