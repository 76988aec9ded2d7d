"""Kevin Hillstrom's randomised e-mail experiment as a world for off-policy evaluation.

Half of the customers give the truth of a target policy: their mail was drawn at random, so those
who happened to get what the target would send tell what it earns.  From the other half a log is
drawn by rejection: each customer is kept with the probability an old habit would have sent the
mail they got, so the log is the habit's and its propensities are known.
"""

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learning.confidence import Numbers
from learning.evaluation import Offers
from learning.evaluation.reward_model import ridge

ARMS = ("No E-Mail", "Mens E-Mail", "Womens E-Mail")
ZIPS, CHANNELS = ("Rural", "Surburban"), ("Web", "Multichannel")
FILE = "hillstrom.csv.gz"
TRAINED = 0.1  # share of the log's half that trains the target policy, when no --train is given
LEFT_TO_CHANCE = 0.3  # of the target policy
HABIT_FLOOR = 0.2  # of the old habit, left to chance
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Mailing:
    """Customers: standardised contexts (n, d), what was sent, and whether they visited."""

    contexts: Numbers
    bought: Numbers
    actions: Ints
    rewards: Numbers

    def take(self, which: Ints) -> "Mailing":
        return Mailing(
            self.contexts[which], self.bought[which], self.actions[which], self.rewards[which]
        )

    def __len__(self) -> int:
        return len(self.rewards)


@dataclass(frozen=True)
class Biased:
    """A log of an old habit and the truth about a target policy, with the truth's variance.

    `target` (n, K) are the target's probabilities for the customers of the log.
    """

    log: Mailing
    propensities: Numbers
    target: Numbers
    truth: float
    truth_variance: float


def read(folder: Path) -> Mailing:
    """The folder with the file, or the one above it."""
    file = folder / FILE if (folder / FILE).exists() else folder / "hillstrom" / FILE
    with gzip.open(file, "rt", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    numbers = np.array([_context(row) for row in rows])
    contexts = (numbers - numbers.mean(axis=0)) / np.maximum(numbers.std(axis=0), 1e-12)
    bought = np.array([[float(row["mens"]), float(row["womens"])] for row in rows])
    actions = np.array([ARMS.index(row["segment"]) for row in rows], dtype=np.int64)
    return Mailing(contexts, bought, actions, np.array([float(row["visit"]) for row in rows]))


def split(mailing: Mailing, trained_on: Mailing | None, rng: np.random.Generator) -> Biased:
    """Halves drawn anew: one for the truth, one for the log (and the target, if need be)."""
    order = rng.permutation(len(mailing))
    half = len(order) // 2
    truth, rest = mailing.take(order[:half]), order[half:]
    if trained_on is None:
        first = int(TRAINED * len(rest))
        trained_on, rest = mailing.take(rest[:first]), rest[first:]
    best = _arms(trained_on)
    offered = mailing.take(rest)
    habits = habit(offered)
    sent = habits[np.arange(len(offered)), offered.actions]
    kept = np.flatnonzero(rng.random(len(offered)) * habits.max() < sent)
    log = offered.take(kept)
    value, variance = _truth(truth, aimed(truth, best))
    return Biased(log, sent[kept], aimed(log, best), value, variance)


def habit(mailing: Mailing) -> Numbers:
    """Who bought women's things gets women's mail, who has not come for long gets none."""
    away = mailing.contexts[:, 0]
    mens, womens = mailing.bought.T
    scores = np.column_stack([0.6 * away, 0.5 * mens - 0.5, 1.0 * womens])
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return np.asarray((1 - HABIT_FLOOR) * shares + HABIT_FLOOR / len(ARMS))


def aimed(mailing: Mailing, coefficients: Numbers) -> Numbers:
    """The target: what a regression for each arm calls best, the rest by chance."""
    scores = with_constant(mailing.contexts) @ coefficients
    greedy = np.eye(len(ARMS))[scores.argmax(axis=1)]
    return np.asarray((1 - LEFT_TO_CHANCE) * greedy + LEFT_TO_CHANCE / len(ARMS))


def offers(biased: Biased) -> Offers:
    """Every mail that could have been sent: context and arm, as the peers' model sees them.

    What an arm does to some more than to others is left to the estimator's correction: in a few
    thousand rows it is smaller than the noise that its coefficients would bring.
    """
    n, arms = biased.target.shape
    contexts = np.repeat(biased.log.contexts, arms, axis=0)
    features = np.column_stack([contexts, np.tile(np.eye(arms), (n, 1))])
    decision = np.repeat(np.arange(n), arms)
    chosen = np.arange(n) * arms + biased.log.actions
    return Offers(decision, features, biased.target.reshape(-1), chosen)


def with_constant(contexts: Numbers) -> Numbers:
    return np.column_stack([np.ones(len(contexts)), contexts])


def _arms(mailing: Mailing) -> Numbers:
    """Coefficients (d + 1, K) of each arm's visits."""
    design = with_constant(mailing.contexts)
    of = [mailing.actions == arm for arm in range(len(ARMS))]
    return np.column_stack([ridge(design[sent], mailing.rewards[sent])[0] for sent in of])


def _truth(mailing: Mailing, target: Numbers) -> tuple[float, float]:
    """The target's value by the randomised half, and the variance of that figure."""
    shares = np.bincount(mailing.actions, minlength=len(ARMS)) / len(mailing)
    weights = target[np.arange(len(mailing)), mailing.actions] / shares[mailing.actions]
    value = float(weights @ mailing.rewards / weights.sum())
    moves = weights * (mailing.rewards - value) / weights.mean()
    return value, float(moves.var()) / len(mailing)


def _context(row: dict[str, str]) -> list[float]:
    return [
        float(row["recency"]),
        float(np.log(float(row["history"]))),
        float(row["mens"]),
        float(row["womens"]),
        float(row["newbie"]),
        *(float(row["zip_code"] == name) for name in ZIPS),
        *(float(row["channel"] == name) for name in CHANNELS),
    ]
