"""Off-policy evaluation against Open Bandit Pipeline, on logs whose truth is known.

    python -m benchmarks.bandit.ope --data DIR [--train DIR] --seed N --json

Data: `hillstrom/` (protocol in `mailing.py`) and `open_bandit/`, whose logs of 38 to 69 clicks
must be refused.  Ours is `shrunk_dr` over a cross-fitted ridge with its bootstrap interval; the
other estimators are shown beside it.  With `--train` the target policy comes from there and all
customers of `--data` are split; else a tenth of the log's half trains it.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.bandit import mailing, open_bandit
from benchmarks.bandit.mailing import Biased, Mailing
from benchmarks.bandit.peers import ask
from benchmarks.contract import Bar, arguments, done, report
from learning.confidence import Numbers
from learning.evaluation import cross_fitted, evaluate

REPEATS, QUICK = 300, 4
DRAWS = 1_000
OURS = "shrunk_dr"
NORMAL = 1.96
Ask = Callable[[str, Path, dict[str, Any]], Any]
PEERS = ("ips", "snips", "dm", "dr", "switch_dr")


@dataclass(frozen=True)
class Told:
    """One estimator's answers over the repeats, arrays of one entry a repeat."""

    values: Numbers
    lows: Numbers
    highs: Numbers


@dataclass(frozen=True)
class Truths:
    values: Numbers
    variances: Numbers

    def errors(self, values: Numbers) -> Numbers:
        """Relative and without sign."""
        return np.asarray(np.abs(values - self.values) / self.values)

    def covered(self, told: Told) -> float:
        """Share of the intervals that hold the truth, whose own variance is added to theirs."""
        own = NORMAL * np.sqrt(self.variances)
        above, below = (
            np.hypot(told.highs - told.values, own),
            np.hypot(told.values - told.lows, own),
        )
        inside = (self.values <= told.values + above) & (self.values >= told.values - below)
        return float(inside.mean())


def main(argv: Sequence[str] | None = None, ask: Ask = ask) -> int:
    given = arguments(__doc__, argv, repeats=REPEATS)
    if given.data is None:
        raise SystemExit("Say where the data are: --data DIR, with hillstrom/ and open_bandit/.")
    data = given.data
    customers = mailing.read(data)
    trained_on = mailing.read(given.train) if given.train else None
    repeats = QUICK if given.quick else given.repeats
    figures, bars = mailed(customers, trained_on, repeats, given.seed, ask)
    more, refused = thin(data)
    figures |= {"seed": given.seed, "repeats": repeats, **more}
    return report(
        "bandit.ope", figures, bars | refused, as_json=given.json, stricter=given.stricter
    )


def mailed(
    customers: Mailing, trained_on: Mailing | None, repeats: int, seed: int, ask: Ask
) -> tuple[dict[str, Any], dict[str, Bar]]:
    """All repeats, ours and the peers', and what of it has a bar."""
    with tempfile.TemporaryDirectory() as folder:
        splits = []
        for number in range(repeats):
            rng = np.random.default_rng([seed, number])
            biased = mailing.split(customers, trained_on, rng)
            written(biased, Path(folder) / f"{number:05}.npz")
            splits.append((biased, answers(biased, number)))
        peers = ask("ope.py", Path(folder), {"draws": DRAWS, "seed": seed})
    truths = Truths(
        np.array([biased.truth for biased, _ in splits]),
        np.array([biased.truth_variance for biased, _ in splits]),
    )
    naive = np.array([biased.log.rewards.mean() for biased, _ in splits])
    ours = [told for _, told in splits]
    figures = {
        "customers": len(customers),
        "log_rows": float(np.mean([len(biased.log) for biased, _ in splits])),
        "truth_relative_se": float((np.sqrt(truths.variances) / truths.values).mean()),
        "naive_error": float(truths.errors(naive).mean()),
    }
    return compared(figures, truths, ours, peers)


def answers(biased: Biased, seed: int) -> dict[str, tuple[float, ...]]:
    """Of every estimator: value, bootstrap interval, interval for any time."""
    samples = cross_fitted(
        mailing.offers(biased), biased.log.rewards, biased.propensities, seed=seed
    )
    found = evaluate(samples, seed=seed)
    return {
        name: tuple(
            np.nan if end is None else end
            for estimate in (one.bootstrap, one.any_time)
            for end in (estimate.value, estimate.low, estimate.high)
        )
        for name, one in found.items()
    }


def compared(
    figures: dict[str, Any],
    truths: Truths,
    ours: list[dict[str, tuple[float, ...]]],
    peers: list[dict[str, Any]],
) -> tuple[dict[str, Any], dict[str, Bar]]:
    theirs = {name: truths.errors(np.array([row[name] for row in peers])) for name in PEERS}
    best = min(theirs, key=lambda name: float(theirs[name].mean()))
    ends = np.array([row["dr_interval"] for row in peers])
    bootstrapped = Told(np.array([row["dr"] for row in peers]), ends[:, 0], ends[:, 1])
    widths = {"peer_dr": float((ends[:, 1] - ends[:, 0]).mean())}
    coverage = {"peer_dr": truths.covered(bootstrapped)}
    figures |= {f"peer_{name}_error": float(errors.mean()) for name, errors in theirs.items()}
    for name in ours[0]:
        columns = np.array([row[name] for row in ours]).T
        once, always = Told(*columns[:3]), Told(*columns[3:])
        figures[f"{name}_error"] = float(truths.errors(once.values).mean())
        coverage |= {name: truths.covered(once), f"{name}_any_time": truths.covered(always)}
        widths[name] = float((once.highs - once.lows).mean())
        widths[f"{name}_any_time"] = float((always.highs - always.lows).mean())
    figures |= {f"{name}_coverage": share for name, share in coverage.items()}
    figures |= {f"{name}_width": width for name, width in widths.items()} | {"best_peer": best}
    mine = truths.errors(np.array([row[OURS][0] for row in ours]))
    gap = mine - theirs[best]
    noise = NORMAL * float(gap.std(ddof=1)) / np.sqrt(len(gap))
    bars = {
        "error_above_best_peer": Bar(float(gap.mean()), float(noise), better="lower"),
        "coverage": Bar(coverage[OURS], 0.93),
        "width_over_bootstrapped_dr": Bar(widths[OURS] / widths["peer_dr"], 1.2, better="lower"),
    }
    return figures, bars


def thin(data: Path) -> tuple[dict[str, Any], dict[str, Bar]]:
    """Every estimate that Open Bandit's small logs could be asked for must be refused."""
    folder = open_bandit.folder_of(data)
    if folder is None:
        return {"open_bandit": f"not in {data}"}, {}
    verdicts = open_bandit.verdicts(folder)
    refused = [verdict.startswith("too few rewards") for verdict in verdicts]
    figures = {"open_bandit_estimates": len(verdicts), "open_bandit_says": verdicts[0]}
    return figures, {"open_bandit_refused": Bar(sum(refused) / len(refused), 1.0)}


def written(biased: Biased, file: Path) -> None:
    np.savez(
        file,
        contexts=biased.log.contexts,
        actions=biased.log.actions,
        rewards=biased.log.rewards.astype(int),
        propensities=biased.propensities,
        target=biased.target,
    )


if __name__ == "__main__":
    done(main())
