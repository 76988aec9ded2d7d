"""Write checked variants of a content, to look at; nothing is stored or published."""

from asyncio import to_thread
from uuid import UUID

from smartcontent import Given, tool
from smartcontent.content import Variant
from smartcontent.plugins import Analysing, Proposing
from store.contents import Analyses, Contents
from store.database import Session
from tools.platforms import Platforms
from tools.read_voice import read_voice


@tool(scope="contents:read")
async def propose_variants(
    content_id: UUID,
    platform: str = "sandbox",
    *,
    session: Given[Session],
    analysing: Given[Analysing],
    proposing: Given[Proposing],
    platforms: Given[Platforms],
) -> list[Variant]:
    """Write draft posts from a content for a platform, checked against its source.

    Examples: "write posts from my article about bread", "draft some texts for mastodon",
    "propose variants of this article", "what could a post about it look like?"
    """
    platforms.require([platform])
    content = await Contents(session).get(content_id)
    kept = await Analyses(session).of(content_id)
    analysis = kept if kept else await to_thread(analysing.analyse, content)
    voice = await read_voice(session)
    return await to_thread(proposing.propose, content, analysis, platform=platform, voice=voice)
