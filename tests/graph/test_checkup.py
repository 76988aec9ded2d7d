"""Health, fairness and drift over a real log."""

from datetime import timedelta
from random import Random
from uuid import UUID

from graph.checkup import check_fairness, check_health, look_for_drift
from graph.feedback import Learning, learn
from graph.serving import Policies
from learning.bandit.uniform import Uniform
from smartcontent.content import Segment, Segmentation
from smartcontent.decision import Action
from store.consents import Consents
from store.database import Database
from store.decisions import Decisions
from store.evaluations import Evaluations
from store.registry import Registry
from store.rows import new_id
from store.segments import Segments
from tests.graph.world import DAY, NOW, decided, event, ingest, request

PEOPLE = {"readers": 60, "listeners": 40}


async def flipped(database: Database, workspace: UUID, *, flips: bool) -> Policies:
    """700 visits to a world whose favourite changes half way, or does not."""
    serving, random = Policies(Uniform), Random(2)
    asked = [request(context={}, seed=random.getrandbits(53)) for _ in range(700)]
    decisions = await decided(database, workspace, serving, asked)
    liked = [
        one
        for n, one in enumerate(decisions)
        if random.random() < (0.8 if one.chosen == ("story", "quote")[flips and n > 350] else 0.1)
    ]
    await ingest(database, workspace, [event(one, "impression") for one in decisions])
    await ingest(database, workspace, [event(one) for one in liked])
    late = Learning(database, serving, DAY, every=500, clock=lambda: NOW + 2 * DAY)
    assert await learn(late, workspace) is not None
    return serving


async def test_a_world_that_moved_is_learned_anew_in_the_shadow(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    serving = await flipped(database, workspace, flips=True)
    still = await flipped(database, second_workspace, flips=False)
    found = await look_for_drift(database, serving, workspace, NOW)
    nothing = await look_for_drift(database, still, second_workspace, NOW)
    assert found is not None and found.retrain and nothing is not None and not nothing.retrain
    async with database.transaction(workspace) as session:
        (anew,) = await Registry(session).shadows()
        told = await Evaluations(session).latest("drift")
        place = await Decisions(session).place(last=350)
    assert (anew.kind, anew.since) == ("uniform", found.since)
    assert abs(anew.since - place) < 60 and told is not None and "retrain" in told.estimate.verdict
    async with database.transaction(second_workspace) as session:
        assert await Registry(session).shadows() == []


async def test_drift_is_looked_for_once_a_day(database: Database, workspace: UUID) -> None:
    serving = await flipped(database, workspace, flips=True)
    first = await look_for_drift(database, serving, workspace, NOW)
    async with database.transaction(workspace) as session:
        said = await Evaluations(session).latest("drift")
    assert first is not None and said is not None
    soon, tomorrow = said.created_at + timedelta(hours=2), said.created_at + 2 * DAY
    assert await look_for_drift(database, serving, workspace, soon) is None
    assert await look_for_drift(database, serving, workspace, tomorrow) is not None
    async with database.transaction(workspace) as session:
        assert len(await Registry(session).shadows()) == 1  # one is at it already


async def test_too_few_decisions_are_not_looked_at(database: Database, workspace: UUID) -> None:
    assert await look_for_drift(database, Policies(Uniform), workspace, NOW) is None


async def test_no_rewards_is_an_alarm(database: Database, workspace: UUID) -> None:
    serving = Policies(Uniform)
    decisions = await decided(database, workspace, serving, [request() for _ in range(80)])
    late = NOW + 2 * DAY
    async with database.transaction(workspace) as session:
        await Decisions(session).close(before=late)
        silent = await check_health(session, serving, window=DAY, now=late)
    feed, joined, *_ = silent.findings
    assert (feed.level, feed.todo) == ("alarm", "check the event feed")
    assert joined.value == 0.0  # silence counts as 0 for learning, and as silence here
    await ingest(database, workspace, [event(one) for one in decisions])
    async with database.transaction(workspace) as session:
        heard = await check_health(session, serving, window=DAY, now=late)
    assert (heard.findings[1].value, heard.decisions) == (1.0, 80)


async def test_whom_decisions_serve(database: Database, workspace: UUID) -> None:
    """By what an action was meant for, else by the person's own segment."""
    await settled(database, workspace)
    serving = Policies(Uniform)
    meant = [Action(id=name, features={"segment": "listeners"}) for name in "ab"]
    asked = [request(subject=f"readers {n % 60}") for n in range(190)]
    asked += [request(subject=f"readers {n}", actions=meant) for n in range(10)]
    decisions = await decided(database, workspace, serving, asked)
    await ingest(database, workspace, [event(one) for one in decisions[:120]])
    async with database.transaction(workspace) as session:
        found = await check_fairness(session, serving, minimum=20)
    exposures = {one.segment: one.exposure for one in found.shares}
    assert {one.segment: one.people for one in found.shares} == PEOPLE
    assert exposures["readers"] and exposures["listeners"]
    assert exposures["readers"].n == 200
    assert abs(exposures["listeners"].value - (10 / 200) / 0.4) < 1e-9
    assert found.alarm  # the control is in tests/learning: even shares raise none


async def settled(database: Database, workspace: UUID) -> None:
    segments = {name: Segment(id=new_id(), name=name, size=n) for name, n in PEOPLE.items()}
    members = {f"{name} {n}": name for name, size in PEOPLE.items() for n in range(size)}
    async with database.transaction(workspace) as session:
        for subject in members:
            await Consents(session).set(subject, "personalisation", True)
        found = {subject: segments[name].id for subject, name in members.items()}
        whole = Segmentation(segments=tuple(segments.values()), members=found)
        await Segments(session).replace(whole)
