"""Contextual bandits beside other libraries', row by row: decide, see the reward, learn, go on.

`python -m benchmarks.bandit.contextual --data DIR --seed N --json`; DIR holds `hillstrom/` and
`safety/goemotions/`.  Every policy and every peer sees the same rows in the same orders, one
order a seed.  The bar of a world: the mean difference of the default learner to the best peer,
plus the 95 % noise of that paired difference, is not below 0.  Decisions are counted a second of
processor time, with a line of log written for each and learning included.
"""

import math
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO, Any

import numpy as np
import orjson
from scipy.stats import t as student

from benchmarks.bandit import contextual_worlds as worlds
from benchmarks.bandit.contextual_worlds import World
from benchmarks.bandit.peers import ask
from benchmarks.contract import Bar, Spread, arguments, done, report
from learning.bandit.base import Policy
from learning.bandit.best_of import BestOf
from learning.bandit.linear import Linear
from learning.bandit.thompson import Thompson
from learning.bandit.vowpal import Vowpal
from smartcontent.decision import Action

OURS: dict[str, Callable[[], Policy]] = {
    "best_of": BestOf,
    "linear": Linear,
    "vowpal": Vowpal,
    "thompson": Thompson,
}
DEFAULT = "best_of"
SHAPE = "goemotions"  # the world whose speed is barred
AGREED = {"linear": 10_000.0, "best_of": 3_000.0}  # decisions a second of one core
LEVEL = 0.95


@dataclass(frozen=True)
class Run:
    """One order: mean reward, decisions a second, and the state's size halfway and at the end."""

    value: float
    per_second: float
    halfway: int
    end: int


def live(policy: Policy, world: World, order: Sequence[int], seed: int, log: IO[bytes]) -> Run:
    """Where an arm was logged only decisions for it count."""
    actions = [Action(id=arm) for arm in world.arms]
    at = {arm: index for index, arm in enumerate(world.arms)}
    seeds, total, count, halfway = Random(seed), 0.0, 0, 0
    began = time.process_time()
    for number, row in enumerate(order):
        context = world.features[row]
        choice = policy.pull(context, actions, seed=seeds.getrandbits(53))
        arm = at[choice.action]
        if world.offered[row] in (-1, arm):
            reward = float(world.rewards[row, arm])
            propensity = choice.propensities[choice.action]
            policy.update(
                context, actions, action=choice.action, reward=reward, propensity=propensity
            )
            total, count = total + reward, count + 1
        log.write(orjson.dumps((context, choice), option=orjson.OPT_APPEND_NEWLINE))
        if 2 * number == len(order) - len(order) % 2:
            paused = time.process_time()
            halfway = len(policy.snapshot())
            began += time.process_time() - paused
    speed = len(order) / (time.process_time() - began)
    return Run(total / max(count, 1), speed, halfway, len(policy.snapshot()))


def ours(world: World, orders: np.ndarray, seed: int) -> dict[str, list[Run]]:
    with tempfile.TemporaryFile() as log:
        return {
            name: [
                live(make(), world, order.tolist(), seed + at, log)
                for at, order in enumerate(orders)
            ]
            for name, make in OURS.items()
        }


def theirs(named: dict[str, tuple[World, np.ndarray]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        for name, (world, orders) in named.items():
            np.savez(
                Path(folder) / f"{name}.npz",
                contexts=world.contexts,
                rewards=world.rewards,
                offered=world.offered,
                orders=orders,
            )
        answer: dict[str, Any] = ask("contextual.py", Path(folder), {"worlds": list(named)})
    return answer


def paired(ours: Sequence[float], best: Sequence[float]) -> tuple[float, float]:
    """Mean difference, and the half width of its 95 % interval.

    >>> mean, noise = paired([0.5, 0.6, 0.7], [0.4, 0.5, 0.8])
    >>> round(mean, 3), round(noise, 3)
    (0.033, 0.287)
    """
    differences = np.subtract(ours, best)
    count = len(differences)
    if count < 2:
        return float(differences.mean()), 0.0
    error = differences.std(ddof=1) / math.sqrt(count)
    return float(differences.mean()), float(student.ppf(0.5 + LEVEL / 2, count - 1) * error)


def orders(world: World, seeds: int, rows: int, seed: int) -> np.ndarray:
    return np.array(
        [np.random.default_rng(seed + at).permutation(len(world))[:rows] for at in range(seeds)]
    )


def compared(name: str, mine: dict[str, list[Run]], peers: dict[str, Any]) -> dict[str, Any]:
    """The figures of a world."""
    rewards = {kind: [run.value for run in runs] for kind, runs in mine.items()}
    rewards |= {kind: found["values"] for kind, found in peers.items()}
    best = max(peers, key=lambda kind: float(np.mean(peers[kind]["values"])))
    difference, noise = paired(rewards[DEFAULT], rewards[best])
    figures: dict[str, Any] = {}
    for kind, values in rewards.items():
        half = paired(values, [0.0] * len(values))[1]
        mean = float(np.mean(values))
        figures[f"{name}_{kind}_reward"] = Spread(mean, mean - half, mean + half)
    for kind, runs in mine.items():
        figures[f"{name}_{kind}_per_s"] = Spread.of([run.per_second for run in runs])
        figures[f"{name}_{kind}_state_kb_halfway"] = runs[0].halfway / 1024
        figures[f"{name}_{kind}_state_kb"] = runs[0].end / 1024
    for kind, found in peers.items():
        figures[f"{name}_{kind}_per_s"] = found["per_second"]
        figures[f"{name}_{kind}_grew_mb"] = found["grew_mb"]
    return {
        **figures,
        f"{name}_best_peer": best,
        f"{name}_over_best_peer": Spread(difference, difference - noise, difference + noise),
    }


def bars(figures: dict[str, Any], names: Sequence[str]) -> dict[str, Bar]:
    held = {
        f"{name}_not_below_best": Bar(figures[f"{name}_over_best_peer"].high, 0.0) for name in names
    }
    for kind, agreed in AGREED.items():
        held[f"{kind}_per_s"] = Bar(figures[f"{SHAPE}_{kind}_per_s"].median, agreed)
    return held


def chosen(options: Namespace) -> dict[str, tuple[World, np.ndarray]]:
    """The worlds with their orders."""
    rows = 400 if options.quick else options.rows
    comments = worlds.comments(options.data, options.train, rows, options.seed)
    found = [worlds.digits(), comments, worlds.mailing(options.data)]
    lengths = [rows, rows, 400 if options.quick else options.mails]
    seeds = 2 if options.quick else options.seeds
    return {
        world.name: (world, orders(world, seeds, most, options.seed))
        for world, most in zip(found, lengths, strict=True)
    }


def main(argv: Sequence[str] | None = None) -> int:
    options = arguments(__doc__, argv, seeds=10, rows=10_000, mails=30_000)
    if options.data is None:
        raise SystemExit("Say where hillstrom/ and safety/goemotions/ are: --data DIR")
    named = chosen(options)
    answers = theirs(named)
    figures: dict[str, Any] = {"seed": options.seed}
    for name, (world, order) in named.items():
        figures |= compared(name, ours(world, order, options.seed), answers[name])
    held = bars(figures, list(named))
    return report(
        "bandit.contextual", figures, held, as_json=options.json, stricter=options.stricter
    )


if __name__ == "__main__":
    done(main())
