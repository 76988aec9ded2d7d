"""What would happen if: texts on platforms at times, and the times that have earned most."""

import math
from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from statistics import fmean

from graph.engagement import engagement_of
from graph.expecting import TextLifts
from graph.history import observations
from graph.serving import Policies
from learning.prediction.engagement import Prediction
from learning.prediction.text_prior import Lifts
from learning.timing import FAR, BestTime, Observation, best_times, forecast
from smartcontent.content import Platform
from smartcontent.decision import Slot, SlotForecast
from store.database import Session
from store.workspaces import Workspaces

UNTOLD = "texts are not told apart: no model reads these embeddings"
CHANCE = "between these texts no better than chance"


@dataclass(frozen=True)
class WhatIf:
    """A text in a slot: what it would earn, within an interval of 90 %, and what that rests on.

    `lift` is the text's own share of it: 0.1 is a tenth more than the mean of the texts asked.
    """

    text: int
    slot: Slot
    expected: float
    low: float
    high: float
    lift: float
    samples: int
    better_than_chance: bool
    note: str


async def what_if(
    session: Session,
    policies: Policies,
    expecting: TextLifts,
    texts: Sequence[str],
    slots: Sequence[Slot],
    *,
    now: datetime,
    segment: str | None = None,
) -> list[WhatIf]:
    """Every text in every slot, in that order: by the workspace's own model of whole posts where
    that beats chance, else by its history of slots, older rewards weighing less.  The note says
    which."""
    told = await _by_model(session, policies, expecting, texts, slots, now=now, segment=segment)
    if not isinstance(told, str):
        return told
    history, time_zone = await _known(session, policies)
    lifts = await to_thread(expecting.lifts, texts)
    forecasts = forecast(history, slots, time_zone=time_zone, segment=segment, now=now)
    return [
        _together(number, each, lifts, told)
        for number, each in product(range(len(texts)), forecasts)
    ]


async def _by_model(
    session: Session,
    policies: Policies,
    expecting: TextLifts,
    texts: Sequence[str],
    slots: Sequence[Slot],
    *,
    now: datetime,
    segment: str | None,
) -> list[WhatIf] | str:
    """By the workspace's own model of whole posts, where it beats chance; else why not."""
    if segment is not None:
        return "the model of whole posts knows no segments"
    rewards = (await policies.charges.in_charge(session)).rewards
    made, why = await engagement_of(session, expecting, rewards, texts, slots, now=now)
    if not made:
        return why
    pairs = list(product(range(len(texts)), slots))
    usual = {
        slot: fmean(
            one.predicted.expected for one, (_, at) in zip(made, pairs, strict=True) if at == slot
        )
        for slot in slots
    }
    return [
        _whole(text, slot, one, usual[slot], why)
        for one, (text, slot) in zip(made, pairs, strict=True)
    ]


async def week_of(
    session: Session,
    policies: Policies,
    platforms: Sequence[Platform],
    slots: Sequence[Slot],
    *,
    now: datetime,
    segment: str | None = None,
    count: int = 3,
) -> tuple[str, list[BestTime], list[SlotForecast]]:
    """The creator's time zone, the best times of the week to come, and each slot's forecast."""
    history, zone = await _known(session, policies)
    best = await to_thread(
        best_times, history, platforms, now=now, time_zone=zone, segment=segment, count=count
    )
    return zone, best, forecast(history, slots, time_zone=zone, segment=segment, now=now)


async def _known(session: Session, policies: Policies) -> tuple[list[Observation], str]:
    charge = await policies.charges.in_charge(session)
    workspace = await Workspaces(session).get()
    return await observations(session, charge.rewards), workspace.time_zone


def _whole(text: int, slot: Slot, made: Prediction, usual: float, why: str) -> WhatIf:
    """A prediction of the post as a whole; its interval is the model's own, for one post."""
    said = made.predicted
    return WhatIf(
        text=text,
        slot=slot,
        expected=said.expected,
        low=said.low,
        high=said.high,
        lift=said.expected / usual - 1.0 if usual > 0.0 else 0.0,
        samples=made.samples,
        better_than_chance=True,
        note=why,
    )


def _together(number: int, slot: SlotForecast, lifts: Lifts | None, why: str) -> WhatIf:
    lift = 0.0 if lifts is None else float(lifts.expected[number])
    far = 0.0 if lifts is None else FAR * float(lifts.deviation[number])
    ends = [slot.low * math.exp(lift + side) for side in (-far, far)]
    tops = [slot.high * math.exp(lift + side) for side in (-far, far)]
    told = UNTOLD if lifts is None else "" if lifts.better_than_chance else CHANCE
    return WhatIf(
        text=number,
        slot=slot.slot,
        expected=slot.expected * math.exp(lift),
        low=min(*ends, *tops),
        high=max(*ends, *tops),
        lift=math.expm1(lift),
        samples=slot.samples,
        better_than_chance=bool(lifts and lifts.better_than_chance),
        note="; ".join(part for part in (slot.note, told, why) if part),
    )
