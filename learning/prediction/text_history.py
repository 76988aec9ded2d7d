"""The text prior for one creator: the same for all at first, then moved by the creator's own tests.

A ridge whose centre is the general prior instead of 0 (the posterior mean when a creator's weights
scatter around everybody's): a few groups move it little, hundreds make it the creator's own.
"""

from collections.abc import Sequence

import numpy as np
from scipy.linalg import solve

from learning.prediction.text_contrasts import Group, contrast
from learning.prediction.text_prior import Numbers, TextPrior

OWN = 0.015  # variance of a creator's weights around everybody's, over the whole embedding


def adapted(prior: TextPrior, history: Sequence[Group]) -> TextPrior:
    """A prior that also knows how this creator's earlier groups of texts went.

    `history` has embeddings of the prior's embedder; without any the prior stays as it is.
    """
    told = [(group, contrast(group)) for group in history if len(group.texts) > 1]
    if not told:
        return prior
    features = np.vstack([each.weights @ np.asarray(g.embeddings, float) for g, each in told])
    missed = [each.targets - each.weights @ prior.scores(g.texts, g.embeddings) for g, each in told]
    moved = _ridge(features, np.concatenate(missed))
    weights = prior.weights._replace(meaning=prior.weights.meaning + moved)
    return TextPrior(
        weights,
        prior.spread,
        prior.thirds,
        embedder=prior.embedder,
        measured={**prior.measured, "groups of the creator": len(told)},
    )


def _ridge(features: Numbers, targets: Numbers) -> Numbers:
    """Weights with prior variance `OWN` from targets of unit noise, in the form for few targets."""
    kernel = OWN * features @ features.T + np.eye(len(targets))
    found: Numbers = OWN * features.T @ solve(kernel, targets, assume_a="pos")
    return found
