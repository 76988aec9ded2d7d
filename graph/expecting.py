"""What texts can be expected to earn against each other, by a prior that knows their words."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from uuid import UUID

import numpy as np

from learning.prediction.text_prior import Lifts, Numbers, TextPrior
from smartcontent.content import Variant
from smartcontent.plugins import Embedder


class TextLifts:
    """Texts -> Lifts.  `embedders` are those whose vectors priors may read.

    The first prior that met most of the texts' words is asked, the last one where none did.
    Priors, and the embedders' models, are loaded when first asked.
    """

    def __init__(
        self,
        embedders: Sequence[Embedder],
        load: Callable[[], Sequence[TextPrior]] = TextPrior.shipped,
    ) -> None:
        self._embedders = {embedder.name: embedder for embedder in embedders}
        self._load = load

    @cached_property
    def priors(self) -> list[TextPrior]:
        """Those that read nothing but these embedders, the better first."""
        return [each for each in self._load() if self._embedders.keys() >= {*each.reads}]

    @property
    def reads(self) -> str:
        """The embedder that models of this workspace's own posts read by; "" without any."""
        return next(iter(self._embedders), "")

    def embed(self, texts: Sequence[str]) -> list[list[float]] | list[None]:
        """Each text's vector by that embedder; None for each without any."""
        embedder = self._embedders.get(self.reads)
        return embedder.embed(texts) if embedder else [None] * len(texts)

    def lifts(self, texts: Sequence[str]) -> Lifts | None:
        """None without any prior."""
        if not self.priors:
            return None
        knowing = (prior for prior in self.priors if prior.familiar(texts))
        prior = next(knowing, self.priors[-1])
        return prior.lifts(texts, self._vectors(prior, texts))

    def expected(self, variants: Sequence[Variant]) -> list[Variant]:
        """The variants with what their texts let expect, each against the others of its language
        on its platform; as they were where nothing is known or nothing is to be compared."""
        known: dict[UUID, dict[str, float]] = {}
        for group in _competing(variants):
            lifts = self.lifts([variant.text for variant in group])
            if lifts is not None and lifts.familiar:
                for variant, mean, sd in zip(group, lifts.expected, lifts.deviation, strict=True):
                    known[variant.id] = {"expected": float(mean), "expected_sd": float(sd)}
        return [
            each.model_copy(update=known[each.id]) if each.id in known else each
            for each in variants
        ]

    def _vectors(self, prior: TextPrior, texts: Sequence[str]) -> Numbers:
        read = [np.array(self._embedders[name].embed(texts), np.float64) for name in prior.reads]
        return np.concatenate(read, axis=-1)


def _competing(variants: Sequence[Variant]) -> list[list[Variant]]:
    """Those that may be drawn, by platform and language, where there are at least two."""
    groups: dict[tuple[str, str], list[Variant]] = defaultdict(list)
    for variant in variants:
        if not variant.blocked:
            groups[variant.platform, variant.language].append(variant)
    return [group for group in groups.values() if len(group) > 1]
