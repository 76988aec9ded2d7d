"""While somebody reads or writes, which may take minutes, no transaction is open."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest

from smartcontent import Given, tool
from smartcontent.content import Analysis, Content, Strategy, Variant
from smartcontent.plugins import Analysing, Proposing
from smartcontent.voice import NO_VOICE, Voice
from store.contents import Analyses, Contents
from store.database import Database, Session
from tests.tools.test_seven_tools import Desk, Drafter, Reader
from tools.toolbox import Toolbox

OPEN = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND state = 'idle in transaction'"
)


class Watching:
    """A reader and a writer that look how many transactions wait for them."""

    def __init__(self, owner_url: str) -> None:
        self.owner_url = owner_url
        self.seen: list[int] = []

    def look(self) -> None:
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            row = connection.execute(OPEN).fetchone()
            self.seen.append(row[0] if row else -1)

    def analyse(self, content: Content) -> Analysis:
        self.look()
        return Reader().analyse(content)

    def propose(
        self,
        content: Content,
        analysis: Analysis,
        *,
        platform: str,
        strategies: Sequence[Strategy] = (),
        tone: str | None = None,
        voice: Voice = NO_VOICE,
    ) -> list[Variant]:
        self.look()
        return Drafter().propose(content, analysis, platform=platform, tone=tone)


@tool(scope="contents:read")
async def holding(
    content_id: UUID, *, session: Given[Session], analysing: Given[Analysing]
) -> Analysis:
    """How it goes wrong: the transaction stays open while somebody reads."""
    return analysing.analyse(await Contents(session).get(content_id))


@pytest.fixture
def desk(database: Database, workspace: UUID) -> Desk:
    return Desk(database, workspace)


async def seen_by(desk: Desk, name: str, owner_url: str) -> list[int]:
    watching = Watching(owner_url)
    provided: dict[Any, object] = {**desk.provided, Analysing: watching, Proposing: watching}
    content = await desk.write("Rye bread", "Four words are here.")
    box = Toolbox([holding, *desk.box.tools.values()])
    arguments = {"content_id": str(content.id)}
    await box.call(name, arguments, caller=desk.caller, provided=provided)
    return watching.seen


@pytest.mark.parametrize(("name", "looks"), [("propose_variants", 2), ("analyse_content", 1)])
async def test_nothing_is_held(desk: Desk, owner_url: str, name: str, looks: int) -> None:
    assert await seen_by(desk, name, owner_url) == [0] * looks


async def test_control_a_held_transaction_is_seen(desk: Desk, owner_url: str) -> None:
    assert await seen_by(desk, "holding", owner_url) == [1]


async def test_what_was_edited_meanwhile_is_not_kept_as_read(desk: Desk, owner_url: str) -> None:
    """An analysis of the old text is answered, and not stored beside the new one."""
    content = await desk.write("Rye bread", "Four words are here.")

    class Editing(Watching):
        def analyse(self, content: Content) -> Analysis:
            with psycopg.connect(owner_url) as connection:
                row = "INSERT INTO content_versions (workspace_id, content_id, version, title, "
                row += "text, source, format) SELECT workspace_id, content_id, 2, title, 'Other.',"
                row += " 'Other.', format FROM content_versions WHERE content_id = %s"
                connection.execute(row, (content.id,))
                connection.execute("UPDATE contents SET version = 2 WHERE id = %s", (content.id,))
            return Reader().analyse(content)

    provided: dict[Any, object] = {**desk.provided, Analysing: Editing(owner_url)}
    arguments = {"content_id": str(content.id)}
    await desk.box.call("analyse_content", arguments, caller=desk.caller, provided=provided)
    async with desk.database.transaction(desk.caller.workspace_id) as session:
        assert (await Contents(session).get(content.id)).version == 2
        assert await Analyses(session).of(content.id) is None
