"""Every segment gets its share of the posts, before anything is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.runner import Runner
from smartcontent.content import Behaviour, Segment, Segmentation
from smartcontent.publishing import CampaignSettings
from store.database import Database
from store.decisions import Decisions
from tests.graph.small_team import EVERYONE, small_team, start

READERS = Segment(id=UUID(int=2), name="readers", size=40)
CAMPAIGN = CampaignSettings(auto_approve=True)


@dataclass(frozen=True)
class Segments:
    """These, whoever is there."""

    found: tuple[Segment, ...]

    def segment(
        self, behaviours: Sequence[Behaviour], previous: Segmentation | None = None
    ) -> Segmentation:
        return Segmentation(segments=self.found)


async def offered(
    database: Database, saver: AsyncPostgresSaver, workspace: UUID, *, floor: float
) -> list[set[str]]:
    """The segments each post of a campaign was drawn among, after two that were for everyone."""
    team = replace(small_team(database), exposure_floor=floor)
    for number, found in enumerate([(EVERYONE,), (EVERYONE,), (EVERYONE, READERS)]):
        campaign, run = await start(database, workspace, CAMPAIGN)
        runner = Runner(replace(team, segmenter=Segments(found)), saver)
        await runner.run(workspace, run, owner=f"{number}")
    async with database.transaction(workspace) as session:
        decisions = await Decisions(session).list(campaign_id=campaign)
    return [
        {str(action.features["segment"]) for action in one.actions} for one in reversed(decisions)
    ]


@pytest.mark.parametrize(
    ("floor", "owed"),
    [(0.0, []), (0.1, [{"readers"}]), (0.25, [{"readers"}] * 2)],
)
async def test_a_segment_below_its_share_goes_first(
    database: Database,
    checkpointer: AsyncPostgresSaver,
    workspace: UUID,
    floor: float,
    owed: list[set[str]],
) -> None:
    """Six posts went to everyone; without a floor (the control) nobody is owed anything."""
    drawn = await offered(database, checkpointer, workspace, floor=floor)
    assert drawn == [*owed, *[{"everyone", "readers"}] * (3 - len(owed))]
