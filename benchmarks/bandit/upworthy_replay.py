"""Replaying many headline tests at once, without replacement, in batches of ten impressions.

Each arm's own impressions are shuffled once a seed, and every rule meets them in that order: the
fifth impression of an arm is the same click or none for all.  So rules differ by what they choose
and not by luck.  Rows of all arrays are tests (times seeds), columns arms.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.upworthy_data import HeadlineTest

Numbers: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Random: TypeAlias = np.random.Generator
BATCH = 10
TOGETHER = 5  # seeds in one go: as many as memory likes


@dataclass(frozen=True)
class Block:
    """Tests with the same number of arms, and where they stand among all."""

    at: Integers
    impressions: Integers
    clicks: Integers

    @property
    def arms(self) -> int:
        return int(self.impressions.shape[1])


class State(NamedTuple):
    """What a rule may know before a batch: `left` of the budget, `size` of the batch."""

    seen: Integers
    earned: Integers
    offered: Flags
    left: Integers
    size: Integers


Chooser: TypeAlias = Callable[[State, Random], Integers]


@dataclass(frozen=True)
class Rule:
    """`start` gives the chooser of one run over a block, its tests repeated so many times.

    A rule that `plans` for its budget is run once for each; another is looked at on its way.
    """

    start: Callable[[Block, int], Chooser]
    plans: bool = False


def blocks(tests: Sequence[HeadlineTest]) -> Iterator[Block]:
    sizes = np.array([len(test.arms) for test in tests])
    for size in np.unique(sizes):
        at = np.flatnonzero(sizes == size)
        arms = [tests[int(row)].arms for row in at]
        yield Block(
            at,
            np.array([[arm.impressions for arm in row] for row in arms]),
            np.array([[arm.clicks for arm in row] for row in arms]),
        )


def rates(
    tests: Sequence[HeadlineTest], rule: Rule, budgets: Sequence[int], seeds: Sequence[int]
) -> Numbers:
    """Clicks per impression: budgets x seeds x tests.  A budget is impressions per arm."""
    found = np.zeros((len(budgets), len(seeds), len(tests)))
    for first in range(0, len(seeds), TOGETHER):
        some = seeds[first : first + TOGETHER]
        for block in blocks(tests):
            found[:, first : first + len(some), block.at] = _block(block, rule, budgets, some)
    return found


def uniform(tests: Sequence[HeadlineTest]) -> Numbers:
    """What all arms alike are expected to earn, a number a test."""
    shares = [[arm.clicks / arm.impressions for arm in test.arms] for test in tests]
    return np.array([np.mean(row) for row in shares])


def _block(block: Block, rule: Rule, budgets: Sequence[int], seeds: Sequence[int]) -> Numbers:
    order = np.concatenate([shuffled(block, max(budgets), seed) for seed in seeds])
    runs = [[budget] for budget in budgets] if rule.plans else [list(budgets)]
    done = []
    for run in runs:
        chooser = rule.start(block, len(seeds))
        random = np.random.default_rng([*seeds, block.arms])
        done += replay(block, order, chooser, run, random)
    return np.array(done).reshape(len(budgets), len(seeds), len(block.at))


def shuffled(block: Block, budget: int, seed: int) -> NDArray[np.uint16]:
    """Clicks among the first 0, 1, 2, ... impressions of each arm: tests x arms x longest + 1."""
    longest = min(int(block.impressions.max()), budget * block.arms)
    clicked = np.zeros((*block.impressions.shape, longest + 1), dtype=np.uint16)
    random = np.random.default_rng([seed, block.arms])
    for row, arm in np.ndindex(*block.impressions.shape):
        places = random.choice(
            block.impressions[row, arm], block.clicks[row, arm], replace=False, shuffle=False
        )
        clicked[row, arm, places[places < longest] + 1] = 1
    return np.cumsum(clicked, axis=2, dtype=np.uint16)


def replay(
    block: Block,
    order: NDArray[np.uint16],
    chooser: Chooser,
    budgets: Sequence[int],
    random: Random,
) -> list[Numbers]:
    """Clicks per impression of each row when each of the budgets (rising) is used up."""
    available = np.tile(block.impressions, (len(order) // len(block.at), 1))
    seen, earned = np.zeros_like(available), np.zeros_like(available)
    rows, arms = np.ogrid[: len(order), : block.arms]
    ends = [np.minimum(each * block.arms, available.sum(axis=1)) for each in budgets]
    done = []
    for end in ends:
        while (size := np.minimum(BATCH, end - seen.sum(axis=1))).any():
            left = ends[-1] - seen.sum(axis=1)
            chosen = chooser(State(seen, earned, seen < available, left, size), random)
            seen = seen + np.minimum(chosen, available - seen)
            earned = order[rows, arms, seen].astype(np.int64)
        done.append(earned.sum(axis=1) / seen.sum(axis=1))
    return done


def on_one(scores: Numbers, state: State, random: Random) -> Integers:
    """The whole batch to the highest score on offer, ties at random."""
    allowed = np.where(state.offered, scores, -np.inf)
    best = allowed == allowed.max(axis=1, keepdims=True)
    arm = (best * (1.0 - random.random(best.shape))).argmax(axis=1)
    batch = np.zeros(best.shape, dtype=np.int64)
    batch[np.arange(len(arm)), arm] = state.size
    return batch


def drawn(propensities: Numbers, state: State, uniforms: Numbers) -> Integers:
    """Each impression of the batch from the propensities; as `learning.sampling.draw` does it."""
    steps = propensities.cumsum(axis=1)[:, None, :]
    arms = (uniforms[:, :, None] >= steps).sum(axis=2)
    last = state.offered.shape[1] - 1 - state.offered[:, ::-1].argmax(axis=1)
    arms = np.minimum(arms, last[:, None])
    counted = np.arange(uniforms.shape[1]) < state.size[:, None]
    chosen = (arms[:, :, None] == np.arange(propensities.shape[1])) & counted[:, :, None]
    batch: Integers = chosen.sum(axis=1)
    return batch
