"""How the learner is: whether rewards arrive, whom it serves, whether the world has moved.

What is looked at is the log's end, without what a person overrode.
"""

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING
from uuid import UUID

from graph.canonical import Earned, chosen
from graph.charge import Charge
from graph.promoting import MOST_SHADOWS, ask_to_learn
from graph.serving import Policies
from learning.explanation import name_of
from learning.fairness import Fairness, Served, fairness
from learning.finding import Finding
from learning.health import Outcome, health
from smartcontent.decision import Decision, Estimate
from store.database import Database, Session
from store.decisions import Decisions
from store.evaluations import Evaluations
from store.registry import Registry
from store.segments import Segments

if TYPE_CHECKING:
    from learning.drift import Drift

DRIFT = "drift"
LATEST = 2_000  # decisions that health and fairness look at
LONG = 10_000  # closed decisions that drift is looked for in
ENOUGH = 200  # closed decisions, with fewer it is not worth a look
AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class Checkup:
    """What was found of the last `decisions`, the policy in charge being `policy`."""

    policy: str
    decisions: int
    findings: list[Finding]


async def check_health(
    session: Session, policies: Policies, *, window: timedelta, now: datetime
) -> Checkup:
    """`window` is how long a decision waits where the workspace's own rewards do not say."""
    charge = await policies.charges.in_charge(session)
    minutes = charge.rewards.window_minutes
    waits = window if minutes is None else timedelta(minutes=minutes)
    earned = await _latest(session, charge)
    answered = await Decisions(session).answered([one.logged.decision.id for one in earned])
    outcomes = [_outcome(one, answered.get(one.logged.decision.id)) for one in earned]
    findings = await to_thread(health, outcomes, now=now, window=waits)
    return Checkup(charge.name, len(outcomes), findings)


async def check_fairness(session: Session, policies: Policies, *, minimum: int) -> Fairness:
    """Decisions and rewards by segment: of the segment an action was meant for, else of the
    person's own; `minimum` is the smallest segment ever shown."""
    charge = await policies.charges.in_charge(session)
    earned = await _latest(session, charge)
    segments = Segments(session, minimum=minimum)
    shown = await segments.list()
    subjects = {one.logged.decision.subject for one in earned}
    of = await segments.names({subject for subject in subjects if subject})
    rewards: dict[str, list[float]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for one in earned:
        name = segment_of(one.logged.decision, of)
        if name is not None:
            counts[name] += 1
            rewards[name] += [] if one.reward is None else [one.reward]
    served = [Served(one.name, one.size, counts[one.name], rewards[one.name]) for one in shown]
    return await to_thread(fairness, served)


def segment_of(decision: Decision, of: dict[str, str]) -> str | None:
    """Whom a decision served; None where nobody knows."""
    meant = chosen(decision).features.get("segment", decision.context.get("segment"))
    return of.get(decision.subject or "") if meant is None else str(meant)


async def look_for_drift(
    database: Database, policies: Policies, workspace_id: UUID, now: datetime
) -> "Drift | None":
    """Once a day: has the world moved?  Then a policy like the one in charge begins to learn
    from there, in the shadow.  None when it was looked at today, or there is too little yet."""
    async with database.transaction(workspace_id) as session:
        last = await Evaluations(session).latest(DRIFT)
        looked = last is not None and now - last.created_at < AGAIN
        if looked or not await Decisions(session).place(last=ENOUGH):
            return None
        found = await drift_of(session, policies)
        await _note(session, policies, workspace_id, found)
    return found


async def drift_of(session: Session, policies: Policies) -> "Drift":
    """What the rewards of the last closed decisions say."""
    charge = await policies.charges.in_charge(session)
    drifting = await to_thread(import_module, "learning.drift")  # river takes a while to load
    start = await Decisions(session).place(last=LONG)
    canonical, told = charge.fresh(), []
    async for page in Decisions(session).closed(after_position=start, size=LATEST):
        for one in canonical.earned(page):
            if one.reward is not None:
                decision = one.logged.decision
                name, score = name_of(chosen(decision)), decision.explanation.score
                told.append(drifting.Rewarded(one.logged.position, name, one.reward, score))
    found: Drift = await to_thread(drifting.drift, told)
    return found


async def _note(session: Session, policies: Policies, workspace_id: UUID, found: "Drift") -> None:
    finding = found.finding()
    said = Estimate(value=finding.value, low=None, high=None, n=found.n, verdict=str(finding))
    details = {"since": found.since, "shifts": [shift.sentence for shift in found.shifts]}
    await Evaluations(session).add(DRIFT, said, details)
    if found.since is not None:
        await _learn_anew(session, policies, workspace_id, found.since)


async def _learn_anew(session: Session, policies: Policies, workspace_id: UUID, since: int) -> None:
    """A shadow with the same settings that knows nothing of before; when there is room."""
    registry = Registry(session)
    before = await registry.ensure(policies.charges.name)
    shadows = await registry.shadows()
    if since <= before.since or len(shadows) >= MOST_SHADOWS:
        return
    if any(one.since > before.since for one in shadows):
        return  # one is at it already
    await registry.shadow(
        name=f"{before.kind} since {since}",
        kind=before.kind,
        settings=before.settings,
        since=since,
        most=MOST_SHADOWS,
    )
    await ask_to_learn(session, workspace_id)


async def _latest(session: Session, charge: Charge) -> Sequence[Earned]:
    log = await Decisions(session).recent(limit=LATEST)
    earned = await to_thread(charge.fresh().earned, log)
    return [one for one in earned if not one.logged.decision.overridden]


def _outcome(one: Earned, answered: datetime | None) -> Outcome:
    """A reward by silence is no sign that rewards arrive, so it is not one here."""
    decision = one.logged.decision
    propensities: dict[str, float] = defaultdict(float)
    for action in decision.actions:
        propensities[name_of(action)] += decision.propensities[action.id]
    return Outcome(
        at=decision.created_at,
        chosen=name_of(chosen(decision)),
        propensities=dict(propensities),
        score=decision.explanation.score,
        reward=one.reward if one.logged.counts else None,
        rewarded_at=answered,
        closed=one.logged.closed,
    )
