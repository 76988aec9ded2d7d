"""What learning earned and what another policy would have earned, with what that rests on."""

from learning.evaluation.estimators import (
    ESTIMATORS,
    Evaluated,
    dm,
    dr,
    evaluate,
    ips,
    shrunk_dr,
    snips,
    switch_dr,
)
from learning.evaluation.groups import Outcome, lifts
from learning.evaluation.lift import lift, mean, more_needed
from learning.evaluation.promotion import Promotion, better
from learning.evaluation.reward_model import Offers, cross_fitted
from learning.evaluation.samples import Sample, Samples, effective_size
from learning.evaluation.verdicts import FEWEST, percent

__all__ = [
    "ESTIMATORS",
    "FEWEST",
    "Evaluated",
    "Offers",
    "Outcome",
    "Promotion",
    "Sample",
    "Samples",
    "better",
    "cross_fitted",
    "dm",
    "dr",
    "effective_size",
    "evaluate",
    "ips",
    "lift",
    "lifts",
    "mean",
    "more_needed",
    "percent",
    "shrunk_dr",
    "snips",
    "switch_dr",
]
