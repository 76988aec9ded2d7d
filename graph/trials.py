"""What a policy in the shadow would have earned: the log is played to it and to the one in charge.

Both read the log as learners do, an entry at a time: first each is asked with which probability
it would have drawn what was drawn, then both learn what came of it.  So nobody is asked about
what it has already seen, and the estimators (doubly robust, with the policies' own expectations)
need nothing that the log does not hold.  An evaluation is a function of the log's window, the
settings and the rewards.
"""

from asyncio import to_thread
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from graph.canonical import Canonical, Earned, chosen, learnable
from graph.charge import Charge
from graph.serving import Policies
from learning.bandit.campaigns import within
from learning.evaluation import Evaluated, Outcome, Promotion, Sample, better, evaluate, lifts
from learning.evaluation.groups import gathered, grouped
from smartcontent.decision import Decision, Estimate
from smartcontent.errors import WrongState
from store.database import Database, Session
from store.decisions import Decisions, Logged
from store.evaluations import Evaluation, Evaluations
from store.registry import RegisteredPolicy, Registry

PROMOTION = "promotion"
LAST = 100_000  # entries of the log that an evaluation looks at: a thousand clicks of 1 %
GROUPED = 10_000  # entries that lifts by group look at, while somebody waits
PAGE = 500
ALPHA = 0.05
GROUPS = ("platform", "segment", "campaign")


@dataclass
class Trial:
    """A policy at the place in the log that it has read up to, and what it was asked."""

    canonical: Canonical
    samples: list[Sample] = field(default_factory=list)

    def read(self, logged: Logged) -> Earned | None:
        """What an entry earned; None for one that the state had read already."""
        if logged.position <= self.canonical.position:
            return None
        return self.canonical.earned([logged])[0]

    def learn(self, earned: Earned | None) -> None:
        if earned is not None:
            self.canonical.learn([earned])

    def ask(self, decision: Decision, reward: float) -> None:
        """Would it have drawn this?  It has not learned what came of it yet."""
        policy = self.canonical.policy
        context = within(decision.campaign_id, policy, decision.context)
        asked = policy.pull(context, decision.actions, seed=decision.seed)
        target = asked.propensities
        sample = Sample(
            reward=reward,
            propensity=decision.propensities[decision.chosen],
            target=target[decision.chosen],
            predicted=asked.scores[decision.chosen],
            expected=sum(target[name] * asked.scores[name] for name in target),
            mixture=decision.mixture[decision.chosen],
            person=decision.subject,
        )
        self.samples.append(sample)


@dataclass(frozen=True)
class Match:
    """The policy in charge and a shadow, playing the same log; asked from `start` on."""

    current: Trial
    candidate: Trial
    start: int

    def play(self, log: Iterable[Logged]) -> None:
        """Go on over the next entries.  What a person overrode asks and teaches nothing.

        Both are asked about the reward that the policy in charge sees, so they are compared on
        the same figures.
        """
        for logged in log:
            earned = self.current.read(logged)
            theirs = self.candidate.read(logged)
            if logged.position > self.start and earned is not None and earned.reward is not None:
                decision = _as_learned(logged)
                self.current.ask(decision, earned.reward)
                self.candidate.ask(decision, earned.reward)
            self.current.learn(earned)
            self.candidate.learn(theirs)


@dataclass(frozen=True)
class Verdict:
    """Which of two policies earns more, by how much, and what that rests on."""

    policy: RegisteredPolicy
    against: RegisteredPolicy
    promotion: Promotion
    estimators: dict[str, Evaluated]
    rewards: str
    since: int
    position: int
    asked: int

    def details(self) -> dict[str, Any]:
        """As JSON, for the store: who, against whom, the window, and every estimator's word."""
        return {
            "policy_id": str(self.policy.id),
            "policy": self.policy.name,
            "against_id": str(self.against.id),
            "against": self.against.name,
            "promote": self.promotion.promote,
            "rewards": self.rewards,
            "window": [self.since, self.position],
            "decisions": self.asked,
            "people": self.promotion.people,
            "effective": self.promotion.effective,
            "current": _json(self.promotion.current),
            "candidate": _json(self.promotion.candidate),
            "estimators": {name: _told(found) for name, found in self.estimators.items()},
        }


