"""Decisions through the real store: exact, reproducible, and moved by what came of others."""

import asyncio
from uuid import UUID, uuid4

import pytest

from graph.decide import SEED_BITS
from graph.serving import Policies
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from learning.sampling import draw
from smartcontent.decision import Action, Decision
from smartcontent.errors import InvalidInput
from store.database import Database
from store.decisions import Decisions
from tests.graph.world import ACTIONS, decided, event, ingest, policies, request


async def test_propensities_are_exact_and_reproduce_the_choice(
    database: Database, workspace: UUID
) -> None:
    asked = [request(context={"page": f"p{n}"}) for n in range(40)]
    decisions = await decided(database, workspace, policies(), asked, holdback=0.3)
    assert {decision.branch for decision in decisions} == {"learned", "holdback"}
    for decision in decisions:
        assert draw(decision.propensities, decision.seed) == decision.chosen
        assert sum(decision.propensities.values()) == pytest.approx(1.0, abs=1e-12)
        for action, p in Vowpal().pull({}, ACTIONS, seed=1).propensities.items():
            assert decision.mixture[action] == pytest.approx(0.7 * p + 0.3 / 3)
        assert decision.seed < 2**SEED_BITS
    async with database.transaction(workspace) as session:
        logged = await Decisions(session).log(after_position=0, limit=100)
    assert [entry.decision for entry in logged] == decisions


async def warmed(database: Database, workspace: UUID) -> Policies:
    """Somebody who has seen what people ignore: the first reward ever compares with nothing."""
    serving = policies()
    ignored = await decided(database, workspace, serving, [request() for _ in range(6)])
    await ingest(database, workspace, [event(one, "impression") for one in ignored])
    serving.stale(workspace)
    return serving


async def test_the_next_decision_after_a_click_is_different(
    database: Database, workspace: UUID
) -> None:
    serving = await warmed(database, workspace)
    (first,) = await decided(database, workspace, serving, [request()])
    (unmoved,) = await decided(database, workspace, serving, [request()])
    assert unmoved.propensities == first.propensities  # the control: nothing came in
    assert unmoved.policy_version == first.policy_version
    await ingest(database, workspace, [event(first, "impression"), event(first, "click")])
    serving.stale(workspace)
    (second,) = await decided(database, workspace, serving, [request()])
    assert second.propensities[first.chosen] > first.propensities[first.chosen] + 0.01
    assert second.policy_version != first.policy_version
    assert second.explanation.rewards_seen == 7


async def test_a_complaint_moves_it_the_other_way(database: Database, workspace: UUID) -> None:
    serving = await warmed(database, workspace)
    (first,) = await decided(database, workspace, serving, [request()])
    await ingest(database, workspace, [event(first, "impression"), event(first, "report")])
    serving.stale(workspace)
    (second,) = await decided(database, workspace, serving, [request()])
    assert second.propensities[first.chosen] < first.propensities[first.chosen]


async def moved(
    database: Database, workspace: UUID, serving: Policies, before: Decision
) -> Decision:
    """The first decision by another state than this one's; ten seconds are given to it."""
    for _ in range(400):
        await asyncio.sleep(0.025)
        (now,) = await decided(database, workspace, serving, [request()])
        if now.policy_version != before.policy_version:
            break
    return now


async def test_hears_of_events_other_processes_took_in(database: Database, workspace: UUID) -> None:
    here = await warmed(database, workspace)
    watching = asyncio.create_task(here.watch(database))
    (first,) = await decided(database, workspace, here, [request()])
    await asyncio.sleep(0.2)  # until it listens
    await decided(database, workspace, here, [request()])
    await ingest(database, workspace, [event(first)])
    now = await moved(database, workspace, here, first)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert now.propensities[first.chosen] > first.propensities[first.chosen]


async def test_older_open_decisions_are_read_again_beside_the_requests(
    database: Database, workspace: UUID
) -> None:
    """What is no longer among the newest moves the policy too, though not at once."""
    serving = Policies(Vowpal, newest=4, older=4, clock=lambda: 0.0)
    decisions = await decided(database, workspace, serving, [request() for _ in range(30)])
    await ingest(database, workspace, [event(one, "impression") for one in decisions])
    serving.stale(workspace)
    (before,) = await decided(database, workspace, serving, [request()])
    clicked = decisions[2].chosen
    clicks = [event(one) for one in decisions[:15] if one.chosen == clicked]
    await ingest(database, workspace, clicks)
    serving.stale(workspace)
    (at_once,) = await decided(database, workspace, serving, [request()])
    watching = asyncio.create_task(serving.watch(database))
    after = await moved(database, workspace, serving, at_once)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert at_once.propensities == before.propensities
    assert after.propensities[clicked] > before.propensities[clicked]


