"""Each segment's texts are asked for in the segment's own tone, and that is kept with them."""

from dataclasses import replace
from uuid import UUID

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from graph.runner import Runner
from smartcontent.publishing import CampaignSettings
from store.database import Database
from store.variants import Variants
from tests.graph.small_team import EVERYONE, small_team, start
from tests.graph.test_choosing import READERS, Segments


@pytest.mark.parametrize(
    ("tones", "readers"),
    [({"READERS": "warm"}, "warm"), ({str(READERS.id): "sad"}, "sad"), ({}, "neutral")],
)
async def test_a_segments_tone_wins_over_the_campaigns(
    database: Database,
    checkpointer: AsyncPostgresSaver,
    workspace: UUID,
    tones: dict[str, str],
    readers: str,
) -> None:
    settings = CampaignSettings(tone="neutral", tones=tones)
    campaign, run = await start(database, workspace, settings)
    team = replace(small_team(database), segmenter=Segments((EVERYONE, READERS)))
    await Runner(team, checkpointer).run(workspace, run, owner="here")
    async with database.transaction(workspace) as session:
        variants = await Variants(session).of(campaign)
    asked = {variant.segment_id: variant.wanted_tone for variant in variants}
    assert asked == {EVERYONE.id: "neutral", READERS.id: readers}
