"""How far the hour carries over: best times learned from training posts, tried on later ones."""

from typing import Any

import numpy as np

from benchmarks.prediction_peers import Task
from learning.prediction.track import spearman
from learning.timing import Calendar, Clock, Observation
from smartcontent.decision import Slot


def by_hour(task: Task) -> dict[str, Any]:
    """Rank correlation of what times were said to be worth with what later posts earned."""
    platform = task.whole.posts[0].platform
    level = float(np.mean(task.values[~task.tested]))
    pairs = zip(task.whole.posts, task.values.tolist(), task.tested.tolist(), strict=True)
    rows = [(Slot(platform=platform, at=post.at), value - level, out) for post, value, out in pairs]
    past = [Observation(platform, slot.at, value) for slot, value, out in rows if not out]
    clock = Clock(past, Calendar(task.whole.zone, {}))
    later = [(clock.forecast(slot), value) for slot, value, out in rows if out]
    said = [forecast.expected for forecast, _ in later]
    note = "some times are better" if clock.better_than_chance else later[0][0].note
    return {
        "rank_of_best_times": spearman(said, [value for _, value in later]),
        "best_times_said": note,
        "differences_explained_by_times": clock.explained,
    }
