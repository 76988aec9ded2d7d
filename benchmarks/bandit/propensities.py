"""Are the logged propensities true?  Draws are counted and compared with what was logged.

`python -m benchmarks.bandit.propensities --seed N --json`; no data are needed.  Every policy
learns in a small world and then draws, in many contexts: from all actions, from masked ones (a
random part is forbidden before the draw) and with a holdback (some units are served by uniform
choice; what is logged is the mixture).  The chi-square of the counts must fit; the value of
uniform choice and of the policy itself, estimated from its own log by inverse propensities, must
lie where they truly lie.  A policy that lies by 2 % of the draws must be found out.
"""

import math
import pkgutil
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from inspect import isabstract
from random import Random
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

import learning.bandit
from benchmarks.contract import Bar, arguments, done, report
from learning.bandit.base import Choice, Policy, Weighed
from learning.bandit.best_of import BestOf
from learning.bandit.linear import Linear
from learning.bandit.uniform import Uniform
from learning.bandit.vowpal import Vowpal
from learning.holdback import in_holdback, mixture
from learning.sampling import draw
from smartcontent.content import Features
from smartcontent.decision import Action

Numbers = NDArray[np.float64]
NAMES = ("question", "number_first", "story", "how_to_list", "quote")
ACTIONS = [
    Action(id=name, features={"strategy": name, "platform": "feed" if at % 2 else "mail"})
    for at, name in enumerate(NAMES)
]
SEGMENTS = ("early readers", "evening readers", "newcomers")
HOLDBACK = 0.2
RARE = 1e-4  # a fit as bad as this comes by chance once in ten thousand runs
FAR = 4.0  # standard errors
TAUGHT = 400


@dataclass(frozen=True)
class Drawn:
    """One draw: what was logged, what was drawn, what it earned, and what uniform choice among
    the same and the policy itself would have earned on average."""

    cell: str
    propensities: dict[str, float]
    own: dict[str, float]
    action: str
    reward: float
    truths: tuple[float, float]


@dataclass
class Cell:
    """Where the same actions were drawn: how often each, for every vector that was logged."""

    counts: dict[tuple[float, ...], list[int]] = field(default_factory=dict)

    def add(self, propensities: dict[str, float], action: str) -> None:
        counts = self.counts.setdefault((*propensities.values(),), [0] * len(propensities))
        counts[[*propensities].index(action)] += 1

    @property
    def draws(self) -> int:
        return sum(map(sum, self.counts.values()))

    @property
    def freedom(self) -> int:
        return len(next(iter(self.counts))) - 1

    def chi_square(self) -> float:
        """Counts over what was expected, in units of their covariance."""
        size = self.freedom + 1
        over, covariance = np.zeros(size), np.zeros((size, size))
        for logged, counts in self.counts.items():
            shares, draws = np.array(logged), sum(counts)
            over += np.array(counts) - draws * shares
            covariance += draws * (np.diag(shares) - np.multiply.outer(shares, shares))
        return float(over @ np.linalg.pinv(covariance, hermitian=True) @ over)


@dataclass
class Fit:
    """How well draws fit the log.

    `chance` is that of a worse fit when the log is true; `uniform` and `own` are how many
    standard errors the two estimates lie from the truth.
    """

    chance: float
    uniform: float
    own: float

    @property
    def far(self) -> float:
        return max(abs(self.uniform), abs(self.own))


@dataclass
class Errors:
    """Estimate less truth, draw by draw."""

    values: list[float] = field(default_factory=list)

    @property
    def score(self) -> float:
        values = np.array(self.values)
        return float(values.mean() / (values.std(ddof=1) / math.sqrt(len(values))))


def policies() -> list[type[Policy]]:
    """Whatever lives in learning.bandit."""
    modules = [
        import_module(f"learning.bandit.{module.name}")
        for module in pkgutil.iter_modules(learning.bandit.__path__)
    ]
    found = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Policy) and not isabstract(value)
    }
    return sorted(found, key=lambda kind: kind.name)


def earns(action: str, context: Features) -> float:
    """The truth of the world: each segment has a favourite."""
    favourite = NAMES[SEGMENTS.index(str(context["segment"]))]
    return 0.5 if action == favourite else 0.1 + 0.05 * NAMES.index(action)


def contexts(random: Random) -> Iterator[Features]:
    while True:
        yield {"segment": random.choice(SEGMENTS), "visits": float(random.randrange(3))}


def taught(kind: Callable[[], Policy], seed: int) -> Policy:
    """After some hundred decisions of its own."""
    policy, random = kind(), Random(seed)
    for context, _ in zip(contexts(random), range(TAUGHT), strict=False):
        choice = policy.pull(context, ACTIONS, seed=random.getrandbits(53))
        policy.update(
            context,
            ACTIONS,
            action=choice.action,
            reward=float(random.random() < earns(choice.action, context)),
            propensity=choice.propensities[choice.action],
        )
    return policy


def settled(policy: Policy) -> Policy:
    """Itself, weighing each question once: it learns nothing while it is drawn from."""
    weigh, known = policy.weigh, dict[object, Weighed]()

    def remembered(context: Features, actions: Sequence[Action]) -> Weighed:
        question = (*context.items(), *(action.id for action in actions))
        if question not in known:
            known[question] = weigh(context, actions)
        return known[question]

    vars(policy)["weigh"] = remembered
    return policy


