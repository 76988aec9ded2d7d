"""The best action changes half way: how many decisions later the learner has followed.

    python -m benchmarks.bandit.drift --seed N --json

Eight strategies in three segments; one is clicked three times as often as the others, and half
way it is another.  Followed: the new one has more than half of a hundred decisions.  The peer is
the same learner without handling of change: no watch over its errors, nothing forgotten.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.contract import Bar, Spread, arguments, done, report
from learning.bandit.base import Policy
from learning.bandit.best_of import BestOf
from learning.bandit.linear import Linear
from learning.bandit.thompson import Thompson
from learning.bandit.vowpal import Vowpal
from smartcontent.content import Features
from smartcontent.decision import Action

STRATEGIES = (
    "story", "quote", "question", "benefit", "contrast", "how_to", "headline", "takeaways",
)  # fmt: skip
ACTIONS = tuple(Action(id=name, features={"strategy": name}) for name in STRATEGIES)
RATE, LIKED = 0.12, 0.35
FLIP, AFTER = 2_500, 3_000  # decisions before the change, and after it
RECOVERS_WITHIN = 750
WINDOW = 100
SEEDS = 20
FOREVER = 1e9


def shipped() -> Policy:
    return BestOf()


def steadfast() -> Policy:
    """The same members, which take what they learned for ever."""
    linear = Linear(fades=False, memory=FOREVER)
    members = [linear, Vowpal(), Thompson(by="strategy", memory=FOREVER)]
    return BestOf(members, memory=FOREVER)


@dataclass(frozen=True)
class World:
    """`flip` decisions with one favourite, then `after` with another."""

    seed: int
    flip: int = FLIP
    after: int = AFTER

    def taken(self, policy: Policy) -> list[bool]:
        """Of each decision after the change, whether it was the new favourite."""
        rng = Random(self.seed)
        before, now = rng.sample(STRATEGIES, 2)
        found = []
        for number in range(self.flip + self.after):
            best = before if number < self.flip else now
            context: Features = {"segment": f"{rng.randrange(3)}", "hour": f"{rng.randrange(24)}"}
            choice = policy.pull(context, ACTIONS, seed=rng.getrandbits(53))
            reward = float(rng.random() < (LIKED if choice.action == best else RATE))
            propensity = choice.propensities[choice.action]
            policy.update(
                context, ACTIONS, action=choice.action, reward=reward, propensity=propensity
            )
            if number >= self.flip:
                found.append(choice.action == now)
        return found


def recovery(taken: Sequence[bool]) -> int:
    """Decisions until the new favourite has more than half of a hundred; all there are if never.

    >>> recovery([False] * 300 + [True] * 200)
    351
    """
    for start in range(len(taken) - WINDOW + 1):
        if 2 * sum(taken[start : start + WINDOW]) > WINDOW:
            return start + WINDOW
    return len(taken)


def recoveries(worlds: Sequence[World], make: Callable[[], Policy]) -> list[float]:
    return [float(recovery(world.taken(make()))) for world in worlds]


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments(__doc__, argv, seeds=SEEDS)
    count = 2 if given.quick else given.seeds
    worlds = [World(1_000_000 * given.seed + number) for number in range(count)]
    ours, theirs = recoveries(worlds, shipped), recoveries(worlds, steadfast)
    figures = {
        "seed": given.seed,
        "worlds": count,
        "recovers_after": Spread.of(ours),
        "recovers_after_without_handling": Spread.of(theirs),
        "share_within_without_handling": _within(theirs),
    }
    bars = {
        "share_within_750": Bar(_within(ours), 0.9),
        "median_over_without_handling": Bar(
            Spread.of(ours).median / Spread.of(theirs).median, 1.0, better="lower"
        ),
    }
    return report("bandit.drift", figures, bars, as_json=given.json, stricter=given.stricter)


def _within(recovered: Sequence[float]) -> float:
    return sum(each <= RECOVERS_WITHIN for each in recovered) / len(recovered)


if __name__ == "__main__":
    done(main())