async def evaluate_policy(
    session: Session, policies: Policies, policy_id: UUID, *, last: int = LAST
) -> Evaluation:
    """Compare a shadow with the policy in charge over the last entries, and store the answer.

    Raises NotFound, and WrongState for the policy in charge itself.
    """
    verdict = await compare(session, policies, policy_id, last=last)
    return await Evaluations(session).add(
        PROMOTION, verdict.promotion.difference, verdict.details()
    )


async def evaluate_alone(
    database: Database, policies: Policies, workspace_id: UUID, policy_id: UUID
) -> Evaluation:
    """The same, in a transaction of its own."""
    async with database.transaction(workspace_id) as session:
        return await evaluate_policy(session, policies, policy_id)


async def compare(
    session: Session, policies: Policies, policy_id: UUID, *, last: int = LAST
) -> Verdict:
    """Play the last entries to both."""
    registry, charges = Registry(session), policies.charges
    against, policy = await registry.ensure(charges.name), await registry.get(policy_id)
    if policy.id == against.id:
        raise WrongState(f"{policy.name} is in charge.", todo="Evaluate another one against it.")
    paid = charges.paid((await registry.setup()).rewards)
    ours, theirs = charges.of(policy, paid), charges.of(against, paid)
    start = max(await Decisions(session).place(last=last), policy.since, against.since)
    match = Match(await _trial(session, theirs, start), await _trial(session, ours, start), start)
    end = await _play(session, match)
    alpha = ALPHA / max(len(await registry.shadows()), 1)
    promotion = await to_thread(better, match.current.samples, match.candidate.samples, alpha=alpha)
    estimators = await to_thread(evaluate, match.candidate.samples)
    asked = len(match.candidate.samples)
    return Verdict(policy, against, promotion, estimators, paid.digest, start, end, asked)


async def lifts_by(
    session: Session, policies: Policies, group: str, *, last: int = GROUPED
) -> dict[str, Estimate]:
    """What learning earned over the holdback by platform, segment or campaign."""
    charge = await policies.charges.in_charge(session)
    start = await Decisions(session).place(last=last)
    canonical = charge.fresh()
    outcomes: list[Outcome] = []
    async for page in Decisions(session).closed(after_position=start, size=PAGE):
        for earned in canonical.earned(page):
            decision = earned.logged.decision
            if decision.kind == "impression" and (name := group_of(decision, group)):
                person = decision.subject
                outcomes.append(Outcome(name, decision.branch, earned.reward, person=person))
    return lifts(grouped(outcomes), people=gathered(outcomes))


def group_of(decision: Decision, group: str) -> str | None:
    """The name a decision counts under; None where it has none."""
    if group == "campaign":
        return str(decision.campaign_id) if decision.campaign_id else None
    value = chosen(decision).features.get(group, decision.context.get(group))
    return None if value is None else str(value)


async def _trial(session: Session, charge: Charge, start: int) -> Trial:
    """The state before `start`; entries between its snapshot and there it still has to read."""
    snapshot = await charge.latest(session, at_most=start)
    return Trial(await to_thread(charge.restored, snapshot))


async def _play(session: Session, match: Match) -> int:
    """Returns the position of the last entry played."""
    first = min(trial.canonical.position for trial in (match.current, match.candidate))
    async for page in Decisions(session).closed(after_position=first, size=PAGE):
        await to_thread(match.play, page)
        first = page[-1].position
    return first


def _as_learned(logged: Logged) -> Decision:
    """Asked by what may be learned of it, as the policies learned it."""
    return logged.decision.model_copy(update={"context": learnable(logged)})


def _told(found: Evaluated) -> dict[str, Any]:
    return {
        "any_time": _json(found.any_time),
        "bootstrap": _json(found.bootstrap),
        "effective": found.effective,
        "propensity": found.propensity,
    }


def _json(estimate: Estimate) -> dict[str, Any]:
    return estimate.model_dump(mode="json")
