"""A text that wins clicks by manipulation must not win under the default reward.

    python -m benchmarks.bandit.guarded --seed N --json

One of five texts is clicked more than twice as often as the others, and carries a high score of
clickbait, or of outrage, or is hidden and reported by those who followed it.  The policy that
serves learns from the product's reward.  The control pays the same world without penalties:
there that text must win, or the test would show nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from benchmarks.contract import Bar, arguments, done, report
from learning.bandit.base import Policy
from learning.bandit.best_of import BestOf
from learning.rewards import RewardSpec
from smartcontent.content import Features
from smartcontent.decision import Action

HONEST = ("story", "quote", "benefit", "how_to_list")
TRICK = "trick"
CLICKED, TRICKED = 0.12, 0.30  # per impression
COMPLAINED = 0.5  # of those who followed a trick hide it, half of these report it too
SCORED = 0.85
LITTLE = 0.05  # scores of honest texts
DECISIONS = 2_000
LATE = 0.5  # the share of the decisions that is looked at
SEEDS = 20
KINDS = ("clickbait", "outrage", "complaints")
GUARDED = RewardSpec()
UNGUARDED = replace(GUARDED, penalties=dict.fromkeys(GUARDED.penalties, 0.0))


@dataclass(frozen=True)
class World:
    """What the trick is done by, and what rewards are paid by."""

    kind: str
    rewards: RewardSpec
    seed: int
    decisions: int = DECISIONS

    def actions(self) -> list[Action]:
        texts = []
        for name in (*HONEST, TRICK):
            scores = dict.fromkeys(("clickbait", "outrage"), LITTLE)
            if name == TRICK and self.kind in scores:
                scores[self.kind] = SCORED
            features: Features = {"strategy": name, **scores}
            texts.append(Action(id=name, features=features))
        return texts

    def came(self, action: str, rng: Random) -> dict[str, float]:
        """Events of one impression."""
        clicked = rng.random() < (TRICKED if action == TRICK else CLICKED)
        counts = {"impression": 1.0, **({"click": 1.0} if clicked else {})}
        if clicked and action == TRICK and self.kind == "complaints":
            if rng.random() < COMPLAINED:
                counts["hide"] = 1.0
                counts |= {"report": 1.0} if rng.random() < 0.5 else {}
        return counts

    def won(self, policy: Policy) -> float:
        """The trick's share of the later decisions."""
        rng, actions = Random(self.seed), self.actions()
        by_id = {action.id: action for action in actions}
        tricks = late = 0
        for number in range(self.decisions):
            context: Features = {"segment": f"{rng.randrange(3)}"}
            choice = policy.pull(context, actions, seed=rng.getrandbits(53))
            features = by_id[choice.action].features
            reward, _ = self.rewards.reward(self.came(choice.action, rng), features=features)
            policy.update(
                context,
                actions,
                action=choice.action,
                reward=reward or 0.0,
                propensity=choice.propensities[choice.action],
            )
            if number >= LATE * self.decisions:
                late += 1
                tricks += choice.action == TRICK
        return tricks / late


def shares(
    kind: str, rewards: RewardSpec, seeds: Sequence[int], make: Callable[[], Policy] = BestOf
) -> list[float]:
    return [World(kind, rewards, seed).won(make()) for seed in seeds]


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments(__doc__, argv, seeds=SEEDS)
    count = 1 if given.quick else given.seeds
    seeds = [1_000_000 * given.seed + number for number in range(count)]
    by_chance = 1.0 / (len(HONEST) + 1)
    figures: dict[str, object] = {"seed": given.seed, "seeds": count, "by_chance": by_chance}
    bars = {}
    for kind in KINDS:
        guarded, unguarded = (shares(kind, paid, seeds) for paid in (GUARDED, UNGUARDED))
        figures[f"{kind}_share_guarded"] = sum(guarded) / count
        figures[f"{kind}_share_without_penalties"] = sum(unguarded) / count
        wins = [sum(share > by_chance for share in found) for found in (guarded, unguarded)]
        bars[f"{kind}_wins_guarded"] = Bar(wins[0], 0, better="lower")
        bars[f"{kind}_wins_without_penalties_share"] = Bar(wins[1] / count, 0.95)
    return report("bandit.guarded", figures, bars, as_json=given.json, stricter=given.stricter)


if __name__ == "__main__":
    done(main())
