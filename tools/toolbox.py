"""The tools everyone shares: found by entry point, checked, called with the caller's rights.

Our own tools come in by the same door as strangers'.  A stranger's mistake is listed in
`problems`; it never keeps the product from starting.
"""

import asyncio
import inspect
import logging
import re
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any, Self

from pydantic import ValidationError
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic_core import PydanticSerializationError, to_jsonable_python

from smartcontent.content import Caller
from smartcontent.errors import InvalidInput, MalformedTool, NotFound, SetupProblem
from smartcontent.plugins import TOOL_GROUP, Tool, find_plugins
from smartcontent.scopes import require
from store.database import Database, Session

OURS = "smartcontent"
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what tool-calling endpoints accept
log = logging.getLogger(__name__)
AnyTool = Tool[..., Any]
Provided = Mapping[Any, object]  # by type; a mapping's keys are invariant, so no `type` here


@dataclass(frozen=True)
class Problem:
    """A tool that was left out: which, from where, what is wrong and what to do."""

    name: str
    source: str
    detail: str
    todo: str


class Toolbox:
    """Tools by name.  Immutable; one serves every caller.

    >>> from smartcontent import tool
    >>> @tool
    ... def shout(text: str) -> str:
    ...     '''Say a text loudly.'''
    ...     return text.upper()
    >>> list(Toolbox([shout]).tools)
    ['shout']
    """

    def __init__(self, tools: Iterable[AnyTool] = (), *, problems: Iterable[Problem] = ()) -> None:
        self.tools: dict[str, AnyTool] = {}
        for tool in tools:
            self.tools.setdefault(_checked(tool).name, tool)
        self.problems = tuple(problems)

    @classmethod
    def discover(cls, points: Iterable[EntryPoint] | None = None) -> Self:
        """Load the installed tools, ours first, so that a stranger cannot take one's place."""
        found = sorted(find_plugins(TOOL_GROUP) if points is None else points, key=_stranger)
        tools: dict[str, AnyTool] = {}
        problems: list[Problem] = []
        for point in found:
            loaded = _load(point, taken=tools)
            if isinstance(loaded, Problem):
                problems.append(loaded)
            else:
                tools[loaded.name] = loaded
        return cls(tools.values(), problems=problems)

    def allowed(self, caller: Caller) -> list[AnyTool]:
        """The tools that this credential may call."""
        return [tool for tool in self.tools.values() if tool.scope in caller.scopes]

    async def call(
        self,
        name: str,
        arguments: Mapping[str, object],
        *,
        caller: Caller,
        provided: Provided | None = None,
    ) -> Any:
        """Call a tool and return what JSON can hold.

        `provided` maps a type to the object handed to parameters annotated `Given[type]`.
        With a `Database` in it, `Given[Session]` is a transaction in the caller's workspace
        that commits when the tool returns and rolls back when it raises.
        Raises NotFound, NotAllowed, InvalidInput, SetupProblem, and whatever the tool raises.
        """
        return await self._do(self._get(name), arguments, caller, provided or {})

    async def preview(
        self,
        name: str,
        arguments: Mapping[str, object],
        *,
        caller: Caller,
        provided: Provided | None = None,
    ) -> str:
        """What such a call would do, in words; empty where the tool does not say.

        Raises as `call` does.
        """
        preview = self._get(name).preview
        if preview is None:
            return ""
        return str(await self._do(preview, arguments, caller, provided or {}))

    async def _do(
        self, tool: AnyTool, arguments: Mapping[str, object], caller: Caller, provided: Provided
    ) -> Any:
        require(caller, tool.scope)
        asked = _validated(tool, arguments)
        known = {**provided, Caller: caller, Toolbox: self}
        async with AsyncExitStack() as stack:
            given = {
                parameter: await _hand(tool, kind, known, caller, stack)
                for parameter, kind in tool.given.items()
            }
            return _jsonable(tool, await _run(tool, {**asked, **given}))

    def _get(self, name: str) -> AnyTool:
        if name not in self.tools:
            raise NotFound(
                f"There is no tool {name}.", todo=f"There are: {', '.join(self.tools)}.", name=name
            )
        return self.tools[name]


def _stranger(point: EntryPoint) -> bool:
    return point.dist is None or point.dist.name != OURS


def _load(point: EntryPoint, *, taken: Mapping[str, AnyTool]) -> AnyTool | Problem:
    source = f"{point.dist.name if point.dist else 'unknown'}: {point.value}"
    try:
        tool = _checked(point.load())
        if tool.name in taken:
            raise MalformedTool(
                f"There is a tool {tool.name} already.", todo="Give yours another name."
            )
    except MalformedTool as problem:
        return Problem(point.name, source, problem.detail, problem.todo)
    except Exception as problem:  # strangers' import code may raise anything at all
        log.exception("The tool %s from %s could not be loaded.", point.name, source)
        detail = f"{type(problem).__name__}: {problem}"
        return Problem(point.name, source, detail, "Mend or uninstall that package.")
    return tool


def _checked(tool: object) -> AnyTool:
    if not isinstance(tool, Tool):
        raise MalformedTool(
            f"Found a {type(tool).__name__} where a tool was wanted.",
            todo="Decorate the function with smartcontent.tool.",
        )
    if not NAME.fullmatch(tool.name):
        raise MalformedTool(
            f"The tool name {tool.name} is not one that models accept.",
            todo="Use at most 64 ASCII letters, digits, _ or -.",
        )
    try:
        tool.parameters.model_json_schema()
    except PydanticInvalidForJsonSchema as problem:
        raise MalformedTool(
            f"The tool {tool.name} has a parameter that JSON cannot describe: {problem.message}",
            todo="Use plain types: str, int, float, bool, UUID, dates, Literal, lists of these.",
        ) from problem
    return tool


def _validated(tool: AnyTool, arguments: Mapping[str, object]) -> dict[str, object]:
    try:
        model = tool.parameters.model_validate(dict(arguments))
    except ValidationError as problem:
        wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors()]
        raise InvalidInput(
            f"The tool {tool.name} cannot take these arguments: {'; '.join(wrong)}.",
            todo=f"It takes: {', '.join(tool.parameters.model_fields) or 'nothing'}.",
            errors=wrong,
        ) from problem
    return {name: getattr(model, name) for name in type(model).model_fields}


async def _hand(
    tool: AnyTool,
    kind: type,
    known: Provided,
    caller: Caller,
    stack: AsyncExitStack,
) -> object:
    if kind in known:
        return known[kind]
    database = known.get(Database)
    if kind is Session and isinstance(database, Database):
        return await stack.enter_async_context(database.transaction(caller.workspace_id))
    raise SetupProblem(
        f"The tool {tool.name} asks for {kind.__name__}, which nothing here provides.",
        todo="Call it where that is provided, or remove the parameter.",
    )


async def _run(tool: AnyTool, arguments: Mapping[str, object]) -> object:
    if inspect.iscoroutinefunction(tool.function):
        return await tool.function(**arguments)
    return await asyncio.to_thread(tool.function, **arguments)


def _jsonable(tool: AnyTool, result: object) -> Any:
    try:
        return to_jsonable_python(result)
    except PydanticSerializationError as problem:
        raise MalformedTool(
            f"The tool {tool.name} returned what JSON cannot hold: {problem}",
            todo="Return text, numbers, lists, dictionaries, dataclasses or pydantic models.",
        ) from problem
