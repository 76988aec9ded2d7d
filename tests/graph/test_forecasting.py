"""What texts would earn in slots: the workspace's history of slots times the texts' own lift."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest

from graph.expecting import TextLifts
from graph.forecasting import what_if
from graph.serving import Policies
from learning.bandit.uniform import Uniform
from learning.prediction.text_prior import Lifts
from smartcontent.decision import Slot
from store.database import Database
from store.decisions import Decisions
from tests.graph.world import DAY, NOW, decided, event, ingest, request

TEXTS = ("Bread rises.", "Why bread rises")
SLOTS = [Slot(platform="sandbox", at=NOW + timedelta(hours=hours)) for hours in (1, 30)]


class Knowing(TextLifts):
    """Told what the texts are worth: the second a fifth more than the first."""

    def lifts(self, texts: Sequence[str]) -> Lifts | None:
        return Lifts(
            expected=np.array([-0.1, 0.1]),
            deviation=np.array([0.2, 0.2]),
            between=np.array([[0.0, 0.16], [0.16, 0.0]]),
            better_than_chance=True,
            confident=True,
        )


async def lived(database: Database, workspace: UUID) -> Policies:
    serving = Policies(Uniform)
    decisions = await decided(database, workspace, serving, [request() for _ in range(40)])
    await ingest(database, workspace, [event(one, "impression") for one in decisions])
    await ingest(database, workspace, [event(one) for one in decisions[:12]])
    async with database.transaction(workspace) as session:
        await Decisions(session).close(before=NOW + DAY)
    return serving


async def test_a_texts_lift_multiplies_what_the_slot_earns(
    database: Database, workspace: UUID
) -> None:
    serving = await lived(database, workspace)
    async with database.transaction(workspace) as session:
        plain = await what_if(session, serving, TextLifts([]), TEXTS, SLOTS, now=NOW)
        told = await what_if(session, serving, Knowing([]), TEXTS, SLOTS, now=NOW)
    assert [(one.text, one.slot) for one in told] == [(n, slot) for n in (0, 1) for slot in SLOTS]
    assert plain[0].expected == plain[2].expected == pytest.approx(0.3, abs=0.1)
    assert told[2].expected / told[0].expected == pytest.approx(np.exp(0.2))
    for one, other in zip(told, plain, strict=True):
        assert one.low < one.expected < one.high and one.high - one.low > other.high - other.low
        assert (one.better_than_chance, other.better_than_chance) == (True, False)
        assert one.samples == other.samples == 40 and "not told apart" in other.note
