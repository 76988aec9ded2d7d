"""The door of every route: who asks, may they, and was this asked before?

All of it happens before a byte of the body is read.  The table in `api.operations` decides.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import HTTPException
from fastapi.params import Form
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from api.operations import OPERATIONS, Access
from api.replies import keep_reply
from smartcontent.errors import SetupProblem
from smartcontent.scopes import require

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Door(APIRoute):
    """A route whose name is its operation.  Raises SetupProblem for one without rights."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        access = access_to(self.name)
        wanted = _wanted_type(self)

        async def admitted(request: Request) -> Response:
            await _admit(request, access)
            _require_type(request, wanted)
            try:
                response = await handle(request)
                # Still inside the request's transaction: the reply is kept with what it tells of.
                await keep_reply(request, response)
            finally:
                await request.close()
            return response

        return admitted


def _wanted_type(route: APIRoute) -> str | None:
    """The media type of the body that the route reads; None where it reads none, or any."""
    if route.body_field is None:
        return None
    return None if isinstance(route.body_field.field_info, Form) else "application/json"


def _require_type(request: Request, wanted: str | None) -> None:
    """A body in another form than the operation reads is told so, not misread."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if wanted is not None and sent and sent != wanted:
        raise HTTPException(415, f"This operation reads {wanted}, not {sent[:100]}")


def access_to(operation: str) -> Access:
    """What the operation needs.

    >>> access_to("get_content")
    'contents:read'
    """
    if operation not in OPERATIONS:
        raise SetupProblem(
            f"The operation {operation} has no rights.",
            todo="Add it to OPERATIONS in api/operations.py.",
        )
    return OPERATIONS[operation]


async def _admit(request: Request, access: Access) -> None:
    if access == "public":
        return
    caller = await request.app.state.parts.doorman.caller(request)
    if access != "signed-in":
        require(caller, access)
    request.state.caller = caller
