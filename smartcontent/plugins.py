"""The doors strangers come in by, and we with them: tools, connectors, writers.

A tool is a plain typed function.  Its types are its schema, its docstring its manual:

>>> @tool
... def shout(text: str, times: int = 1) -> str:
...     '''Say a text loudly.'''
...     return (text.upper() + "! ") * times
>>> shout.name, sorted(shout.parameters.model_json_schema()["properties"])
('shout', ['text', 'times'])
>>> shout("hi")
'HI! '

Parameters annotated `Given[...]` are not asked of the model; the product hands them in.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import (
    Annotated,
    Any,
    Generic,
    ParamSpec,
    Protocol,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)
from uuid import UUID

from pydantic import BaseModel, ConfigDict, create_model

from smartcontent.content import (
    Analysis,
    Content,
    PlatformSpec,
    Strategy,
    TextCheck,
    Variant,
)
from smartcontent.errors import MalformedTool
from smartcontent.publishing import Engagement, Outgoing, Receipt
from smartcontent.scopes import Scope
from smartcontent.voice import NO_VOICE, Voice

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

TOOL_GROUP = "smartcontent.tools"
CONNECTOR_GROUP = "smartcontent.connectors"
STRATEGY_GROUP = "smartcontent.strategies"


class _Handed:
    """Marks a parameter that the product hands in."""


HANDED = _Handed()
Given = Annotated[T, HANDED]


@dataclass(frozen=True)
class Tool(Generic[P, R]):
    """A function with its manual.  Calling it calls the function.

    `effect` says that it changes something outside this conversation, so a person is asked first.
    `preview` takes the same arguments, changes nothing, and says in words what the call would do:
    whoever is asked reads it.
    """

    function: Callable[P, R]
    name: str
    description: str
    parameters: type[BaseModel]
    given: Mapping[str, type]
    scope: Scope
    effect: bool
    preview: "Tool[..., Any] | None" = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...
@overload
def tool(
    *, scope: Scope = ..., effect: bool = ..., preview: Tool[..., Any] | None = ...
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    scope: Scope = "chat:use",
    effect: bool = False,
    preview: Tool[..., Any] | None = None,
) -> Any:
    """Make a tool of a typed function.  Raises MalformedTool when its signature is no manual."""

    def make(function: Callable[..., Any]) -> Tool[..., Any]:
        name, (asked, given) = function.__name__, _parameters(function)
        _require_same(name, asked, preview)
        return Tool(function, name, _manual(function), asked, given, scope, effect, preview)

    return make if function is None else make(function)


def _require_same(name: str, asked: type[BaseModel], preview: Tool[..., Any] | None) -> None:
    if preview is not None and asked.model_fields.keys() != preview.parameters.model_fields.keys():
        raise MalformedTool(
            f"The tool {name} and its preview {preview.name} take different arguments.",
            todo="Give the preview the parameters of the tool.",
        )


def _manual(function: Callable[..., Any]) -> str:
    manual = inspect.getdoc(function)
    if not manual:
        raise MalformedTool(
            f"The tool {function.__name__} has no docstring.",
            todo="Say in its docstring what it does: a model reads it to choose.",
        )
    return manual


def _parameters(function: Callable[..., Any]) -> tuple[type[BaseModel], dict[str, type]]:
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    given: dict[str, type] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in hints or parameter.kind in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
        ):
            raise MalformedTool(
                f"The tool {function.__name__} has the parameter {name} without one plain type.",
                todo="Give every parameter a name and a type; *args and **kwargs have no schema.",
            )
        hint = hints[name]
        if get_origin(hint) is Annotated and HANDED in get_args(hint):
            given[name] = get_args(hint)[0]
            continue
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[name] = (hint, default)
    strict = ConfigDict(extra="forbid")
    return create_model(function.__name__, __config__=strict, **fields), given


def find_plugins(group: str) -> Iterable[EntryPoint]:
    """Entry points of a group, by name, so that the order is the same on every machine."""
    return sorted(entry_points(group=group), key=lambda point: point.name)


class Connector(Protocol):
    """A platform.  Raises the PlatformProblem family and nothing else of its own.

    `publish` is called once per effect key; after OutcomeUnknown the product asks `find`
    before any retry, and where `spec.can_find` is false it asks a person.
    """

    spec: PlatformSpec

    async def publish(self, outgoing: Outgoing) -> Receipt: ...

    async def find(self, outgoing: Outgoing) -> Receipt | None: ...

    async def delete(self, outgoing: Outgoing, receipt: Receipt) -> None: ...

    async def engagement(self, outgoing: Outgoing, receipt: Receipt) -> Engagement: ...


class Embedder(Protocol):
    """Texts to unit vectors of `dimensions` numbers each."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str]) -> list[list[float]]: ...


class Analysing(Protocol):
    """What a tool may ask of the analyst."""

    def analyse(self, content: Content) -> Analysis: ...


class Proposing(Protocol):
    """What a tool may ask of the writer and the guard together: checked variants."""

    def propose(
        self,
        content: Content,
        analysis: Analysis,
        *,
        platform: str,
        strategies: Sequence[Strategy] = (),
        tone: str | None = None,
        voice: Voice = NO_VOICE,
    ) -> list[Variant]: ...


class Checking(Protocol):
    """What a door may ask of the guard: any text, with or without the source it is about."""

    def check(
        self,
        text: str,
        *,
        platform: str,
        language: str | None = None,
        source: Content | None = None,
        past: Sequence[str] = (),
        media: Sequence[UUID] = (),
    ) -> TextCheck: ...
