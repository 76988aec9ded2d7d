"""Checks of any text: is it true to its source, and will the platform take it?"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.bodies import Body, Id, KnownPlatform, Passage
from api.deps import Serving, open_transaction
from api.door import Door
from api.problems import answers
from smartcontent.content import Content, Finding, TextCheck, Trace
from smartcontent.errors import InvalidInput
from smartcontent.publishing import PostState
from store.contents import Contents
from store.posts import Posts
from tools.read_content import read
from tools.unstored_content import unstored_content

router = APIRouter(prefix="/v1/checks", route_class=Door, tags=["checks"])
PAST_TEXTS = 50
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


BOTH: dict[str, Any] = {
    "required": ["content_id", "source"],
    "properties": {"content_id": {"type": "string"}, "source": {"type": "string"}},
}


class TextToCheck(Body):
    """A text, and what it may be checked against: a stored content, or a source sent along.

    Of the two one may be sent, not both.
    """

    model_config = ConfigDict(json_schema_extra={"not": BOTH})

    text: Passage
    platform: KnownPlatform
    language: Language | None = None
    content_id: Id | None = None
    source: Passage | None = None


class Verdict(BaseModel):
    """`blocked`: at least one finding is an error.  Without a source facts are not checked."""

    model_config = ConfigDict(extra="forbid")

    blocked: bool
    platform: str
    language: str
    count: int = Field(description="Length in the platform's own counting.")
    limit: int
    sourced: bool
    tone: dict[str, float] = Field(description="How it reads: the share of each tone.")
    findings: list[Finding]
    traces: list[Trace]


@router.post("", responses=answers(404))
async def check_text(body: TextToCheck, request: Request, services: Serving) -> Verdict:
    """Check any text, whoever wrote it; nothing is stored."""
    if body.content_id is not None and body.source is not None:
        raise InvalidInput(
            "A text is checked against one source.", todo="Send content_id or source, not both."
        )
    async with open_transaction(request) as session:
        stored = await Contents(session).get(body.content_id) if body.content_id else None
        published = await Posts(session).list(state=PostState.PUBLISHED, limit=PAST_TEXTS)
    found = await asyncio.to_thread(
        services.checking.check,
        body.text,
        platform=body.platform,
        language=body.language,
        source=stored or (await asyncio.to_thread(_read, body.source) if body.source else None),
        past=[post.text for post in published],
    )
    return shown(found)


def _read(source: str) -> Content:
    """A source sent along, read like an upload."""
    return unstored_content(read(source, "source"))


def shown(found: TextCheck) -> Verdict:
    return Verdict(
        blocked=found.blocked,
        platform=found.platform,
        language=found.language,
        count=found.count,
        limit=found.limit,
        sourced=found.sourced,
        tone=found.tone,
        findings=list(found.findings),
        traces=list(found.traces),
    )
