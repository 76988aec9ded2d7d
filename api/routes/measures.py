"""What is known of the learning and its future: health, fairness, lift, forecasts, best times."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.bodies import CLOSED, STORABLE, Body, Line, Moment
from api.deps import Services, Serving, Work
from api.door import Door
from api.replies import Once
from graph.checkup import check_fairness, check_health
from graph.forecasting import WhatIf, week_of, what_if
from graph.track import track_record
from graph.trials import lifts_by
from learning.fairness import Interval, Share
from learning.finding import Finding, Level, worst
from learning.prediction.track import PROMISED, Compared
from smartcontent.decision import Estimate, Slot, SlotForecast
from tools.platforms import Platforms

router = APIRouter(prefix="/v1", route_class=Door, tags=["learning"])
WEEK = 7 * 24

Known = Annotated[str, Field(min_length=1, max_length=100, json_schema_extra={CLOSED: "platforms"})]
Draft = Annotated[str, StringConstraints(min_length=1, max_length=5_000, pattern=STORABLE)]


class Told(BaseModel):
    """One thing that was looked at, in plain words; "unknown" needs more data."""

    model_config = ConfigDict(extra="forbid")

    name: str
    level: Level
    sentence: str
    value: float | None
    todo: str

    @classmethod
    def of(cls, finding: Finding) -> "Told":
        return cls(**asdict(finding))


class LearningHealth(BaseModel):
    """How the learner is; `level` is the gravest of its findings."""

    model_config = ConfigDict(extra="forbid")

    level: Level
    policy: str
    decisions: int
    findings: list[Told]


class Within(BaseModel):
    """A figure with both its ends, valid however often one looks."""

    model_config = ConfigDict(extra="forbid")

    value: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, interval: Interval | None) -> "Within | None":
        return None if interval is None else cls(**asdict(interval))


class SegmentShare(BaseModel):
    """A segment's exposure (1 is its fair share) and reward; null where too little is known."""

    model_config = ConfigDict(extra="forbid")

    segment: str
    people: int
    exposure: Within | None
    reward: Within | None
    others: Within | None
    alarm: bool
    finding: Told

    @classmethod
    def of(cls, share: Share) -> "SegmentShare":
        return cls(
            segment=share.segment,
            people=share.people,
            exposure=Within.of(share.exposure),
            reward=Within.of(share.reward),
            others=Within.of(share.others),
            alarm=share.alarm,
            finding=Told.of(share.finding),
        )


class FairnessLedger(BaseModel):
    model_config = ConfigDict(extra="forbid")

    alarm: bool
    segments: list[SegmentShare]


class Lifts(BaseModel):
    """What learning earned over the holdback by group; the groups share the error, so none of
    these claims is wrong more often than one alone would be."""

    model_config = ConfigDict(extra="forbid")

    items: dict[str, Estimate]


class Question(Body):
    """Texts that compete, the platforms they would be on, and the times they would go out."""

    texts: Annotated[list[Draft], Field(min_length=1, max_length=10)]
    platforms: Annotated[list[Known], Field(min_length=1, max_length=5)]
    times: Annotated[list[Moment], Field(min_length=1, max_length=24)]
    segment: Line | None = None


class Predicted(BaseModel):
    """What a text would earn on a platform at a time, within an interval of 90 %.

    `text` is its place in the question, `lift` what it adds to the mean of the texts asked
    (0.1: a tenth), `samples` how many rewards of that platform are known.
    """

    model_config = ConfigDict(extra="forbid")

    text: int
    platform: str
    at: AwareDatetime
    expected: float
    low: float
    high: float
    lift: float
    samples: int
    better_than_chance: bool
    note: str

    @classmethod
    def of(cls, made: WhatIf) -> "Predicted":
        told = {name: value for name, value in vars(made).items() if name != "slot"}
        return cls(platform=made.slot.platform, at=made.slot.at, **told)


class Predictions(BaseModel):
    model_config = ConfigDict(extra="forbid")

    items: list[Predicted]


class Comparison(BaseModel):
    """Of `known` posts, `inside` earned what their intervals of 90 % had promised.

    `error` is how far off forecasts were on average, `bias` how much more came than expected;
    null while nothing is known.
    """

    model_config = ConfigDict(extra="forbid")

    known: int
    inside: int
    error: float | None
    bias: float | None
    sentence: str

    @classmethod
    def of(cls, compared: Compared) -> "Comparison":
        return cls(**asdict(compared))


