"""Decisions, logged before they are told.  No graph here: this is the path of every request."""

from asyncio import to_thread
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from secrets import randbits
from typing import Literal
from uuid import UUID

from agents.learner import Learner
from graph.serving import Policies, Serving
from learning.personal import impersonal
from smartcontent.content import Features
from smartcontent.decision import Action, Decision
from smartcontent.errors import InvalidInput
from store.database import Session
from store.decisions import Decisions
from store.workspaces import Workspaces

SEED_BITS = 53  # what every reader of JSON keeps exactly
AT_ONCE = 4  # more requests than these are chosen for in a thread: a choice takes about 0.4 ms


@dataclass(frozen=True)
class DecisionRequest:
    """What to choose from.  Whatever forbids an action has been left out before.

    `subject` only of a person who allows personalisation; without one, what describes a person
    is left out of the context.  `unit` falls into the holdback or not (default: the subject,
    else this very decision by its seed).  With `id` and `seed` a node that runs twice decides
    once.  `budget` is how many decisions are left, for policies that plan their exploration.
    With `slots`, one action is drawn for each, none twice.
    """

    kind: Literal["post", "impression"]
    context: Features
    actions: Sequence[Action]
    subject: str | None = None
    campaign_id: UUID | None = None
    unit: str | None = None
    seed: int | None = None
    id: UUID | None = None
    budget: int | None = None
    slots: Sequence[Mapping[str, str | float]] = ()

    def __post_init__(self) -> None:
        if len(self.slots) > len(self.actions):
            raise InvalidInput(
                f"{len(self.slots)} slots cannot be filled from {len(self.actions)} actions.",
                todo="Offer at least as many actions as there are slots.",
            )


@dataclass(frozen=True)
class Chooser:
    """Who draws, by which state, in which workspace, at which moment."""

    learner: Learner
    serving: Serving
    holdback: float
    now: datetime
    salt: str

    def all(self, requests: Sequence[DecisionRequest]) -> list[Decision]:
        return [decision for request in requests for decision in self.each(request)]

    def each(self, request: DecisionRequest) -> Iterator[Decision]:
        """One decision, or one a slot: each among what the slots before it left.

        Given what was drawn before, a slot's propensities are exact, so each is a decision of
        its own to learn from.  One request is served by one branch in all of its slots.
        """
        seed = randbits(SEED_BITS) if request.seed is None else request.seed
        unit = request.unit or request.subject or str(seed)
        if not request.slots:
            yield self._one(request, seed, unit)
            return
        seeds, left = Random(seed), list(request.actions)
        for slot in request.slots:
            asked = replace(request, actions=left, context={**request.context, **slot}, slots=())
            decision = self._one(asked, seeds.getrandbits(SEED_BITS), unit)
            left = [action for action in left if action.id != decision.chosen]
            yield decision

    def _one(self, request: DecisionRequest, seed: int, unit: str) -> Decision:
        return self.learner.choose(
            self.serving.policy,
            request.context if request.subject else impersonal(request.context),
            request.actions,
            kind=request.kind,
            seed=seed,
            unit=unit,
            holdback=self.holdback,
            campaign_id=request.campaign_id,
            subject=request.subject,
            personalised=request.subject is not None,
            now=self.now,
            id=request.id,
            salt=self.salt,
            budget=request.budget,
            version=self.serving.version,
            rewards_seen=self.serving.rewards_seen,
        )


async def decide(
    session: Session,
    requests: Sequence[DecisionRequest],
    *,
    policies: Policies,
    learner: Learner,
    holdback: float,
    now: datetime,
    workspace_id: UUID | None = None,
) -> list[Decision]:
    """Draw an action for each request and log them all in one insert.

    They are decided once the caller's transaction commits.  Raises InvalidInput for requests
    without actions, with two of one id, or with numbers no model can take.
    """
    if workspace_id is None:
        workspace_id = (await Workspaces(session).get()).id
    serving = await policies.in_charge(session, workspace_id)
    chooser = Chooser(learner, serving, holdback, now, str(workspace_id))
    draws = sum(max(len(request.slots), 1) for request in requests)
    if draws <= AT_ONCE:
        decisions = chooser.all(requests)
    else:
        decisions = await to_thread(chooser.all, requests)
    await Decisions(session).add(decisions)
    return decisions
