"""The toolbox as an agent sees it: the tools of this caller, called with this caller's rights."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from langchain.agents.middleware import (
    AgentMiddleware,
    AgentState,
    HumanInTheLoopMiddleware,
    InterruptOnConfig,
    ModelRequest,
    ModelResponse,
)
from langchain_core.messages import AIMessage, ToolCall
from langchain_core.tools import StructuredTool, ToolException
from langgraph.runtime import Runtime, get_runtime

from smartcontent.content import Caller
from smartcontent.errors import SmartContentError
from smartcontent.plugins import Tool
from tools.toolbox import Provided, Toolbox

PREVIEWS = "previews"  # by the id of the call; only ever in the state that is handed on
REFUSED = "As it is, a yes does nothing."


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


class AskFirst(HumanInTheLoopMiddleware[AgentState[Any], Asking, Any]):
    """Stops at every tool with an effect; whoever is asked reads what a yes would do."""

    def __init__(self, toolbox: Toolbox) -> None:
        effects = [tool.name for tool in toolbox.tools.values() if tool.effect]
        asking = InterruptOnConfig(allowed_decisions=["approve", "respond"], description=_previewed)
        super().__init__(dict.fromkeys(effects, asking))
        self._toolbox = toolbox

    async def aafter_model(
        self, state: AgentState[Any], runtime: Runtime[Asking]
    ) -> dict[str, Any] | None:
        previews = {
            call["id"]: await self._preview(call, runtime.context)
            for call in _last_calls(state)
            if call["name"] in self.interrupt_on
        }
        seen = cast(AgentState[Any], {**state, PREVIEWS: previews})
        return await super().aafter_model(seen, runtime)

    async def _preview(self, call: ToolCall, asking: Asking) -> str:
        try:
            return await self._toolbox.preview(
                call["name"], call["args"], caller=asking.caller, provided=asking.provided
            )
        except SmartContentError as problem:
            return f"{problem} {REFUSED}"


def _last_calls(state: AgentState[Any]) -> list[ToolCall]:
    said = (one for one in reversed(state["messages"]) if isinstance(one, AIMessage))
    last = next(said, None)
    return last.tool_calls if last else []


def _previewed(tool_call: ToolCall, state: AgentState[Any], runtime: Runtime[Any]) -> str:
    previews: dict[str | None, str] = cast(dict[str, Any], state)[PREVIEWS]
    return previews[tool_call["id"]]


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
