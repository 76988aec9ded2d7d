"""Why an action was chosen: parts that sum to its score, the runner-up, and one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from learning.bandit.base import Choice, Policy
from smartcontent.content import Features
from smartcontent.decision import Action, Contribution, Explanation

NAMED = 2  # contributions named in the sentence


@dataclass(frozen=True)
class Told:
    """What happened: the action, how many rewards stand behind the scores, and whether the
    baseline chose it for the holdback."""

    chosen: str
    rewards_seen: int
    held: bool = False


def explain(
    policy: Policy, context: Features, actions: Sequence[Action], choice: Choice, *, told: Told
) -> Explanation:
    """The explanation of `told.chosen`, sentence included.

    The runner-up is the best of the other actions; the gap is negative when it scores higher,
    as it does when the choice explores.
    """
    score = choice.scores[told.chosen]
    others = {action: value for action, value in choice.scores.items() if action != told.chosen}
    runner_up = max(others, key=others.__getitem__) if others else None
    parts = policy.explain(context, actions, told.chosen)
    explanation = Explanation(
        score=score,
        contributions=tuple(Contribution(feature=name, value=parts[name]) for name in parts),
        runner_up=runner_up,
        gap=None if runner_up is None else score - others[runner_up],
        explored=score < max(choice.scores.values()),
        rewards_seen=told.rewards_seen,
    )
    names = {action.id: name_of(action) for action in actions}
    return explanation.model_copy(update={"sentence": sentence(explanation, told, names)})


def name_of(action: Action) -> str:
    """An action in plain words, by its strategy and platform where it has them.

    >>> name_of(Action(id="7", features={"strategy": "story", "platform": "rss"}))
    'story on rss'
    >>> name_of(Action(id="banner 7"))
    'banner 7'
    """
    strategy, platform = (action.features.get(key) for key in ("strategy", "platform"))
    if strategy is None:
        return action.id
    return f"{strategy} on {platform}" if platform else str(strategy)


def sentence(why: Explanation, told: Told, names: dict[str, str]) -> str:
    """
    >>> sentence(Explanation(score=0.2, runner_up="b", gap=0.05, rewards_seen=412),
    ...          Told("a", 412), {"a": "story", "b": "question"})
    'Chose story; runner-up question, 25 % behind; based on 412 rewards.'
    """
    count = told.rewards_seen
    rests = f"based on {count:,} reward{'' if count == 1 else 's'}"
    parts = (_reason(why, told, names[told.chosen]), _compared(why, names), rests)
    return "; ".join(part for part in parts if part) + "."


def _reason(why: Explanation, told: Told, name: str) -> str:
    if told.held:
        return f"Chose {name} by lot, to measure what learning earns"
    if not told.rewards_seen:
        return f"Chose {name} by lot, since nothing is known yet"
    if why.explored:
        return f"Tried {name} to learn more about it"
    return f"Chose {name}{_because(why)}"


def _because(why: Explanation) -> str:
    helping = [part for part in why.contributions if part.feature != "base" and part.value > 0]
    helping.sort(key=lambda part: -part.value)
    shown = [f"{_plain(part.feature)} ({part.value:+.3f})" for part in helping[:NAMED]]
    return f" because of {' and '.join(shown)}" if shown else ""


def _plain(feature: str) -> str:
    return feature.removeprefix("context ").removeprefix("action ").replace("=", " ")


def _compared(why: Explanation, names: dict[str, str]) -> str:
    if why.runner_up is None or why.gap is None or not why.rewards_seen:
        return ""
    other = names[why.runner_up]
    best = max(abs(why.score), abs(why.score - why.gap))
    if why.gap == 0.0 or best == 0.0:
        return f"level with {other}"
    side = "behind" if why.gap > 0 else "ahead"
    return f"runner-up {other}, {100 * abs(why.gap) / best:.0f} % {side}"
