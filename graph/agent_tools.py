"""The toolbox as an agent sees it: the tools of this caller, called with this caller's rights."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain_core.tools import StructuredTool, ToolException
from langgraph.runtime import get_runtime

from smartcontent.content import Caller
from smartcontent.errors import SmartContentError
from smartcontent.plugins import Tool
from tools.toolbox import Provided, Toolbox


@dataclass(frozen=True)
class Asking:
    """The runtime context of a turn: who asks, and what the product hands to tools."""

    caller: Caller
    provided: Provided


class OnlyAllowed(AgentMiddleware[AgentState[Any], Asking]):
    """Shows the model only the tools that this caller may use; the toolbox checks again."""

    def __init__(self, toolbox: Toolbox) -> None:
        super().__init__()
        self._toolbox = toolbox

    async def awrap_model_call(
        self,
        request: ModelRequest[Asking],
        handler: Callable[[ModelRequest[Asking]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        caller = request.runtime.context.caller
        allowed = {tool.name for tool in self._toolbox.allowed(caller)}
        shown = [tool for tool in request.tools if getattr(tool, "name", "") in allowed]
        return await handler(request.override(tools=shown))


def as_langchain(tool: Tool[..., Any], toolbox: Toolbox) -> StructuredTool:
    """The toolbox does the checking, so LangChain gets the schema and passes arguments on."""

    async def call(**arguments: Any) -> str:
        asking = get_runtime(Asking).context
        try:
            result = await toolbox.call(
                tool.name, arguments, caller=asking.caller, provided=asking.provided
            )
        except SmartContentError as problem:
            raise ToolException(str(problem)) from problem
        return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)

    return StructuredTool(
        name=tool.name,
        description=tool.description,
        args_schema=tool.parameters.model_json_schema(),
        coroutine=call,
        handle_tool_error=True,
    )
