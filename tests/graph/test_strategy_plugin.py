"""A package that is installed adds a strategy: it is listed, drawn, written and learned about."""

from collections.abc import Iterator
from importlib import invalidate_caches
from pathlib import Path
from uuid import UUID

import pytest
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from agents.writer import EmbeddedWriter
from api.routes.catalogue import list_strategies
from graph.runner import Runner
from smartcontent.publishing import CampaignSettings
from store.database import Database
from store.decisions import Decisions
from store.variants import Variants
from tests.agents.articles import EVERYONE, NIGHT, SPECS, analysed, article
from tests.graph.small_team import small_team, start
from tools.strategies import find_strategy, strategies

MODULE = """
from smartcontent.content import Strategy

POSTCARD = Strategy(
    name="postcard",
    form="key_point",
    tone="cordial",
    length="short",
    call_to_action="read",
    description="One sentence, as on a postcard.",
    example="There is no deadline.",
    applies_when="Always.",
)
"""
ENTRY_POINTS = "[smartcontent.strategies]\npostcard = postcard_strategy:POSTCARD\n"
METADATA = "Metadata-Version: 2.1\nName: postcard-strategy\nVersion: 1.0\n"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The package lies on the path as an installer leaves it, and is gone afterwards."""
    about = tmp_path / "postcard_strategy-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(METADATA)
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "postcard_strategy.py").write_text(MODULE)
    with monkeypatch.context() as path:
        path.syspath_prepend(tmp_path)
        yield
    invalidate_caches()


@pytest.mark.usefixtures("installed")
async def test_it_is_listed_over_http() -> None:
    assert "postcard" in [one.name for one in (await list_strategies()).items]


async def test_control_it_is_not_there_uninstalled() -> None:
    assert "postcard" not in [one.name for one in strategies()]


@pytest.mark.usefixtures("installed")
def test_the_embedded_writer_writes_it() -> None:
    content = article(NIGHT)
    written = EmbeddedWriter().write(
        content,
        analysed(content),
        segment=EVERYONE,
        strategy=find_strategy("postcard"),
        spec=SPECS["medium"],
        seed=1,
    )
    assert written is not None and written.strategy == "postcard" and written.text


@pytest.mark.usefixtures("installed")
async def test_a_campaign_draws_it_and_the_log_knows_its_parts(
    database: Database, checkpointer: AsyncPostgresSaver, workspace: UUID
) -> None:
    settings = CampaignSettings(posts=10)  # more than apply to this text, so all are drawn
    campaign, run = await start(database, workspace, settings)
    await Runner(small_team(database), checkpointer).run(workspace, run, owner="here")
    async with database.transaction(workspace) as session:
        variants = await Variants(session).of(campaign)
        decisions = await Decisions(session).list()
    drawn = {variant.strategy for variant in variants}
    assert "postcard" in drawn and len(drawn) < 10
    arms = [
        action.features
        for decision in decisions
        for action in decision.actions
        if action.features["strategy"] == "postcard"
    ]
    assert {(arm["form"], arm["tone"]) for arm in arms} == {("key_point", "cordial")}