def plain(policy: Policy, draws: int, seed: int) -> Iterator[Drawn]:
    random = Random(seed)
    for context, _ in zip(contexts(random), range(draws), strict=False):
        choice = policy.pull(context, ACTIONS, seed=random.getrandbits(53))
        yield told(context, choice.propensities, choice.propensities, choice.action, random)


def masked(policy: Policy, draws: int, seed: int) -> Iterator[Drawn]:
    """Between two and all actions are allowed."""
    random = Random(seed)
    for context, _ in zip(contexts(random), range(draws), strict=False):
        allowed = random.sample(ACTIONS, random.randrange(2, len(ACTIONS) + 1))
        allowed.sort(key=lambda action: action.id)
        choice = policy.pull(context, allowed, seed=random.getrandbits(53))
        yield told(context, choice.propensities, choice.propensities, choice.action, random)


def held_back(policy: Policy, draws: int, seed: int) -> Iterator[Drawn]:
    """As the product serves: a unit falls into the holdback by hash, the log has the mixture."""
    random = Random(seed)
    baseline: dict[str, float] = dict.fromkeys(NAMES, 1.0 / len(NAMES))
    for context, unit in zip(contexts(random), range(draws), strict=False):
        choice = policy.pull(context, ACTIONS, seed=random.getrandbits(53))
        held = in_holdback(f"{seed} {unit}", HOLDBACK, "propensities")
        action = draw(baseline if held else choice.propensities, choice.seed)
        mixed = mixture(choice.propensities, baseline, HOLDBACK)
        yield told(context, mixed, choice.propensities, action, random)


def told(
    context: Features, logged: dict[str, float], own: dict[str, float], action: str, random: Random
) -> Drawn:
    values = {name: earns(name, context) for name in logged}
    truths = (
        sum(values.values()) / len(values),
        math.fsum(own[name] * value for name, value in values.items()),
    )
    reward = float(random.random() < values[action])
    return Drawn(f"{context} {sorted(logged)}", logged, own, action, reward, truths)


CASES: dict[str, Callable[[Policy, int, int], Iterator[Drawn]]] = {
    "plain": plain,
    "masked": masked,
    "holdback": held_back,
}


def fit(draws: Iterable[Drawn]) -> Fit:
    """Cells of less than 50 draws are left out: a chi-square says nothing of them."""
    cells: dict[str, Cell] = {}
    errors = (Errors(), Errors())
    for each in draws:
        cells.setdefault(each.cell, Cell()).add(each.propensities, each.action)
        weight = each.reward / each.propensities[each.action]
        targets = (1.0 / len(each.propensities), each.own[each.action])
        for error, target, truth in zip(errors, targets, each.truths, strict=True):
            error.values.append(target * weight - truth)
    used = [cell for cell in cells.values() if cell.draws >= 50]
    freedom = sum(cell.freedom for cell in used)
    chance = float(chi2.sf(sum(cell.chi_square() for cell in used), freedom))
    return Fit(chance, errors[0].score, errors[1].score)


class Liar(Uniform):
    """Draws the first action a little more often than it says."""

    name: ClassVar[str] = "liar"
    share: ClassVar[float] = 0.02

    def pull(
        self,
        context: Features,
        actions: Sequence[Action],
        *,
        seed: int,
        budget: int | None = None,
    ) -> Choice:
        choice = super().pull(context, actions, seed=seed)
        lies = Random(seed + 1).random() < self.share
        action = actions[0].id if lies else choice.action
        return Choice(action, choice.propensities, False, seed, choice.scores)


def measured(options: Namespace) -> dict[str, Fit]:
    draws = 3000 if options.quick else options.draws
    makers: dict[str, Callable[[], Policy]] = {kind.name: kind for kind in policies()}
    found = {}
    for name, make in {**makers, "best_of_several": undecided}.items():
        policy = settled(taught(make, options.seed))
        for case, drawing in CASES.items():
            found[f"{name}_{case}"] = fit(drawing(policy, draws, options.seed))
    return found


def undecided() -> BestOf:
    """Members so much alike that several are followed at once."""
    return BestOf([Linear(), Linear(optimism=1.0), Vowpal()], behind=0.0)


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(__doc__, argv, draws=100_000)
    fits = measured(options)
    lie = fit(plain(Liar(), max(options.draws, 100_000), options.seed))
    figures: dict[str, object] = {"seed": options.seed}
    for name, found in fits.items():
        figures[f"{name}_chance"] = found.chance
        figures[f"{name}_standard_errors_off"] = found.far
    bars = {
        "least_chance": Bar(min(found.chance for found in fits.values()), RARE),
        "most_standard_errors_off": Bar(max(f.far for f in fits.values()), FAR, better="lower"),
        "chance_of_the_lie": Bar(lie.chance, RARE, better="lower"),
    }
    return report(
        "bandit.propensities", figures, bars, as_json=options.json, stricter=options.stricter
    )


if __name__ == "__main__":
    done(main())
