"""Write checked variants of a content, to look at; nothing is stored or published."""

from asyncio import to_thread
from typing import Annotated
from uuid import UUID

from pydantic import Field

from smartcontent import Given, tool
from smartcontent.content import Caller, Variant
from smartcontent.plugins import Analysing, Proposing
from store.contents import Analyses, Contents
from store.database import Database
from tools.platforms import Platforms
from tools.read_voice import read_voice


@tool(scope="contents:read")
async def propose_variants(
    content_id: UUID,
    platform: str = "sandbox",
    tone: Annotated[str, Field(max_length=100)] | None = None,
    *,
    caller: Given[Caller],
    database: Given[Database],
    analysing: Given[Analysing],
    proposing: Given[Proposing],
    platforms: Given[Platforms],
) -> list[Variant]:
    """Write draft posts from a content for a platform, checked against its source.

    `tone` is joyful, warm, curious, surprised, worried, sad, angry or neutral: what was asked for
    and how each text reads are both told.

    Examples: "write posts from my article about bread", "draft some texts for mastodon",
    "propose variants of this article", "what could a post about it look like?"
    """
    platforms.require([platform])
    # a model may write for minutes: no transaction stays open meanwhile
    async with database.transaction(caller.workspace_id) as session:
        content = await Contents(session).get(content_id)
        kept = await Analyses(session).of(content_id)
        voice = await read_voice(session)
    analysis = kept if kept else await to_thread(analysing.analyse, content)
    return await to_thread(
        proposing.propose, content, analysis, platform=platform, tone=tone, voice=voice
    )
