"""Drafts of a content, written and checked while one waits; nothing is stored or published."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from api.bodies import CLOSED, Body, Id, Word
from api.callers import CurrentCaller
from api.deps import Serving, open_transaction
from api.door import Door
from api.problems import answers
from smartcontent.content import Variant
from store.contents import Analyses, Contents
from tools.platforms import Platforms
from tools.read_voice import read_voice

router = APIRouter(prefix="/v1/contents", route_class=Door, tags=["contents"])
Platform = Annotated[Word, Field(json_schema_extra={CLOSED: "platforms"})]


class Wish(Body):
    """Where the drafts are for, and how they should read.

    A tone is joyful, warm, curious, surprised, worried, sad, angry or neutral; any other word is
    only told to a language model.
    """

    platform: Platform = "sandbox"
    tone: Word | None = None


class Drafts(BaseModel):
    """One for each strategy that applies; `tone` is how each reads, findings say the rest."""

    model_config = ConfigDict(extra="forbid")

    items: list[Variant]


@router.post("/{content_id:uuid}/variants", responses=answers(404))
async def propose_variants(
    content_id: Id, body: Wish, caller: CurrentCaller, services: Serving, request: Request
) -> Drafts:
    """Write drafts of a content for a platform, each checked against it."""
    specs = {name: connector.spec for name, connector in services.connectors.items()}
    Platforms(specs).require([body.platform])
    async with open_transaction(request) as session:
        content = await Contents(session).get(content_id)
        known = await Analyses(session).of(content_id)
        voice = await read_voice(session)
    written = await services.drafting(
        caller.workspace_id,
        content,
        known,
        platform=body.platform,
        tone=body.tone,
        voice=voice,
    )
    return Drafts(items=written)
