"""Audiences for segmentation: one with three kinds of people in it, and one with a single kind."""

from collections.abc import Sequence

import numpy as np

from smartcontent.content import Behaviour

TOPICS = ("sea", "food", "work", "health")
STRATEGIES = ("story", "quote", "question", "how_to_list")
KINDS = ((20, "sea", "story"), (9, "work", "how_to_list"), (14, "food", "quote"))


def person(
    name: str, rng: np.random.Generator, *, hour: int, topic: str = "", strategy: str = ""
) -> Behaviour:
    """Somebody active around an hour, fond of a topic and a strategy (of none when empty)."""
    events = int(rng.integers(8, 60))
    around = np.exp(-0.5 * (((np.arange(24) - hour + 12) % 24 - 12) / 2.0) ** 2) + 0.03
    return Behaviour(
        subject=name,
        events=events,
        recency_days=float(rng.exponential(10.0)),
        frequency_per_week=float(rng.gamma(2.0, 1.0)),
        depth=float(rng.beta(2.0, 3.0)),
        hours=tuple(map(float, rng.multinomial(events, around / around.sum()) / events)),
        topics=_mix(TOPICS, topic, events, rng),
        strategies=_mix(STRATEGIES, strategy, events, rng),
        platforms={"mastodon": 0.5, "email": 0.5},
        language="en",
    )


def three_kinds(size: int, seed: int = 1) -> list[Behaviour]:
    rng = np.random.default_rng(seed)
    kinds = [KINDS[number % 3] for number in range(size)]
    return [
        person(f"{number}", rng, hour=hour, topic=topic, strategy=strategy)
        for number, (hour, topic, strategy) in enumerate(kinds)
    ]


def one_kind(size: int, seed: int = 1) -> list[Behaviour]:
    rng = np.random.default_rng(seed)
    return [person(f"{number}", rng, hour=15) for number in range(size)]


def _mix(
    names: Sequence[str], favourite: str, events: int, rng: np.random.Generator
) -> dict[str, float]:
    weights = np.array([8.0 if name == favourite else 1.0 for name in names])
    counts = rng.multinomial(events, weights / weights.sum())
    return {name: float(count / events) for name, count in zip(names, counts, strict=True)}
