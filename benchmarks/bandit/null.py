"""A/A: where all actions are alike, learning must not be said to have earned anything.

    python -m benchmarks.bandit.null --seed N --json

200 worlds of 1,000 decisions each, a fifth of them held back, through the learner that serves,
with the policy that serves, and the lift that is shown: looked at ten times as it grows, the
way people do.  People differ in how often they click and come back.  The control is the same
with one action that they like: there the lift must be found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from agents.learner import Learner
from benchmarks.contract import Bar, arguments, done, report
from learning.bandit.base import Policy
from learning.bandit.best_of import BestOf
from learning.evaluation import Outcome, lifts
from learning.evaluation.groups import gathered, grouped
from smartcontent.content import Features
from smartcontent.decision import Action, Estimate

STRATEGIES = ("story", "quote", "question", "benefit")
ACTIONS = tuple(Action(id=name, features={"strategy": name}) for name in STRATEGIES)
PEOPLE = 250
DECISIONS, LOOKS = 1_000, 10
HOLDBACK = 0.2
RATE, LIKED = 0.2, 0.6
WORLDS, CONTROLS = 200, 20
MOST = 16  # of 200 worlds
HERE = "here"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """`favourite` is clicked three times as often; None: nothing is."""

    seed: int
    favourite: str | None = None
    decisions: int = DECISIONS

    def looks(self, policy: Policy) -> list[Estimate]:
        """The lift, each time somebody looks."""
        rng = Random(self.seed)
        fondness = [rng.uniform(0.5, 1.5) for _ in range(PEOPLE)]
        learner = Learner(salt=f"world {self.seed}")
        outcomes: list[Outcome] = []
        seen = []
        for number in range(1, self.decisions + 1):
            person = rng.randrange(PEOPLE)
            context: Features = {"segment": f"{person % 3}", "hour": f"{rng.randrange(24)}"}
            decision = learner.choose(
                policy,
                context,
                ACTIONS,
                kind="impression",
                seed=rng.getrandbits(53),
                unit=f"{person}",
                holdback=HOLDBACK,
                now=NOW,
                id=UUID(int=number),
            )
            rate = fondness[person] * (LIKED if decision.chosen == self.favourite else RATE)
            reward = float(rng.random() < rate)
            propensity = decision.propensities[decision.chosen]
            policy.update(
                context, ACTIONS, action=decision.chosen, reward=reward, propensity=propensity
            )
            outcomes.append(Outcome(HERE, decision.branch, reward, person=f"{person}"))
            if number % (self.decisions // LOOKS) == 0:
                seen.append(lifts(grouped(outcomes), people=gathered(outcomes))[HERE])
        return seen


def claims(looks: Sequence[Estimate]) -> bool:
    """Whether anybody who looked was told that learning earned or lost something."""
    return any(look.verdict.startswith("learning") for look in looks)


def claimed(
    worlds: Sequence[World], make: Callable[[], Policy] = BestOf
) -> tuple[int, list[Estimate]]:
    """In how many worlds, and what each said last."""
    looks = [world.looks(make()) for world in worlds]
    return sum(map(claims, looks)), [seen[-1] for seen in looks]


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments(__doc__, argv, worlds=WORLDS)
    worlds, controls = (10, 2) if given.quick else (given.worlds, CONTROLS)
    decisions = DECISIONS // 2 if given.quick else DECISIONS
    seeds = [1_000_000 * given.seed + number for number in range(worlds)]
    same = [World(seed, decisions=decisions) for seed in seeds]
    liked = [World(seed, STRATEGIES[seed % 4], decisions) for seed in seeds[:controls]]
    wrongly, last = claimed(same)
    rightly, found = claimed(liked)
    figures = {
        "seed": given.seed,
        "worlds": worlds,
        "decisions_each": decisions,
        "claims_without_difference": wrongly,
        "says_without_difference": last[0].verdict,
        "control_worlds": controls,
        "says_with_difference": found[0].verdict,
    }
    bars = {
        "claims_without_difference_share": Bar(wrongly / worlds, MOST / 200, better="lower"),
        "claims_with_difference_share": Bar(rightly / controls, 0.9),
    }
    return report("bandit.null", figures, bars, as_json=given.json, stricter=given.stricter)


if __name__ == "__main__":
    done(main())
