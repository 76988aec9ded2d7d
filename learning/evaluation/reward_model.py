"""What would an action earn: a ridge regression that never sees the decision it speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from learning.confidence import Numbers
from learning.evaluation.samples import Samples

FOLDS = 5
PENALTIES = np.logspace(-4, 2, 13)  # as shares of the design's mean variance
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Offers:
    """Every action of n decisions, one row each, so that decisions may offer different actions.

    `decision` (m,): 0 … n-1.  `features` (m, d): of context and action together.  `target`
    (m,): the probability the policy in question gives the action, 1 in sum for a decision.
    `chosen` (n,): the row of the action drawn.
    """

    decision: Ints
    features: Numbers
    target: Numbers
    chosen: Ints


class Ridge(NamedTuple):
    """Coefficients, and the inverse of the penalised Gram matrix they come from."""

    coefficients: Numbers
    inverse: Numbers


def cross_fitted(
    offers: Offers,
    rewards: Numbers,
    propensities: Numbers,
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> Samples:
    """Samples with a model's word on each decision, fitted to the other folds only.

    Cross-fitting (Chernozhukov and others 2018, arXiv 1608.00060) keeps DR unbiased however the
    model errs.  The penalty is chosen by generalised cross-validation (Golub, Heath and Wahba
    1979).  A constant is added to the features; it is not penalised.
    """
    n = len(rewards)
    design = _standardised(offers.features)
    drawn = design[offers.chosen]
    fold_of = np.random.default_rng(seed).permutation(n) % folds
    asked = _mean_row(design * offers.target[:, None], offers.decision, n)
    predicted, expected, implied = np.zeros(n), np.zeros(n), np.zeros(n)
    for ours, others in _splits(fold_of, folds):
        model = ridge(drawn[others], rewards[others])
        predicted[ours] = drawn[ours] @ model.coefficients
        expected[ours] = asked[ours] @ model.coefficients
        implied[others] += drawn[others] @ (model.inverse @ asked[ours].sum(axis=0))
    targets = offers.target[offers.chosen]
    return Samples(rewards, propensities, targets, predicted, expected, implied)


def ridge(design: Numbers, rewards: Numbers) -> Ridge:
    """Least squares with the penalty that predicts best; the first column is the constant.

    >>> x = np.random.default_rng(1).normal(size=(500, 3))
    >>> design = np.column_stack([np.ones(500), x])
    >>> ridge(design, 2.0 + x @ [1.0, 0.0, -1.0]).coefficients.round(2).tolist()
    [2.0, 1.0, 0.0, -1.0]
    """
    n, width = design.shape
    gram, moments = design.T @ design, design.T @ rewards
    scale = np.append(0.0, np.full(width - 1, np.trace(gram[1:, 1:]) / max(width - 1, 1)))
    candidates = [_fitted(gram, moments, share * scale) for share in PENALTIES]
    square = float(rewards @ rewards)

    def score(model: Ridge) -> float:
        beta = model.coefficients
        left = square - 2.0 * float(beta @ moments) + float(beta @ gram @ beta)
        freedom = float((model.inverse * gram).sum())
        return float(left / max(1.0 - freedom / n, 1e-9) ** 2)

    return min(candidates, key=score)


def _fitted(gram: Numbers, moments: Numbers, penalty: Numbers) -> Ridge:
    inverse = np.asarray(np.linalg.pinv(gram + np.diag(penalty), hermitian=True), dtype=float)
    return Ridge(inverse @ moments, inverse)


def _standardised(features: Numbers) -> Numbers:
    """A constant, then every feature that varies with mean 0 and variance 1."""
    spread = features.std(axis=0)
    varies = spread > 0.0
    scaled = (features[:, varies] - features[:, varies].mean(axis=0)) / spread[varies]
    return np.column_stack([np.ones(len(features)), scaled])


def _mean_row(rows: Numbers, decision: Ints, n: int) -> Numbers:
    """The sum of each decision's rows."""
    sums = np.zeros((n, rows.shape[1]))
    np.add.at(sums, decision, rows)
    return sums


def _splits(fold_of: Ints, folds: int) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    for fold in range(folds):
        ours = fold_of == fold
        yield ours, ~ours
