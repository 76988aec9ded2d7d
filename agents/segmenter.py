"""The segmenter finds groups of people who behave alike, and says so when there are none."""

from collections.abc import Iterable

from learning.segmentation import segment
from smartcontent.content import Behaviour, Segmentation


class Segmenter:
    """Behaviour of consented people -> Segmentation.

    No segment is smaller than `minimum`; the same people and seed give the same segments.
    """

    def __init__(self, *, minimum: int = 20, seed: int = 1) -> None:
        self.minimum = minimum
        self.seed = seed

    def segment(
        self, behaviours: Iterable[Behaviour], previous: Segmentation | None = None
    ) -> Segmentation:
        """Several segments, or one called "everyone" with a note that says why.

        Given the segmentation before, groups that are the same keep their ids and names.
        """
        return segment(behaviours, minimum=self.minimum, seed=self.seed, previous=previous)
