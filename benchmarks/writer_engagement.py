"""What the texts of two writers can be expected to earn against each other."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from benchmarks.writers import Written
from learning.prediction.text_prior import Lifts

Forecast = Callable[[Sequence[str]], Lifts | None]
LANGUAGE = "en"  # the shipped priors know its words, and say so of others


@dataclass(frozen=True)
class Against:
    """What the shipped prior forecasts of a writer's texts against another's on the same pieces.

    `lift` is the mean log of engagement over the other's (0.1 is about ten percent more), and
    `better` the share of pieces where the mean is higher.  A forecast from words alone: whether
    readers agree was not measured.
    """

    pieces: int
    texts: int
    lift: float
    better: float


def against(ours: Sequence[Written], others: Sequence[Written], lifts: Forecast) -> Against | None:
    """The first writer's forecast; None where the prior knows nothing of their words."""
    both: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, found in enumerate((ours, others)):
        for one in found:
            if one.piece.language == LANGUAGE:
                both[one.piece.name][side].append(one.variant.text)
    known = {name: group for name, group in both.items() if all(group)}
    leads = [lead for group in known.values() for lead in _leads(*group, lifts)]
    if not leads:
        return None
    return Against(
        pieces=len(leads),
        texts=sum(len(group[0]) for group in known.values()),
        lift=mean(leads),
        better=mean(lead > 0 for lead in leads),
    )


def _leads(ours: Sequence[str], others: Sequence[str], lifts: Forecast) -> Iterator[float]:
    """By how much the first ones' mean forecast is above the second ones'."""
    found = lifts([*ours, *others])
    if found is not None and found.familiar:
        forecast = [float(one) for one in found.expected]
        yield mean(forecast[: len(ours)]) - mean(forecast[len(ours) :])
