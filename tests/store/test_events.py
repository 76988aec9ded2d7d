"""Events: each once, each where it belongs, and personal only with consent."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from smartcontent.content import Purpose, Segment, Segmentation
from smartcontent.decision import Event
from smartcontent.errors import InvalidInput
from store.consents import Consents
from store.database import Database, Session
from store.decisions import Decisions
from store.events import Events
from store.rows import new_id
from store.segments import Segments
from store.tables import WORKSPACES
from tests.store.scene import decision, stage

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
EVERY: tuple[Purpose, ...] = ("analytics", "personalisation")


def event(id: str, kind: str = "click", **more: object) -> Event:
    return Event.model_validate({"id": id, "kind": kind, "occurred_at": NOW} | more)


async def allow(session: Session, *subjects: str, granted: bool = True) -> None:
    for subject in subjects:
        for purpose in EVERY:
            await Consents(session).set(subject, purpose, granted)


async def test_an_event_counts_once(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        events = Events(session)
        first = await events.ingest([event("a"), event("b"), event("a")])
        assert (first.accepted, first.duplicates, first.unknown) == (2, 1, [])
        again = await events.ingest([event("b"), event("c")])
        assert (again.accepted, again.duplicates) == (1, 1)
        assert await events.ingest([]) == type(first)(0, 0)


async def test_the_same_id_in_another_workspace_is_another_event(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    for owner in (workspace, second_workspace):
        async with database.transaction(owner) as session:
            assert (await Events(session).ingest([event("a")])).accepted == 1


async def test_what_is_unknown_is_told_by_place_and_the_rest_kept(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    foreign = decision()
    async with database.transaction(second_workspace) as session:
        await Decisions(session).add([foreign])
    async with database.transaction(workspace) as session:
        scene, other = await stage(session), decision()
        await Decisions(session).add([other])
        batch = [
            event("ok", decision_id=scene.decision.id),
            event("nowhere", decision_id=new_id()),
            event("theirs", decision_id=foreign.id),
            event("no post", post_id=new_id()),
            event("pair", post_id=scene.post.id, decision_id=other.id),
            event("post", post_id=scene.post.id),
        ]
        result = await Events(session).ingest(batch)
        assert [place for place, _ in result.unknown] == [1, 2, 3, 4]
        assert {why for _, why in result.unknown[:2]} == {"There is no such decision here."}
        assert (result.accepted, result.duplicates) == (2, 0)
        counts = [
            logged.counts for logged in await Decisions(session).log(after_position=0, limit=9)
        ]
        assert counts == [{"click": 2}, {}]  # the post's event counts for its decision


@pytest.mark.parametrize("odd", ["tab\tbed", "new\nline", "back\\slash", "\\N", "ünïcode 🙂", "\r"])
async def test_odd_characters_arrive_as_they_are(
    database: Database, workspace: UUID, odd: str
) -> None:
    async with database.transaction(workspace) as session:
        await allow(session, odd)
        late = event(odd, subject=odd, topic=odd, value=1e-300, occurred_at=NOW)
        assert (await Events(session).ingest([late, event("x")])).accepted == 2
        assert (await Events(session).ingest([late])).duplicates == 1
        (seen,) = await Events(session).behaviours(now=NOW)
        assert (seen.subject, seen.topics) == (odd, {odd: 1.0})


@pytest.mark.parametrize("bad", ["nul\x00", "half \ud83d"])
async def test_what_cannot_be_stored_is_the_callers_mistake(
    database: Database, workspace: UUID, bad: str
) -> None:
    with pytest.raises(InvalidInput):
        async with database.transaction(workspace) as session:
            await Events(session).ingest([event("a"), event("b").model_copy(update={"id": bad})])


async def test_a_batch_is_kept_whole_or_not_at_all(database: Database, workspace: UUID) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction(workspace) as session:
            await Events(session).ingest([event("a")])
            raise ZeroDivisionError
    async with database.transaction(workspace) as session:
        assert (await Events(session).ingest([event("a")])).accepted == 1


async def test_listeners_are_told_whose_events_came(database: Database, workspace: UUID) -> None:
    payloads = database.listen("smartcontent_events")
    assert await anext(payloads) == ""
    async with database.transaction(workspace) as session:
        await Events(session).ingest([event("a")])
    heard = ""
    while heard != str(workspace):
        heard = await anext(payloads)


@pytest.mark.parametrize(("zone", "hours"), [("Europe/Zagreb", {18}), ("UTC", {16, 17})])
async def test_hours_are_those_of_the_workspace_in_summer_too(
    database: Database, workspace: UUID, zone: str, hours: set[int]
) -> None:
    """18 h in Zagreb is 17 h UTC in winter and 16 h in summer; in UTC, the control, two hours."""
    winter, summer = datetime(2026, 3, 20, 17, tzinfo=UTC), datetime(2026, 4, 10, 16, tzinfo=UTC)
    async with database.transaction(workspace) as session:
        await session.execute(update(WORKSPACES).values(time_zone=zone))
        await allow(session, "ana")
        seen = [event(str(at), subject="ana", occurred_at=at) for at in (winter, summer)]
        await Events(session).ingest(seen)
        (ana,) = await Events(session).behaviours(now=summer)
    assert {hour for hour, share in enumerate(ana.hours) if share} == hours


async def test_behaviour_is_counted_in_plain_numbers(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        await allow(session, "ana")
        made = decision("story")
        await Decisions(session).add([made])
        start = NOW - timedelta(days=14)
        of_ana = [
            event("1", "impression", decision_id=made.id, occurred_at=start),
            event("2", "impression", occurred_at=start, platform="web", language="pt"),
            event("3", "click", decision_id=made.id, topic="parks"),
            event("4", "like", topic="food", platform="web", language="pt"),
            event("5", "hide", topic="noise", language="en"),
            event("old", "click", occurred_at=NOW - timedelta(days=400), topic="history"),
            event("future", "click", occurred_at=NOW + timedelta(days=1), topic="history"),
        ]
        await Events(session).ingest([one.model_copy(update={"subject": "ana"}) for one in of_ana])
        events = Events(session)
        (ana,) = await events.behaviours(now=NOW + timedelta(hours=12))
        assert events.personal_rows_read == ana.events == 5
        assert ana.recency_days == 0.5
        assert ana.frequency_per_week == pytest.approx(5 / (14.5 / 7))
        assert ana.depth == 1.0
        assert ana.hours[12] == 1.0 and sum(ana.hours) == 1.0 and len(ana.hours) == 24
        assert ana.topics == {"food": 0.5, "parks": 0.5}
        assert ana.platforms == {"sandbox": 0.5, "web": 0.5}
        assert ana.strategies == {"story": 1.0}
        assert ana.language == "pt"


async def test_without_consent_nothing_personal_is_kept_or_read(
    database: Database, workspace: UUID
) -> None:
    async with database.transaction(workspace) as session:
        await Consents(session).set("half", "personalisation", True)  # but not analytics
        await Consents(session).set("other", "analytics", True)  # but not personalisation
        subjects = ("half", "other", "never")
        await Events(session).ingest([event(subject, subject=subject) for subject in subjects])
        events = Events(session)
        assert await events.behaviours(now=NOW) == []
        assert events.personal_rows_read == 0
        await allow(session, *subjects)
        assert [seen.subject for seen in await events.behaviours(now=NOW)] == ["other"]


async def test_withdrawing_analytics_forgets_who_it_was(
    database: Database, workspace: UUID
) -> None:
    async with database.transaction(workspace) as session:
        await allow(session, "ana")
        await Events(session).ingest([event("a", subject="ana")])
        await Consents(session).set("ana", "analytics", False)
        await allow(session, "ana")
        assert await Events(session).behaviours(now=NOW) == []


async def test_the_latest_word_counts(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        consents = Consents(session)
        assert await consents.of("ana") == []
        for granted in (True, False, True):
            last = await consents.set("ana", "training", granted)
        assert await consents.of("ana") == [last] and last.granted
        assert (await consents.granted("training"), await consents.granted("analytics")) == (1, 0)


async def test_withdrawing_empties_the_segment_at_once(database: Database, workspace: UUID) -> None:
    people = [f"p{number}" for number in range(4)]
    early = Segment(id=new_id(), name="early birds", size=4)
    everyone = Segment(id=new_id(), name="everyone", size=9, everyone=True)
    async with database.transaction(workspace) as session:
        await allow(session, *people)
        segments = Segments(session, minimum=3)
        members = dict.fromkeys([*people, "stranger"], early.id)  # one of them never allowed it
        await segments.replace(Segmentation(segments=(early, everyone), members=members))
        assert await segments.list() == [everyone, early]
        assert await segments.of("p0") == early
        assert await segments.of("stranger") is None
        await Consents(session).set("p0", "personalisation", False)
        assert await segments.of("p0") is None
        assert await segments.of("p1") == early.model_copy(update={"size": 3})
        await Consents(session).set("p1", "personalisation", False)
        assert await segments.list() == [everyone]  # two are fewer than three
        assert await segments.of("p2") is None
        await segments.replace(Segmentation(segments=(everyone,)))
        assert await segments.list() == [everyone]
