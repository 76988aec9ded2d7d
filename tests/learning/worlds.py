"""Small worlds to learn in: an audience that prefers one strategy, any, or none."""

from collections.abc import Callable
from random import Random

from learning.bandit.base import Policy
from learning.holdback import in_holdback, mixture
from learning.sampling import draw
from smartcontent.content import Features
from smartcontent.decision import Action

STRATEGIES = {
    "question": "ask",
    "number_first": "tell",
    "story": "narrate",
    "how_to_list": "tell",
    "quote": "ask",
    "contrast": "oppose",
    "benefit": "tell",
    "behind_the_scenes": "narrate",
}
ACTIONS = [
    Action(id=name, features={"strategy": name, "form": form, "length": f"{len(name) // 5}"})
    for name, form in STRATEGIES.items()
]
Audience = Callable[[str, Random], float]


def prefers(favourite: str | None, base: float = 0.12, lift: float = 0.30) -> Audience:
    """Clicks with `lift` on its favourite, with `base` on all else."""
    return lambda action, rng: float(rng.random() < (lift if action == favourite else base))


def always(reward: float) -> Audience:
    return lambda action, rng: reward


def neutral(policy: Policy) -> dict[str, float]:
    """The propensity of each strategy for a context that says nothing."""
    return policy.pull({}, ACTIONS, seed=0).propensities


def live(
    policy: Policy, audience: Audience, decisions: int, seed: int, holdback: float = 0.05
) -> tuple[list[float], list[float]]:
    """Decide, show, learn; returns the rewards of the learned branch and of the holdback."""
    rng = Random(seed)
    branches: tuple[list[float], list[float]] = ([], [])
    baseline = {action.id: 1 / len(ACTIONS) for action in ACTIONS}
    for number in range(decisions):
        context: Features = {
            "hour": f"{rng.randrange(24)}",
            "segment": f"{rng.randrange(3)}",
            "platform": "sandbox",
        }
        learned = policy.pull(context, ACTIONS, seed=rng.getrandbits(62)).propensities
        held = in_holdback(f"{seed} {number}", holdback, "world")
        action = draw(baseline if held else learned, rng.getrandbits(62))
        reward = audience(action, rng)
        drawn_with = mixture(learned, baseline, holdback)[action]
        policy.update(context, ACTIONS, action=action, reward=reward, propensity=drawn_with)
        branches[held].append(reward)
    return branches
