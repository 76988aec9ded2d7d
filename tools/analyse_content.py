"""Say what a content is about."""

from asyncio import to_thread
from uuid import UUID

from smartcontent import Given, tool
from smartcontent.content import Analysis, Caller
from smartcontent.plugins import Analysing
from store.contents import Analyses, Contents
from store.database import Database


@tool(scope="contents:read")
async def analyse_content(
    content_id: UUID,
    *,
    caller: Given[Caller],
    database: Given[Database],
    analysing: Given[Analysing],
) -> Analysis:
    """Analyse a content: language, topics, key sentences, claims, readability and tone.

    Examples: "analyse my article about bread", "what is this article about?",
    "which claims and numbers are in it?", "how readable is my text?",
    "what topics and tone does it have?"
    """
    async with database.transaction(caller.workspace_id) as session:
        content = await Contents(session).get(content_id)
    analysis = await to_thread(analysing.analyse, content)
    async with database.transaction(caller.workspace_id) as session:
        now = await Contents(session).get(content_id)  # edited meanwhile, or deleted
        if now.version == content.version:
            await Analyses(session).save(analysis)
    return analysis
