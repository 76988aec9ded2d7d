"""Which of two headlines wins: the text prior against peers, on real headline tests.

    python -m benchmarks.bandit.headlines --data DIR [--train DIR] --seed N --json

DIR holds `packages.csv.gz` of the Upworthy Research Archive (or `upworthy/` with it).  The older
half of its tests teaches, the newer half asks; with `--train` all of that folder teaches and all
of `--data` asks.  A question is a pair of headlines of one test under the same image.  Clear pairs
are those whose click rates differ by more than noise (|z| > 1.96); the surest third is each
contender's own.  Intervals are of 95 %, over tests drawn anew.  Reliability is how far apart the
headlines were when the prior expected them to be so: `--picture FILE` draws it as SVG.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bandit.headline_pairs import Pairs, Shares, drawn_tests, pairs_of, split_half
from benchmarks.bandit.headline_peers import asked_by_peers
from benchmarks.bandit.reliability_picture import drawing
from benchmarks.bandit.upworthy_made import made
from benchmarks.bandit.upworthy_texts import Vectors, headlines, prior, stacked
from benchmarks.bandit.upworthy_vectors import embedded
from benchmarks.contract import Bar, arguments, done, report
from benchmarks.upworthy_data import HeadlineTest, halves, split
from learning.prediction.text_prior import Numbers, TextPrior
from learning.prediction.text_training import reliability

OURS = "text_prior"
MARGIN = 0.01  # above the best peer
SLOPE = (0.9, 1.1)
DRAWS, QUICK_DRAWS = 1_000, 50


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments(__doc__, argv, picture="")
    if given.data is None and not given.quick:
        raise SystemExit("Give --data DIR with the tests; --quick alone makes some up.")
    tests = split(given.data, given.train) if given.data else halves(made(given.seed, tests=160))
    vectors = embedded([*tests.train, *tests.test], quick=given.quick)
    asked = pairs_of(tests.test)
    text_prior = prior(tests.train, vectors.ours)
    gaps, sure = leads(text_prior, tests.test, vectors.ours)
    told = asked_by_peers(tests.train, asked, vectors.peers, seed=given.seed) | {OURS: gaps}
    draws = drawn_tests(asked, QUICK_DRAWS if given.quick else DRAWS, seed=given.seed)
    shares = {
        name: asked.shares(each, sure if name == OURS else each) for name, each in told.items()
    }
    about = {"seed": given.seed, "trained_on": len(tests.train), "tests": len(tests.test)}
    about |= {"pairs": len(asked.seen), "clear_pairs": int(asked.clear.sum())}
    about |= {"split_half": split_half(tests.test, seed=given.seed)}
    figures, bars = compared(shares, draws)
    calibrated, held = calibration(asked, gaps, draws)
    if given.picture:
        Path(given.picture).write_text(drawing(asked, gaps, draws), encoding="utf-8")
    return report(
        "bandit.headlines",
        about | figures | calibrated,
        bars | held,
        as_json=given.json,
        stricter=given.stricter,
    )


def leads(
    text_prior: TextPrior, tests: Sequence[HeadlineTest], vectors: Vectors
) -> tuple[Numbers, Numbers]:
    """Expected log lift of every pair, and the same in standard deviations."""
    gaps, sure = [], []
    for test in tests:
        lifts = text_prior.lifts(headlines(test), stacked(test, vectors))
        for one, other in pairs_of([test]).places:
            gaps.append(float(lifts.expected[one] - lifts.expected[other]))
            sure.append(lifts.sureness(int(one), int(other)))
    return np.array(gaps), np.array(sure)


def compared(shares: Mapping[str, Shares], draws: Numbers) -> tuple[dict[str, Any], dict[str, Bar]]:
    """Shares of right answers with intervals, and ours against the best peer of each column."""
    figures: dict[str, Any] = {}
    bars: dict[str, Bar] = {}
    for column in Shares._fields:
        held = {name: getattr(each, column) for name, each in shares.items()}
        for name, share in held.items():
            low, high = np.quantile(share.drawn(draws), [0.025, 0.975])
            figures[f"{name}_{column}"] = _told(right=share.value, low=low, high=high)
        best = max((name for name in held if name != OURS), key=lambda name: held[name].value)
        over = held[OURS].value - held[best].value
        low, high = np.quantile(held[OURS].drawn(draws) - held[best].drawn(draws), [0.025, 0.975])
        figures[f"over_{best}_{column}"] = _told(difference=over, low=low, high=high)
        if column in ("all", "clear"):
            bars[f"over_best_peer_{column}"] = Bar(round(over, 4), MARGIN)
    return figures, bars


def calibration(
    asked: Pairs, gaps: Numbers, draws: Numbers
) -> tuple[dict[str, Any], dict[str, Bar]]:
    """The slope of what came on what was expected; each half of its range has a bar."""
    slope = reliability(gaps, asked.seen, asked.noise)
    weights = draws[:, asked.test]
    drawn = [reliability(gaps, asked.seen, asked.noise, weight) for weight in weights]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"reliability": _told(slope=slope, low=low, high=high)}, {
        "reliability_slope_at_least": Bar(round(slope, 4), SLOPE[0]),
        "reliability_slope_at_most": Bar(round(slope, 4), SLOPE[1], better="lower"),
    }


def _told(**values: float) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in values.items()}


if __name__ == "__main__":
    done(main())