class TrackRecord(BaseModel):
    """What was forecast when posts were chosen, against what they earned.

    `open` posts may still earn, of `silent` ones nothing was heard, and `unfounded` forecasts
    rested on nothing: none of these is compared.
    """

    model_config = ConfigDict(extra="forbid")

    promised: float
    whole: Comparison
    platforms: dict[str, Comparison]
    open: int
    silent: int
    unfounded: int
    better_than_chance: bool


class GoodTime(BaseModel):
    """A time worth taking, in the time of who posts and of who reads."""

    model_config = ConfigDict(extra="forbid")

    forecast: SlotForecast
    creator_time: AwareDatetime
    audience_time: AwareDatetime
    better_than_chance: bool


class BestTimes(BaseModel):
    """The best times of the week to come, and every hour of it for a heat map."""

    model_config = ConfigDict(extra="forbid")

    time_zone: str
    items: list[GoodTime]
    hours: list[SlotForecast]


@router.get("/learning/health")
async def get_learning_health(services: Serving, session: Work) -> LearningHealth:
    """Whether rewards arrive, in time, for every action, as drawn and as expected."""
    window = timedelta(minutes=services.settings.reward_window_minutes)
    found = await check_health(session, services.policies, window=window, now=services.clock())
    return LearningHealth(
        level=worst(found.findings),
        policy=found.policy,
        decisions=found.decisions,
        findings=[Told.of(finding) for finding in found.findings],
    )


@router.get("/learning/fairness")
async def get_fairness(services: Serving, session: Work) -> FairnessLedger:
    """Which segments are served, what they earn, and who gets less than a fair share."""
    minimum = services.settings.minimum_segment
    found = await check_fairness(session, services.policies, minimum=minimum)
    return FairnessLedger(
        alarm=found.alarm, segments=[SegmentShare.of(share) for share in found.shares]
    )


@router.get("/learning/lift")
async def get_lift(
    services: Serving,
    session: Work,
    by: Annotated[Literal["platform", "segment", "campaign"], Query()] = "platform",
) -> Lifts:
    """What learning earned over the holdback, by platform, segment or campaign."""
    return Lifts(items=await lifts_by(session, services.policies, by))


@router.post("/predictions", dependencies=[Once])
async def predict(body: Question, services: Serving, session: Work) -> Predictions:
    """What each text would earn on each platform at each time, and how surely."""
    _require_known(services, body.platforms)
    slots = [Slot(platform=name, at=at) for name in body.platforms for at in body.times]
    made = await what_if(
        session,
        services.policies,
        services.expecting,
        body.texts,
        slots,
        now=services.clock(),
        segment=body.segment,
    )
    return Predictions(items=[Predicted.of(one) for one in made])


@router.get("/predictions/track")
async def get_track_record(services: Serving, session: Work) -> TrackRecord:
    """How many posts came as forecast when they were chosen, by platform, and how far off."""
    found = await track_record(session, services.policies)
    return TrackRecord(
        promised=PROMISED,
        whole=Comparison.of(found.whole),
        platforms={name: Comparison.of(one) for name, one in found.platforms.items()},
        open=found.open,
        silent=found.silent,
        unfounded=found.unfounded,
        better_than_chance=found.better_than_chance,
    )


@router.get("/best-times")
async def get_best_times(
    services: Serving,
    session: Work,
    platform: Annotated[Known | None, Query()] = None,
    segment: Annotated[Line | None, Query()] = None,
    count: Annotated[int, Query(ge=1, le=20)] = 3,
) -> BestTimes:
    """When to publish in the week to come: `count` times a platform, and every hour's forecast.

    Where hours differ no more than luck would make them, the notes say so.
    """
    platforms = [platform] if platform else sorted(services.connectors)
    _require_known(services, platforms)
    now = services.clock()
    first = now.replace(minute=0, second=0, microsecond=0)
    hours = [first + timedelta(hours=number) for number in range(1, WEEK + 1)]
    slots = [Slot(platform=name, at=at) for name in platforms for at in hours]
    zone, best, week = await week_of(
        session, services.policies, platforms, slots, now=now, segment=segment, count=count
    )
    return BestTimes(
        time_zone=zone,
        items=[
            GoodTime(
                forecast=one.forecast,
                creator_time=one.creator_time,
                audience_time=one.audience_time,
                better_than_chance=one.better_than_chance,
            )
            for one in best
        ],
        hours=week,
    )


def _require_known(services: Services, platforms: Sequence[str]) -> None:
    """Raises UnknownPlatform."""
    specs = {name: connector.spec for name, connector in services.connectors.items()}
    Platforms(specs).require(platforms)