async def test_workspaces_do_not_teach_each_other(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    serving = policies()
    (ours,) = await decided(database, workspace, serving, [request()])
    await ingest(database, workspace, [event(ours)])
    serving.stale(workspace)
    (theirs,) = await decided(database, second_workspace, serving, [request()])
    assert theirs.explanation.rewards_seen == 0


async def test_holdback_is_by_unit_and_served_by_the_baseline(
    database: Database, workspace: UUID
) -> None:
    asked = [request(subject="ana") for _ in range(5)] + [request(unit="bo") for _ in range(5)]
    decisions = await decided(database, workspace, policies(), asked, holdback=0.5)
    assert len({decision.branch for decision in decisions[:5]}) == 1
    assert len({decision.branch for decision in decisions[5:]}) == 1
    assert [decision.personalised for decision in decisions] == [True] * 5 + [False] * 5
    for decision in decisions:
        if decision.branch == "holdback":
            assert set(decision.propensities.values()) == {1 / 3}


async def test_a_node_that_runs_twice_decides_once(database: Database, workspace: UUID) -> None:
    asked = request(id=uuid4(), seed=7)
    first, second = [(await decided(database, workspace, policies(), [asked]))[0] for _ in range(2)]
    assert (first.id, first.chosen) == (second.id, second.chosen)
    async with database.transaction(workspace) as session:
        assert len(await Decisions(session).list()) == 1


async def test_refuses_a_request_without_actions_and_logs_nothing(
    database: Database, workspace: UUID
) -> None:
    with pytest.raises(InvalidInput):
        await decided(database, workspace, policies(), [request(), request(actions=())])
    async with database.transaction(workspace) as session:
        assert await Decisions(session).list() == []


async def test_many_at_once_share_one_refresh(database: Database, workspace: UUID) -> None:
    serving = policies()
    (first,) = await decided(database, workspace, serving, [request()])
    await ingest(database, workspace, [event(first)])
    serving.stale(workspace)
    batches = await asyncio.gather(
        *(decided(database, workspace, serving, [request()]) for _ in range(20))
    )
    versions = {batch[0].policy_version for batch in batches}
    assert len(versions) <= 2  # the one before, and the one that somebody was making


class Ticking:
    """A clock on which every look takes a second, so a refresh seems slow."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


async def test_refreshing_takes_no_more_than_its_share(database: Database, workspace: UUID) -> None:
    """Events that never stop must not stop decisions: most are served by what is there."""
    serving = Policies(Uniform, clock=Ticking())
    made = []
    async with database.transaction(workspace) as session:
        for _ in range(60):
            serving.stale(workspace)
            made.append(id(await serving.in_charge(session, workspace)))
    assert 5 < len(set(made)) < 45


async def test_slots_are_filled_without_repeats_and_with_exact_propensities(
    database: Database, workspace: UUID
) -> None:
    """Each slot is drawn among what is left, with exactly the probabilities that are logged."""
    slots = [{"slot": "top"}, {"slot": "side"}]
    asked = [request(slots=slots, seed=n) for n in range(300)]
    decisions = await decided(database, workspace, policies(), asked, holdback=0.3)
    tops, sides = decisions[::2], decisions[1::2]
    for top, side in zip(tops, sides, strict=True):
        assert set(side.propensities) == set(top.propensities) - {top.chosen}
        assert (top.context["slot"], side.context["slot"]) == ("top", "side")
        assert top.branch == side.branch  # one request, one branch
    for one in decisions:
        assert draw(one.propensities, one.seed) == one.chosen
    for name in ("story", "quote", "question"):  # 5 standard deviations
        expected = sum(one.propensities.get(name, 0.0) for one in sides)
        spread = sum((p := one.propensities.get(name, 0.0)) * (1 - p) for one in sides) ** 0.5
        assert abs(sum(one.chosen == name for one in sides) - expected) < 5 * spread
    again = await decided(database, workspace, policies(), asked, holdback=0.3)
    assert [one.chosen for one in again] == [one.chosen for one in decisions]


async def test_too_few_actions_for_the_slots() -> None:
    with pytest.raises(InvalidInput):
        request(slots=[{"slot": str(n)} for n in range(4)])


async def test_each_workspace_holds_back_others(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    asked = [request(unit=f"u{n}", seed=n) for n in range(120)]
    branches = [
        [one.branch for one in await decided(database, where, policies(), asked, holdback=0.5)]
        for where in (workspace, workspace, second_workspace)
    ]
    assert branches[0] == branches[1] != branches[2]


async def test_what_was_learned_of_a_strategy_is_shared_by_campaigns(
    database: Database, workspace: UUID
) -> None:
    """Actions of another campaign have other ids and the same strategies."""
    serving = policies()
    first = [action.model_copy(update={"id": f"one-{action.id}"}) for action in ACTIONS]
    asked = [request(actions=first, campaign_id=uuid4()) for _ in range(60)]
    decisions = await decided(database, workspace, serving, asked, holdback=1.0)
    await ingest(database, workspace, [event(one, "impression") for one in decisions])
    liked = [one for one in decisions if one.chosen == "one-quote"]
    await ingest(database, workspace, [event(one) for one in liked])
    serving.stale(workspace)
    other = [action.model_copy(update={"id": f"two-{action.id}"}) for action in ACTIONS]
    strange = [Action(id=one.id, features={"strategy": f"new {one.id}"}) for one in other]
    asked = [request(actions=actions, campaign_id=uuid4()) for actions in (other, strange)]
    shared, control = await decided(database, workspace, serving, asked)
    assert shared.propensities["two-quote"] > 0.6
    assert max(control.propensities.values()) < 0.45
