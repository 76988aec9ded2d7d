"""Talking with the assistant.  A thread belongs to the member, or the key, that began it."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from api.bodies import Body, Id, Passage
from api.callers import CurrentCaller
from api.deps import Serving, Work
from api.door import Door
from api.paging import After, Limit, Page, page
from api.problems import answers
from graph.assistant import ToolStep, Wanted
from smartcontent.content import Caller
from smartcontent.errors import NotFound
from store.database import Session
from store.threads import Thread, Threads

router = APIRouter(prefix="/v1/chat", route_class=Door, tags=["assistant"])


class Message(Body):
    """What is said; without a thread a new one begins."""

    message: Passage
    thread_id: Id | None = None


class Reply(BaseModel):
    """One turn's answer.  What is `waiting` is done after a "yes" and after nothing else."""

    model_config = ConfigDict(extra="forbid")

    thread_id: UUID
    reply: str
    steps: list[ToolStep]
    waiting: list[Wanted]


@router.post("", responses=answers(404, 503))
async def chat(body: Message, caller: CurrentCaller, services: Serving) -> Reply:
    """One turn.  The assistant has the rights of this credential and no others."""
    said = await services.assistant(caller, body.thread_id, body.message)
    return Reply(
        thread_id=said.thread_id,
        reply=said.text,
        steps=list(said.steps),
        waiting=list(said.waiting),
    )


@router.get("/threads")
async def list_threads(
    caller: CurrentCaller, session: Work, after: After = None, limit: Limit = 50
) -> Page[Thread]:
    """The caller's own conversations, newest first."""
    threads = Threads(session)
    rows = await threads.list(member_id=caller.member_id, after=after, limit=limit + 1)
    return page(rows, limit)


@router.delete("/threads/{thread_id:uuid}", status_code=204, responses=answers(404))
async def delete_thread(
    thread_id: Id, caller: CurrentCaller, services: Serving, session: Work
) -> Response:
    """Delete a conversation with everything that was said in it."""
    await _own(session, caller, thread_id)
    await Threads(session).delete(thread_id)
    await services.assistant.forget(caller, thread_id)
    return Response(status_code=204)


async def _own(session: Session, caller: Caller, thread_id: UUID) -> Thread:
    """Raises NotFound for threads of others too: that they exist is nobody's business."""
    thread = await Threads(session).get(thread_id)
    if thread.member_id != caller.member_id:
        raise NotFound(
            "There is no such thread here.", todo="List yours: GET /v1/chat/threads", id=thread_id
        )
    return thread
